"""Find what listens on this machine, and whether one port is free."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

from auditor.doctor import linux, macos, windows
from auditor.doctor.facts import Listener, System
from auditor.doctor.programs import output_of

LOOPBACK = "127.0.0.1"

_MITMPROXY = re.compile(
    r"(?<![^\s/\\])(?:mitm(?:dump|proxy|web)(?:\.exe)?(?=\s|$)|auditor(?:\.exe)?\s+capture(?=\s|$))"
)
"""In a command line. `auditor capture` runs mitmproxy inside itself."""
_SOCKET_LINK = re.compile(r"socket:\[(\d+)\]")


def port_error(port: int) -> str:
    """Try to listen on a port of loopback; return why that failed, or nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As asyncio's servers do: connections that just ended do not hold a port. On Windows the
        # same option would take a port away from its owner.
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except PermissionError:
            return "not allowed"
        except OSError:
            return "in use"
    return ""


def find_listeners(system: System) -> tuple[Listener, ...] | None:
    """Return what listens on TCP; None when the system does not tell."""
    if system == "linux":
        return of_linux(Path("/proc"))
    return of_windows() if system == "windows" else of_macos()


def of_linux(proc: Path) -> tuple[Listener, ...] | None:
    """Read the kernel's tables; processes of other users stay unknown without root."""
    rows: list[tuple[str, int, str]] = []
    for name in ("tcp", "tcp6"):
        try:
            rows += linux.parse_proc_net((proc / "net" / name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    if not rows:
        return () if (proc / "net" / "tcp").exists() else None
    owners = dict(_sockets(proc))
    return tuple(
        _listener(host, port, owners.get(number), _command(proc, owners.get(number)))
        for host, port, number in rows
    )


def _sockets(proc: Path) -> Iterator[tuple[str, int]]:
    for folder in proc.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            for link in (folder / "fd").iterdir():
                if match := _SOCKET_LINK.fullmatch(str(link.readlink())):
                    yield match[1], int(folder.name)
        except OSError:
            continue


def _command(proc: Path, process: int | None) -> str:
    try:
        raw = (proc / str(process) / "cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode("utf-8", "replace").strip()


def of_macos() -> tuple[Listener, ...] | None:
    """Ask lsof, and ps for whole command lines: mitmdump runs as “Python” there."""
    text = output_of(("lsof", "-nP", "-iTCP", "-sTCP:LISTEN", "-Fpcn"), (0, 1))
    if text is None:
        return None
    rows = macos.parse_lsof(text)
    numbers = ",".join(str(process) for process in sorted({row[2] for row in rows}))
    asked = output_of(("ps", "-ww", "-o", "pid=,command=", "-p", numbers)) if numbers else ""
    commands = macos.parse_commands(asked or "")
    return tuple(
        _listener(host, port, process, commands.get(process, program))
        for host, port, process, program in rows
    )


def of_windows() -> tuple[Listener, ...] | None:
    """Ask netstat and tasklist. They name no command line: mitmdump from pip is “python.exe”."""
    text = output_of(("netstat", "-ano"))
    if text is None:
        return None
    programs = windows.parse_tasklist(output_of(("tasklist", "/FO", "CSV", "/NH")) or "")
    return tuple(
        _listener(host, port, process, programs.get(process, ""))
        for host, port, process in windows.parse_netstat(text)
    )


def _listener(host: str, port: int, process: int | None, command: str) -> Listener:
    found = _MITMPROXY.search(command)
    words = found[0].split() if found else command.split()
    program = re.split(r"[/\\]", words[0])[-1].rstrip(":") if words else ""
    return Listener("::" if host == "*" else host, port, process, program, bool(found))
