"""Parse what Linux says about proxies and listening sockets."""

from __future__ import annotations

import ipaddress
import re
import sys

_LISTENING = "0A"
_SOCKET = 9
"""The column with the number of the socket."""
_SETTING = re.compile(r"org\.gnome\.system\.proxy(?:\.(\w+))? ([\w-]+) (.*)")


def parse_gsettings(text: str) -> tuple[tuple[str, str, int | None], ...]:
    """Read `gsettings list-recursively org.gnome.system.proxy`: (scheme, host or URL, port).

    GNOME keeps hosts and ports when the proxy is switched off; then nothing is returned.
    """
    values: dict[tuple[str, str], str] = {}
    for line in text.splitlines():
        if match := _SETTING.fullmatch(line.strip()):
            values[match[1] or "", match[2]] = match[3].strip().strip("'")
    mode = values.get(("", "mode"))
    if mode == "auto" and values.get(("", "autoconfig-url")):
        return (("automatic", values["", "autoconfig-url"], None),)
    if mode != "manual":
        return ()
    found = []
    for scheme in ("http", "https", "socks"):
        host, port = values.get((scheme, "host"), ""), values.get((scheme, "port"), "0")
        if host:
            found.append((scheme, host, int(port) if port.isdecimal() and port != "0" else None))
    return tuple(found)


def parse_proc_net(text: str) -> tuple[tuple[str, int, str], ...]:
    """Read `/proc/net/tcp` or `tcp6`: host, port and socket number of what listens."""
    found = []
    for line in text.splitlines()[1:]:
        columns = line.split()
        if len(columns) > _SOCKET and columns[3] == _LISTENING:
            host, _, port = columns[1].partition(":")
            found.append((_host(host), int(port, 16), columns[_SOCKET]))
    return tuple(found)


def _host(text: str) -> str:
    """Spell an address that the kernel printed as words in the order of the machine."""
    words = (text[at : at + 8] for at in range(0, len(text), 8))
    raw = b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
    return str(ipaddress.ip_address(raw))
