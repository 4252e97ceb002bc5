"""Tell the host from the `Host` header exactly as mitmproxy's `pretty_host` does.

The audit of a saved flow and the live view of the same flow have to name the same receiver.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_AUTHORITY = re.compile(r"^(?P<host>[^:]+|\[.+\])(?::(?P<port>\d+))?$")
_LABEL = re.compile(rb"[A-Z\d\-_]{1,63}$", re.IGNORECASE)
_LONGEST = 255
_PORT = 65535


@lru_cache(maxsize=4096)
def host_of(authority: str) -> str:
    """Return the host without its port; what is no authority comes back as it is."""
    found = _AUTHORITY.match(authority)
    if not found:
        return authority
    host = found["host"]
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    try:
        sound = _is_host(host) and int(found["port"] or 0) <= _PORT
    except ValueError:
        return authority
    return host if sound else authority


def text_of(authority: bytes) -> str:
    """Return the `:authority` of HTTP/2 as text."""
    try:
        return authority.decode("idna")
    except UnicodeError:
        return authority.decode("utf-8", "surrogateescape")


def _is_host(host: str) -> bool:
    """Say whether this is a name or an address; ValueError when it is neither."""
    name = host.encode("idna")
    name.decode("idna")
    if len(name) > _LONGEST:
        return False
    name = name.removesuffix(b".")
    if all(_LABEL.match(label) for label in name.split(b".")):
        return True
    ipaddress.ip_address(name.decode("idna"))
    return True
