"""Protobuf messages built by hand, so that their bytes are known, and read again."""

from __future__ import annotations

import struct
from typing import Any

from auditor.decode import decode_message
from auditor.decode.protobuf import parse
from auditor.decode.tree import Tags
from auditor.records import Decoded, Message


def varint(number: int) -> bytes:
    number %= 2**64
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def field(number: int, value: int | float | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fixed32(number: int, packed: bytes) -> bytes:
    return varint(number << 3 | 5) + packed


def decode(body: bytes, content_type: str = "application/x-protobuf") -> Decoded:
    return decode_message(Message("out", body, len(body), content_type))


def tags(fields: list[tuple[int, Any]]) -> Tags:
    return Tags(tuple(number for number, _ in fields), [value for _, value in fields])


def group(number: int, inner: bytes) -> bytes:
    return varint(number << 3 | 3) + inner + varint(number << 3 | 4)


def read_all(body: bytes) -> list[tuple[int, object]]:
    found = parse(body)
    assert found is not None
    return [*zip(*found[0].spread(), strict=True)]
