"""Recognise the first bytes of a Spotify access-point connection.

The protocol is neither TLS nor HTTP and encrypts everything after its first message. That message
is plain: `00 04`, its length in four bytes, then protobuf whose first field says which kind of
Spotify software speaks. Field numbers and product names are those of librespot's
`keyexchange.proto`; no DJ application was recorded to learn them.
"""

from __future__ import annotations

from dataclasses import dataclass

_OPENING = b"\x00\x04"
_HEAD = 6
_LONGEST = 1 << 16

_BUILD_INFO = 0x52  # field 10 of the message: length-delimited
_PRODUCT, _PLATFORM, _VERSION = 10, 30, 40  # of BuildInfo: varints

_PRODUCTS = {0: "client", 1: "libspotify", 2: "mobile", 3: "partner", 5: "embedded libspotify"}
_PLATFORMS = {
    0x00: "Windows x86",
    0x01: "macOS x86",
    0x02: "Linux x86",
    0x03: "iPhone ARM",
    0x06: "Android ARM",
    0x08: "Linux x86_64",
    0x09: "macOS x86_64",
    0x11: "Linux ARM",
    0x26: "generic partner",
    0x27: "Windows x86_64",
}


@dataclass(frozen=True, slots=True)
class Hello:
    """What the client says about itself before it encrypts."""

    product: str
    platform: str
    version: int

    def __str__(self) -> str:
        return f"Spotify access point: product {self.product}, platform {self.platform}"


def read_hello(data: bytes) -> Hello | None:
    """Return what a client says to an access point; None for the beginning of anything else.

    The rest of the message need not have come yet, but its first field must be whole.
    """
    if data[:2] != _OPENING or len(data) <= _HEAD or data[_HEAD] != _BUILD_INFO:
        return None
    size, start = _varint(data, _HEAD + 1)
    end = start + size
    told = int.from_bytes(data[2:_HEAD], "big")
    if not end <= told <= _LONGEST or end > len(data):
        return None
    fields = _varints(data[start:end])
    if fields is None or not {_PRODUCT, _PLATFORM, _VERSION} <= fields.keys():
        return None
    product, platform = fields[_PRODUCT], fields[_PLATFORM]
    return Hello(
        _PRODUCTS.get(product, f"number {product}"),
        _PLATFORMS.get(platform, f"number {platform:#x}"),
        fields[_VERSION],
    )


def _varints(data: bytes) -> dict[int, int] | None:
    """Return the fields of a message that holds varints only, as BuildInfo does."""
    fields: dict[int, int] = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value, at = _varint(data, at)
        if tag & 7 or not tag >> 3 or at > len(data):
            return None
        fields[tag >> 3] = value
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a varint and where it ends; past the end of the data if it is cut off or too long."""
    value = 0
    for shift in range(10):
        if at + shift >= len(data):
            break
        byte = data[at + shift]
        value |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            return value, at + shift + 1
    return 0, len(data) + 1
