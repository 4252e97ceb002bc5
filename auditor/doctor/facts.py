"""What was found out about a machine; the checks work on this and on nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from auditor.capture.system import Rights
from auditor.capture.system import System as CaptureSystem

System = Literal["linux", "macos", "windows"]
StoreKind = Literal["system", "browser", "node", "bundle"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate authority; times are seconds since 1970, fingerprints upper-case hex."""

    sha256: str
    sha1: str
    name: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority that mitmproxy signs with: the one in its configuration folder."""

    folder: Path
    certificate: Certificate | None
    wrong: str = ""
    """Why there is no certificate although there is a file."""
    stale_copy: bool = False
    """The file that people install is not the certificate that mitmproxy signs with."""
    open_keys: tuple[Path, ...] = ()
    """Files with the private key that others on this machine can read."""


@dataclass(frozen=True, slots=True)
class Store:
    """A place where programs look up whom to trust, and the mitmproxy authorities in it."""

    kind: StoreKind
    name: str
    found: tuple[Certificate, ...] | None
    """None: the store could not be read."""
    add: str
    remove: str
    """How to remove one; `{sha1}` stands for its fingerprint."""


@dataclass(frozen=True, slots=True)
class ProxySetting:
    """A place that sends traffic to a proxy; credentials in it are never kept."""

    place: str
    host: str
    port: int | None
    remove: str


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening TCP socket; of its command line only the program's name is kept."""

    host: str
    port: int
    process: int | None = None
    program: str = ""
    is_mitmproxy: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where session folders will be written: the nearest folder that exists."""

    folder: Path
    free: int | None
    error: str = ""
    """Why nothing can be written there."""
    private: bool | None = None
    """Whether file modes are kept; None: this system has no such modes."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Two readings of the wall clock and of a steady one, and what is known of the zone."""

    first: tuple[float, float]
    last: tuple[float, float]
    zone: str
    offset: int
    """Seconds east of UTC."""
    zone_wrong: str = ""
    installed: float = 0.0
    """When this program was installed; no right clock shows an earlier time."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What decides about the capture mode, as `auditor capture` sees it."""

    system: CaptureSystem
    rights: Rights


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything that the checks look at."""

    system: System
    python: tuple[int, int, int]
    mitmproxy: str | None
    abilities: Abilities | None
    """None: mitmproxy is missing or broken."""
    environment: Mapping[str, str]
    authority: Authority
    stores: tuple[Store, ...]
    proxies: tuple[ProxySetting, ...]
    listeners: tuple[Listener, ...] | None
    port: int
    port_error: str
    place: Place
    clock: Clock
    encoding: str
