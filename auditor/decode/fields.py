"""Take protobuf apart as far as its wire format goes: numbers, wire types, values.

What a length-delimited value holds is not in the bytes; `protobuf` and `otlp` decide that.
"""

from __future__ import annotations

from typing import TypeAlias

VARINT, FIXED64, BYTES, GROUP, _END, FIXED32 = range(6)

Field: TypeAlias = "tuple[int, int, int | bytes | list[Field]]"
"""Number, wire type and value: an unsigned integer, bytes, or the fields of a group."""

_ONE_BYTE = 0x7F
_MOST_BITS = 70
_BEHIND_LAST_KEY = 2**32
_NEITHER = 5
"""Bits that are set in every wire type but those of varints (0) and bytes (2)."""
_GROUPS = 16


def split(data: bytes) -> list[Field] | None:
    """Return the fields in wire order, or None unless they fill the bytes to the last.

    One number with two wire types in one message is refused, and so are integers spelled
    longer than a writer would spell them: random bytes have such things, messages do not.
    """
    found = _scan(data, 0, 0, 0)
    return found[0] if found else None


def signed(number: int) -> int:
    """Return an unsigned 64-bit integer as the signed one with the same bits."""
    return number - 2**64 if number >= 2**63 else number


def _scan(data: bytes, start: int, closing: int, depth: int) -> tuple[list[Field], int] | None:
    """Return fields up to the end, or up to the key that closes a group, and the place behind."""
    fields: list[Field] = []
    wires = {0: -1}
    size = len(data)
    value: int | bytes | list[Field]
    while start < size:
        key = data[start]
        start += 1
        if key > _ONE_BYTE:
            key, start = varint(data, start - 1)
            start = start if key < _BEHIND_LAST_KEY else size + 1
        if closing and key == closing:
            return fields, start
        wire = key & 7
        if not wire & _NEITHER:
            if start < size and data[start] <= _ONE_BYTE:
                value = data[start]
                start += 1
            else:
                value, start = varint(data, start)
            if wire:
                end = start + value
                value = data[start:end]
                start = end
        else:
            value, start = _rare(data, start, key, depth)
        number = key >> 3
        if start > size or wires.setdefault(number, wire) != wire:
            return None
        fields.append((number, wire, value))
    return None if closing else (fields, start)


def varint(data: bytes, start: int) -> tuple[int, int]:
    """Return a number and the place behind it; a place behind the end means there is none."""
    size = len(data)
    number = shift = 0
    while start < size and shift < _MOST_BITS:
        byte = data[start]
        start += 1
        if byte <= _ONE_BYTE:
            number |= byte << shift
            return (number, start) if (byte or not shift) and number < 2**64 else (0, size + 1)
        number |= (byte & _ONE_BYTE) << shift
        shift += 7
    return 0, size + 1


def _rare(data: bytes, start: int, key: int, depth: int) -> tuple[bytes | list[Field], int]:
    """Return fixed bytes or a group, and the place behind it."""
    wire = key & 7
    if wire == GROUP and depth < _GROUPS:
        found = _scan(data, start, key + 1, depth + 1)
        if found and found[0]:
            return found
    elif wire in {FIXED64, FIXED32}:
        end = start + (8 if wire == FIXED64 else 4)
        return data[start:end], end
    return b"", len(data) + 1
