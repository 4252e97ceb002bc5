"""Read from first bytes who is called: TLS hellos, HTTP heads, DNS answers. All of it is untrusted."""

# ruff: noqa: PLR2004 (numbers of a wire format)

from __future__ import annotations

import re
import struct
from ipaddress import ip_address

_HANDSHAKE, _HELLO = 22, 1
_SERVER_NAME = 0
_A, _AAAA = 1, 28
_MOST = 50
"""Records of one DNS answer."""
_NAME = 255

_TUNNEL = re.compile(rb"CONNECT ([^ \r\n]{1,260}):\d{1,5} HTTP/1\.[01]\r?\n")
_REQUEST = re.compile(rb"(?!CONNECT )[A-Z]{3,12} \S+ HTTP/1\.[01]\r?\n")
_HOST = re.compile(rb"\r?\n[Hh]ost:[ \t]*([^\r\n]{1,255})")
_WORD = re.compile(r"[a-z0-9_.:\-\[\]]{1,255}")


def is_tls(stream: bytes) -> bool:
    """Say whether a client begins with a TLS record that holds a hello."""
    return stream[:2] == b"\x16\x03" and (len(stream) < 6 or stream[5] == _HELLO)


def is_http(stream: bytes) -> bool:
    """Say whether a client begins with a request of HTTP/1."""
    return bool(_REQUEST.match(stream))


def tunnel_host(stream: bytes) -> str:
    """Return the far end that a client asks a proxy to be put through to; else nothing."""
    found = _TUNNEL.match(stream)
    return _clean(found[1].decode("ascii", "replace")) if found else ""


def http_host(stream: bytes) -> str:
    """Return the host that a request names, without its port."""
    found = _HOST.search(stream)
    host = found[1].decode("ascii", "replace").strip() if found else ""
    return _clean(re.sub(r":\d+$", "", host))


def tls_name(stream: bytes) -> str:
    """Return the server name in the hello that a TLS client begins with; empty when there is none."""
    hello, place = b"", 0
    while stream[place : place + 1] == b"\x16" and place + 5 <= len(stream):
        size = int.from_bytes(stream[place + 3 : place + 5])
        hello += stream[place + 5 : place + 5 + size]
        place += 5 + size
    return hello_name(hello)


def hello_name(hello: bytes) -> str:
    """Return the server name in a ClientHello, which may lack its end."""
    try:
        if hello[0] != _HELLO:
            return ""
        place = 4 + 2 + 32
        place += 1 + hello[place]
        place += 2 + _short(hello, place)
        place += 1 + hello[place] + 2
        while place + 4 <= len(hello):
            kind, size = struct.unpack_from(">HH", hello, place)
            if kind == _SERVER_NAME:
                length = _short(hello, place + 7)
                name = hello[place + 9 : place + 9 + length]
                return _clean(name.decode("ascii", "replace")) if len(name) == length else ""
            place += 4 + size
    except (IndexError, struct.error):
        pass
    return ""


def dns_answers(data: bytes) -> list[tuple[str, str]]:
    """Return address and the name that was asked for, from an answer of DNS."""
    try:
        flags, asked, answered = struct.unpack_from(">HHH", data, 2)
        if not flags & 0x8000 or asked != 1:
            return []
        name, place = _dns_name(data, 12)
        place += 4
        found = []
        for _ in range(min(answered, _MOST)):
            _, place = _dns_name(data, place)
            kind, _, _, size = struct.unpack_from(">HHIH", data, place)
            value = data[place + 10 : place + 10 + size]
            if (kind, len(value)) in {(_A, 4), (_AAAA, 16)} and name:
                found.append((str(ip_address(value)), name))
            place += 10 + size
    except (IndexError, struct.error):
        return []
    return found


def _dns_name(data: bytes, place: int) -> tuple[str, int]:
    """Return a name, without following pointers, and where it ends."""
    parts: list[str] = []
    while size := data[place]:
        if size >= 0xC0:
            return _clean(".".join(parts)), place + 2
        parts.append(data[place + 1 : place + 1 + size].decode("ascii", "replace"))
        place += 1 + size
    return _clean(".".join(parts)), place + 1


def _short(data: bytes, place: int) -> int:
    return int(struct.unpack_from(">H", data, place)[0])


def _clean(name: str) -> str:
    name = name.lower().rstrip(".")
    return name if len(name) <= _NAME and _WORD.fullmatch(name) else ""
