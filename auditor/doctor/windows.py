"""Parse what Windows says, and read its registry.

Written from documentation and from output that others published; never run on Windows.
"""

from __future__ import annotations

import csv
import sys

SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"


def parse_proxy_server(text: str) -> tuple[tuple[str, str, int | None], ...]:
    """Read the registry's ProxyServer: one address for everything, or `http=…;https=…`."""
    found: list[tuple[str, str, int | None]] = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        scheme, _, rest = part.rpartition("=")
        bare = rest.partition("://")[2] or rest
        host, _, port = bare.rstrip("/").rpartition(":")
        if host and port.isdecimal():
            found.append((scheme or "http and https", host, int(port)))
        else:
            found.append((scheme or "http and https", bare, None))
    return tuple(found)


def parse_netstat(text: str) -> tuple[tuple[str, int, int], ...]:
    """Read `netstat -ano`: (host, port, process) of what listens.

    The word for the state is translated in other languages of Windows; a foreign address that
    ends in `:0` is not.
    """
    found = []
    for line in text.splitlines():
        match line.split():
            case ["TCP", local, foreign, _, process] if foreign.endswith(":0"):
                host, _, port = local.rpartition(":")
                if port.isdecimal() and process.isdecimal():
                    found.append((host.strip("[]"), int(port), int(process)))
    return tuple(found)


def parse_tasklist(text: str) -> dict[int, str]:
    """Read `tasklist /FO CSV /NH`: the program of each process."""
    rows = csv.reader(text.splitlines())
    return {int(row[1]): row[0] for row in rows if len(row) > 1 and row[1].isdecimal()}


def registry_value(key: str, name: str) -> str:
    """Return a value below HKEY_CURRENT_USER as text; empty when it is not there."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415  exists on Windows only

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                return str(winreg.QueryValueEx(opened, name)[0])
        except OSError:
            pass
    return ""
