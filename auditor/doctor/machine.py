"""Gather the facts about this machine. Nothing is changed, and nothing is asked of the network."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from auditor.doctor.authority import read_authority
from auditor.doctor.facts import Clock, Machine, Place, System
from auditor.doctor.listeners import find_listeners, port_error
from auditor.doctor.modes import find_abilities
from auditor.doctor.programs import output_of
from auditor.doctor.proxies import find_proxies
from auditor.doctor.stores import NODE_VARIABLE, find_stores
from auditor.doctor.windows import registry_value


def gather(confdir: Path, output: Path, port: int, encoding: str) -> Machine:
    """Look at this machine."""
    first = (time.time(), time.monotonic())
    system = this_system()
    environment = read_environment(system)
    authority = read_authority(confdir)
    return Machine(
        system=system,
        python=sys.version_info[:3],
        mitmproxy=version_of("mitmproxy"),
        abilities=find_abilities(),
        environment=environment,
        authority=authority,
        stores=find_stores(system, authority, environment, Path.home()),
        proxies=find_proxies(system, environment),
        listeners=find_listeners(system),
        port=port,
        port_error=port_error(port),
        place=look_at(output),
        clock=read_clock(first),
        encoding=encoding,
    )


def this_system() -> System:
    """Return which of the three systems this is; anything else is treated as Linux."""
    return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")  # type: ignore[return-value]


def version_of(name: str) -> str | None:
    """Return a package's version without importing it: it may be broken."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def read_environment(system: System) -> dict[str, str]:
    """Return the environment, and what applications started from the desktop get to see.

    Those do not see a terminal's variables on macOS and Windows.
    """
    environment = dict(os.environ)
    for_desktop = ""
    if system == "macos":
        for_desktop = (output_of(("launchctl", "getenv", NODE_VARIABLE)) or "").strip()
    elif system == "windows":
        for_desktop = registry_value("Environment", NODE_VARIABLE)
    if for_desktop:
        environment.setdefault(NODE_VARIABLE, for_desktop)
    return environment


def look_at(output: Path) -> Place:
    """Look at the place where a session folder will be: space, and whether modes are kept."""
    folder = output.absolute()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        free = None
    try:
        return Place(folder, free, private=_keeps_modes(folder))
    except OSError as error:
        return Place(folder, free, error=error.strerror or str(error))


def _keeps_modes(folder: Path) -> bool | None:
    """Make a folder and a file as a session does, look at their modes, and remove them."""
    with tempfile.TemporaryDirectory(prefix=".auditor-doctor-", dir=folder) as name:
        if os.name == "nt":
            return None
        file = Path(name) / "mode"
        file.touch(mode=0o600)
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (Path(name), file)]
        return modes == [0o700, 0o600]


def read_clock(first: tuple[float, float]) -> Clock:
    """Read both clocks for the second time, and the time zone."""
    local = time.localtime()
    return Clock(
        first=first,
        last=(time.time(), time.monotonic()),
        zone=local.tm_zone,
        offset=local.tm_gmtoff,
        zone_wrong=wrong_zone(os.environ.get("TZ", "")),
        installed=Path(__file__).stat().st_mtime,
    )


def wrong_zone(name: str) -> str:
    """Return a time zone's name when the system does not know it and silently uses UTC."""
    bare = name.removeprefix(":")
    if os.name == "nt" or not bare or any(letter in bare for letter in "0123456789,<"):
        return ""
    if bare.startswith("/"):
        return "" if Path(bare).is_file() else bare
    try:
        ZoneInfo(bare)
    except (KeyError, OSError, ValueError):
        return bare
    return ""
