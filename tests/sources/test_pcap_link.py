"""Addresses are found below every kind of link, in both versions of IP."""

import struct
from pathlib import Path

import pytest

from tests.sources.network import HELLO, one
from tests.sources.packets import THERE, ip, tcp

SIX = "2001:db8::5", "2606:4700::9"


@pytest.mark.parametrize(
    ("link", "before"),
    [
        (1, bytes(12) + b"\x08\0"),
        (1, bytes(12) + b"\x81\0\0\7\x08\0"),
        (1, bytes(12) + b"\x88\xa8\0\7\x81\0\0\7\x08\0"),
        (0, struct.pack("<I", 2)),
        (0, struct.pack(">I", 2)),
        (108, struct.pack(">I", 2)),
        (113, bytes(14) + b"\x08\0"),
        (276, b"\x08\0" + bytes(18)),
        (101, b""),
        (228, b""),
        (12, b""),
    ],
)
def test_link_types(tmp_path: Path, link: int, before: bytes) -> None:
    found = one(tmp_path, before + ip(tcp(HELLO, 100)), link=link)
    assert (found.address, found.sni) == (f"{THERE}:443", "live.example")


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (6, b""),
        (0, b"\x06\0" + bytes(6)),
        (60, b"\x2b\0" + bytes(6) + b"\x06\1" + bytes(14)),
        (44, b"\x06" + bytes(7)),
    ],
)
@pytest.mark.parametrize(
    "before", [(1, bytes(12) + b"\x86\xdd"), (0, struct.pack("<I", 30)), (229, b"")]
)
def test_ipv6(tmp_path: Path, first: int, more: bytes, before: tuple[int, bytes]) -> None:
    data = before[1] + ip(tcp(HELLO, 100), *SIX, first, more)
    assert one(tmp_path, data, link=before[0]).address == f"[{SIX[1]}]:443"
