"""Make packets and capture files by hand."""

import struct
from collections.abc import Iterable
from ipaddress import ip_address

HERE, THERE, RESOLVER = "192.168.1.5", "93.184.215.14", "192.168.1.1"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ETHERNET = 1
START = 1_763_150_640.5


def tcp(
    data: bytes = b"", sequence: int = 0, flags: int = ACK, ports: tuple[int, int] = (50000, 443)
) -> bytes:
    return struct.pack(">HHIIBBHHH", *ports, sequence, 0, 5 << 4, flags, 0, 0, 0) + data


def udp(data: bytes, ports: tuple[int, int] = (50000, 443)) -> bytes:
    return struct.pack(">HHHH", *ports, 8 + len(data), 0) + data


def ip(
    payload: bytes, source: str = HERE, target: str = THERE, protocol: int = 6, more: bytes = b""
) -> bytes:
    """Wrap in IPv4, or IPv6 with extension headers that `more` holds, `protocol` being the first."""
    ends = ip_address(source).packed + ip_address(target).packed
    if ":" in source:
        return (
            struct.pack(">IHBB", 6 << 28, len(more + payload), protocol, 64) + ends + more + payload
        )
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
    return head + ends + payload


def ethernet(packet: bytes, tags: bytes = b"") -> bytes:
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    return bytes(12) + tags + kind + packet


def back(payload: bytes, protocol: int = 6) -> bytes:
    return ethernet(ip(payload, THERE, HERE, protocol))


def out(payload: bytes, protocol: int = 6) -> bytes:
    return ethernet(ip(payload, HERE, THERE, protocol))


def pcap(
    packets: Iterable[bytes],
    link: int = ETHERNET,
    order: str = "<",
    nano: bool = False,
    snap: int = 1 << 16,
) -> bytes:
    """Return a classic file; packets are 10 ms apart."""
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)]
    unit = 1_000_000_000 if nano else 1_000_000
    for number, one in enumerate(packets):
        time = round((START + number / 100) * unit)
        parts.append(struct.pack(order + "4I", *divmod(time, unit), min(len(one), snap), len(one)))
        parts.append(one[:snap])
    return b"".join(parts)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + size + body + size


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<") -> bytes:
    return block(
        0x0A0D0D0A,
        struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + option(2, b"made by hand", order),
        order,
    )


def interface(link: int = ETHERNET, options: bytes = b"", order: str = "<") -> bytes:
    return block(1, struct.pack(order + "HHI", link, 0, 0) + options, order)


def packet(data: bytes, time: int, number: int = 0, order: str = "<") -> bytes:
    head = struct.pack(order + "5I", number, time >> 32, time & 0xFFFFFFFF, len(data), len(data))
    return block(6, head + data + bytes(-len(data) % 4) + option(1, b"note", order), order)


def hello(name: str) -> bytes:
    """Return the first record of a TLS client."""
    told = name.encode()
    names = struct.pack(">HBH", len(told) + 3, 0, len(told)) + told
    extensions = struct.pack(">HHHH", 0x0A0A, 0, 0, len(names)) + names
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0"
    body += struct.pack(">H", len(extensions)) + extensions
    shake = b"\1" + len(body).to_bytes(3) + body
    return b"\x16\x03\x01" + len(shake).to_bytes(2) + shake


def answer(name: str, address: str) -> bytes:
    """Return an answer of DNS."""
    labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split(".")) + b"\0"
    value = ip_address(address).packed
    kind = 1 if len(value) == 4 else 28
    head = struct.pack(">6H", 1, 0x8180, 1, 1, 0, 0)
    return (
        head
        + labels
        + struct.pack(">HH", kind, 1)
        + b"\xc0\x0c"
        + struct.pack(">HHIH", kind, 1, 60, len(value))
        + value
    )


def handshake(ports: tuple[int, int] = (50000, 443)) -> list[bytes]:
    return [
        out(tcp(b"", 99, SYN, ports)),
        back(tcp(b"", 499, SYN | ACK, ports[::-1])),
        out(tcp(b"", 100, ACK, ports)),
    ]
