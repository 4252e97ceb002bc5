"""Find out what decides about the mode: the system, the versions, and what we may do."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import version

_SYSTEMS = {"Darwin": "macos", "Windows": "windows", "Linux": "linux"}

_PACKAGES = {"macos": "mitmproxy_macos", "windows": "mitmproxy_windows", "linux": "mitmproxy_linux"}
"""What local mode needs beside mitmproxy itself."""


@dataclass(frozen=True, slots=True)
class System:
    """The computer and the versions on it."""

    os: str
    """`macos`, `windows`, `linux`, or another name in small letters."""
    release: str
    """Of the kernel on Linux."""
    python: str
    mitmproxy: str
    redirector: str = ""
    """Why mitmproxy cannot take single processes, as far as it tells; empty when it can."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What this process may do."""

    root: bool
    """Root, or administrator."""
    sudo: bool
    """The program `sudo` is there."""


def this_system() -> System:
    """Return what this computer is."""
    name = platform.system()
    system = _SYSTEMS.get(name, name.lower())
    release = platform.mac_ver()[0] if system == "macos" else platform.release()
    return System(
        os=system,
        release=release,
        python=platform.python_version(),
        mitmproxy=version("mitmproxy"),
        redirector=_redirector(system),
    )


def these_rights() -> Rights:
    """Return what this process may do."""
    return Rights(root=_is_root(), sudo=shutil.which("sudo") is not None)


def _redirector(system: str) -> str:
    """Ask mitmproxy; 11 cannot tell, so there only the package is looked for."""
    package = _PACKAGES.get(system, "")
    if not package or importlib.util.find_spec(package) is None:
        return f"its package {package or 'for this system'} is not installed."
    import mitmproxy_rs  # noqa: PLC0415  (a compiled library: only when somebody asks)

    ask = getattr(mitmproxy_rs.local.LocalRedirector, "unavailable_reason", None)
    reason = ask() if ask else None
    return f"mitmproxy says: {reason}" if reason else ""


def _is_root() -> bool:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  (windll is there on Windows only)

        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    return os.geteuid() == 0
