"""Read the packets of a pcap or pcapng file, one at a time."""

# ruff: noqa: PLR2004 (numbers of a wire format)

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from auditor.records import Loss
from auditor.sources.moments import moment
from auditor.sources.tally import note

_CLASSIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
_SECTION = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_SHB, _IDB, _PACKET, _SPB, _EPB, _DSB = 0x0A0D0D0A, 1, 2, 3, 6, 10
_TLS_KEYS = 0x544C534B
_RESOLUTION, _OFFSET = 9, 14
_LONGEST = 64 << 20
"""Bytes of one block; the largest packet that tools write has 256 kB."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet as it was captured."""

    time: float
    link: int
    """Link type, as libpcap numbers them."""
    data: bytes
    size: int
    """Bytes on the wire; more than `len(data)` when the capture kept only the beginning."""


@dataclass(slots=True)
class _Interface:
    link: int
    unit: float = 1e-6
    offset: int = 0
    snap: int = 0


@dataclass(slots=True)
class PacketFile:
    """A capture file; `losses` and `keys` grow while `packets` is read."""

    path: Path
    losses: list[Loss] = field(default_factory=list)
    keys: bytes = b""
    """TLS secrets that the file itself holds."""
    last: float = 0.0
    """Time of the packet read last; simple blocks have none of their own."""

    def packets(self) -> Iterator[Packet]:
        """Yield packets in the order of the file, up to damage."""
        with self.path.open("rb") as file:
            head = file.read(4)
            if head in _CLASSIC:
                yield from self._classic(file, *_CLASSIC[head])
            else:
                file.seek(0)
                yield from self._blocks(file)

    def _classic(self, file: BinaryIO, order: str, unit: float) -> Iterator[Packet]:
        head = file.read(20)
        if len(head) < 20:
            note(self.losses, Loss("end of the capture is missing", size=len(head)))
            return
        link = struct.unpack(order + "I", head[16:])[0] & 0xFFFF
        while head := file.read(16):
            size = struct.unpack(order + "4I", head) if len(head) == 16 else (0, 0, _LONGEST, 0)
            data = file.read(size[2]) if size[2] < _LONGEST else b""
            if len(data) < size[2]:
                rest = self.path.stat().st_size - file.tell() + len(head) + len(data)
                note(self.losses, Loss("end of the capture is missing or damaged", size=rest))
                return
            yield from self._packet(size[0] + size[1] * unit, link, data, size[3])

    def _packet(self, time: float, link: int, data: bytes, size: int) -> Iterator[Packet]:
        try:
            self.last = moment(time)
            yield Packet(self.last, link, data, max(size, len(data)))
        except ValueError:
            note(self.losses, Loss("packet with an impossible time", size=len(data)))

    def _blocks(self, file: BinaryIO) -> Iterator[Packet]:
        order, interfaces = "<", list[_Interface]()
        while head := file.read(8):
            if head[:4] == _SECTION:
                sign = file.read(4)
                file.seek(-len(sign), 1)
                order, interfaces = _ORDERS.get(sign, order), []
            body = _body(file, head, order)
            if body is None:
                rest = self.path.stat().st_size - file.tell() + len(head)
                note(self.losses, Loss("end of the capture is missing or damaged", size=rest))
                return
            kind = struct.unpack(order + "I", head[:4])[0]
            try:
                yield from self._block(kind, body, order, interfaces)
            except (struct.error, IndexError, OverflowError) as error:
                detail = type(error).__name__
                note(self.losses, Loss("block of the capture that makes no sense", detail=detail))

    def _block(
        self, kind: int, body: bytes, order: str, interfaces: list[_Interface]
    ) -> Iterator[Packet]:
        if kind == _IDB:
            interfaces.append(_interface(body, order))
        elif kind == _DSB:
            self._secrets(body, order)
        elif kind == _SPB:
            yield from self._packet(self.last, *_simple(body, order, interfaces))
        elif kind in {_EPB, _PACKET}:
            yield from self._packet(*_captured(kind, body, order, interfaces))

    def _secrets(self, body: bytes, order: str) -> None:
        kind, size = struct.unpack(order + "II", body[:8])
        if kind == _TLS_KEYS:
            self.keys += body[8 : 8 + size]


def looks_like(head: bytes) -> bool:
    """Say whether this is the beginning of a pcap or pcapng file."""
    if head[:4] == _SECTION:
        return head[8:12] in _ORDERS
    return head[:4] in _CLASSIC


def _body(file: BinaryIO, head: bytes, order: str) -> bytes | None:
    """Return what a block holds; None when the file ends in it or its length is damaged."""
    if len(head) < 8:
        return None
    size = struct.unpack(order + "I", head[4:])[0]
    if not 12 <= size <= _LONGEST:
        return None
    body = file.read((size + 3) // 4 * 4 - 8)
    return body[:-4] if len(body) >= size - 8 else None


def _interface(body: bytes, order: str) -> _Interface:
    link, _, snap = struct.unpack(order + "HHI", body[:8])
    made, place = _Interface(link, snap=snap), 8
    while place + 4 <= len(body):
        code, size = struct.unpack(order + "HH", body[place : place + 4])
        value = body[place + 4 : place + 4 + size]
        if code == _RESOLUTION and value:
            power = value[0] & 0x7F
            made.unit = 2.0**-power if value[0] & 0x80 else 10.0**-power
        elif code == _OFFSET and size == 8:
            made.offset = struct.unpack(order + "q", value)[0]
        elif not code:
            break
        place += 4 + (size + 3) // 4 * 4
    return made


def _simple(body: bytes, order: str, interfaces: list[_Interface]) -> tuple[int, bytes, int]:
    """Return link type, bytes and size on the wire."""
    size = struct.unpack(order + "I", body[:4])[0]
    one = interfaces[0]
    return one.link, body[4 : 4 + min(size, one.snap or size)], size


def _captured(
    kind: int, body: bytes, order: str, interfaces: list[_Interface]
) -> tuple[float, int, bytes, int]:
    """Return time, link type, bytes and size on the wire."""
    number, high, low, kept, size = struct.unpack(order + "5I", body[:20])
    if kind == _PACKET:
        number = struct.unpack(order + "H", body[:2])[0]
    one = interfaces[number]
    time = (high << 32 | low) * one.unit + one.offset
    return time, one.link, body[20 : 20 + kept], size
