"""Peel a packet down to what TCP or UDP carried."""

# ruff: noqa: PLR2004 (numbers of a wire format)

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import ip_address

from auditor.sources.pcap_file import Packet

_IP4, _IP6 = 0x0800, 0x86DD
_VLAN = frozenset({0x8100, 0x88A8, 0x9100})
TCP, UDP = 6, 17
_EXTENSIONS = frozenset({0, 43, 60, 135})
_FRAGMENT = 44
_LOOPBACK6 = frozenset({10, 24, 28, 30})
"""What BSD, FreeBSD, macOS and Linux call IPv6."""

LINKS = frozenset({0, 1, 12, 14, 101, 108, 113, 228, 229, 276})
"""Link types that are read: loopback, Ethernet, bare IP and what Linux calls “cooked”."""

Place = tuple[str, int]
"""Address and port."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one TCP segment or UDP datagram carried."""

    time: float
    protocol: int
    source: Place
    target: Place
    data: bytes
    size: int
    """Bytes carried on the wire; more than `len(data)` when the capture kept only the beginning."""
    sequence: int = 0
    flags: int = 0


FIN, SYN, RST, ACK = 1, 2, 4, 16


def segment(packet: Packet) -> Segment | None:
    """Return what a packet carried; None when it is neither TCP nor UDP, or only a part of them."""
    try:
        kind, place = _network(packet.link, packet.data)
        if kind == _IP4:
            return _over4(packet, place)
        return _over6(packet, place) if kind == _IP6 else None
    except (struct.error, IndexError, ValueError):
        return None


def _network(link: int, data: bytes) -> tuple[int, int]:
    """Return the kind of network layer and where it begins."""
    if link == 1:
        return _tagged(data, 12)
    if link == 113:
        return _tagged(data, 14)
    if link == 276:
        return _number(data, 0), 20
    if link in {0, 108}:
        family = max(data[0], data[3])
        return (_IP6 if family in _LOOPBACK6 else _IP4 if family == 2 else 0), 4
    if link in {12, 14, 101, 228, 229}:
        return (_IP6 if data[0] >> 4 == 6 else _IP4), 0
    return 0, 0


def _tagged(data: bytes, place: int) -> tuple[int, int]:
    kind = _number(data, place)
    while kind in _VLAN:
        place += 4
        kind = _number(data, place)
    return kind, place + 2


def _number(data: bytes, place: int) -> int:
    return int(struct.unpack_from(">H", data, place)[0])


def _over4(packet: Packet, place: int) -> Segment | None:
    data = packet.data
    head = (data[place] & 15) * 4
    if data[place] >> 4 != 4 or head < 20 or _number(data, place + 6) & 0x1FFF:
        return None
    total = _number(data, place + 2) or packet.size - place
    names = (
        str(ip_address(data[place + 12 : place + 16])),
        str(ip_address(data[place + 16 : place + 20])),
    )
    return _transport(packet, data[place + 9], names, place + head, place + total)


def _over6(packet: Packet, place: int) -> Segment | None:
    data = packet.data
    if data[place] >> 4 != 6:
        return None
    names = (
        str(ip_address(data[place + 8 : place + 24])),
        str(ip_address(data[place + 24 : place + 40])),
    )
    end = place + 40 + (_number(data, place + 4) or packet.size - place - 40)
    following, place = data[place + 6], place + 40
    while following in _EXTENSIONS or following == _FRAGMENT:
        if following == _FRAGMENT and _number(data, place + 2) & 0xFFF8:
            return None
        size = 8 if following == _FRAGMENT else data[place + 1] * 8 + 8
        following, place = data[place], place + size
    return _transport(packet, following, names, place, end)


def _transport(
    packet: Packet, protocol: int, names: tuple[str, str], place: int, end: int
) -> Segment | None:
    data = packet.data
    if protocol not in {TCP, UDP}:
        return None
    ports = struct.unpack_from(">HH", data, place)
    sequence = flags = 0
    start = place + 8
    if protocol == TCP:
        sequence = struct.unpack_from(">I", data, place + 4)[0]
        start, flags = place + (data[place + 12] >> 4) * 4, data[place + 13]
    return Segment(
        time=packet.time,
        protocol=protocol,
        source=(names[0], ports[0]),
        target=(names[1], ports[1]),
        data=data[start:end],
        size=max(0, end - start),
        sequence=sequence,
        flags=flags,
    )
