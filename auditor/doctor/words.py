"""Spell dates, fingerprints, sizes and addresses for people."""

from __future__ import annotations

import time

SPELLED = {"macos": "macOS", "windows": "Windows", "linux": "Linux"}


def day(moment: float) -> str:
    """Spell a day, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


def pairs(fingerprint: str) -> str:
    """Spell a fingerprint as other programs show it."""
    return ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2))


def short(fingerprint: str) -> str:
    """Spell the beginning of a SHA-256 fingerprint, enough to tell two apart."""
    return f"SHA-256 {pairs(fingerprint[:16])}…"


def size(number: int) -> str:
    """Spell a number of bytes, in decimal units as disks are sold."""
    for unit, bytes_of in (("GB", 1e9), ("MB", 1e6)):
        if number >= bytes_of:
            return f"{number / bytes_of:.1f} {unit}"
    return f"{number} bytes"


def address(host: str, port: int | None) -> str:
    """Spell an address; IPv6 in brackets."""
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether an address or name means this machine; 0.0.0.0 as a target does, too."""
    bare = host.strip("[]").lower().removeprefix("::ffff:")
    return bare in ("localhost", "::1", "::", "0.0.0.0") or bare.startswith("127.")  # noqa: S104


def is_private(host: str) -> bool:
    """Tell whether a listener on this address is reachable from this machine only."""
    return is_loopback(host) and host.strip("[]") not in ("::", "0.0.0.0", "*")  # noqa: S104
