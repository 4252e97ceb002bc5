"""Take protobuf apart as far as its wire format goes: numbers, wire types, values.

What a length-delimited value holds is not in the bytes; `protobuf` and `otlp` decide that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, TypeAlias

VARINT, FIXED64, BYTES, GROUP, _END, FIXED32 = range(6)

Field: TypeAlias = "tuple[int, int, int | bytes | list[Field]]"
"""Number, wire type and value: an unsigned integer, bytes, or the fields of a group."""

Scanned: TypeAlias = "tuple[list[int], list[Any]]"
"""Keys and values in wire order: unsigned integers, bytes, and for a group what was scanned in it."""

_ONE_BYTE = 0x7F
_MORE = 0x80
_FIRST, _SECOND, *_OTHERS = WEIGHED = [
    tuple((byte & _ONE_BYTE) << shift for byte in range(256)) for shift in range(0, 70, 7)
]
_NONE = 0, sys.maxsize
_BEHIND_LAST_KEY = 2**32
_GROUPS = 16


def split(data: bytes) -> list[Field] | None:
    """Return the fields in wire order, or None unless they fill the bytes to the last.

    One number with two wire types in one message is refused, and so are integers spelled
    longer than a writer would spell them: random bytes have such things, messages do not.
    """
    found = scan(data)
    return _fields(*found) if found else None


def scan(data: bytes) -> Scanned | None:
    """Return keys and values, or None unless they fill the bytes to the last.

    Whether the keys fit together, in the message and in its groups, is for `agree` to say.
    """
    try:
        keys, values, end, closing = take(data)
    except IndexError:  # it ends within a field
        return None
    return (keys, values) if end == len(data) and not closing else None


def agree(keys: Iterable[int]) -> bool:
    """Say whether the fields of one message have lawful numbers, and each a single wire type."""
    kinds = set(keys)
    names = {key >> 3 for key in kinds}
    return len(names) == len(kinds) and 0 not in names and max(kinds, default=0) < _BEHIND_LAST_KEY


def signed(number: int) -> int:
    """Return an unsigned 64-bit integer as the signed one with the same bits."""
    return number - 2**64 if number >= 2**63 else number


def _varint(data: bytes, start: int) -> tuple[int, int]:
    """Return a number of two bytes or more and the place behind it.

    A place behind the end of the data means that it is misspelled.
    """
    byte = data[start + 1]
    number = _FIRST[data[start]] + _SECOND[byte]
    start += 2
    if byte > _ONE_BYTE:
        for weighed in _OTHERS:
            byte = data[start]
            number += weighed[byte]
            start += 1
            if byte <= _ONE_BYTE:
                break
    return (number, start) if 0 < byte <= _ONE_BYTE and number < 2**64 else _NONE


def take(  # noqa: C901 - in one piece: a call would cost more than what it does
    data: bytes, start: int = 0, depth: int = 0
) -> tuple[list[int], list[Any], int, int]:
    """Return keys, values, the place behind them and the key that closes a group there, or 0.

    A place behind the end means that they are no fields.
    """
    # Numbers of one and two bytes are read in place, sizes as well as values: nearly all are that
    # short, and a call takes longer than reading them.
    keys: list[int] = []
    values: list[Any] = []
    size = len(data)
    value: Any
    while start < size:
        key = data[start]
        start += 1
        if key > _ONE_BYTE:
            key, start = _varint(data, start - 1)
        wire = key & 7
        if wire == BYTES:
            end = data[start]
            start += 1
            if end > _ONE_BYTE:
                more = data[start]
                if 0 < more <= _ONE_BYTE:
                    end += (more << 7) - _MORE
                    start += 1
                else:
                    end, start = _varint(data, start - 1)
            end += start
            value = data[start:end]
            start = end
        elif not wire:
            value = data[start]
            start += 1
            if value > _ONE_BYTE:
                more = data[start]
                if 0 < more <= _ONE_BYTE:
                    value += (more << 7) - _MORE
                    start += 1
                else:
                    value, start = _varint(data, start - 1)
        elif wire == _END:
            return keys, values, start, key
        else:
            value, start = _rare(data, start, key, depth)
        keys.append(key)
        values.append(value)
    return keys, values, start, 0


def _rare(data: bytes, start: int, key: int, depth: int) -> tuple[bytes | Scanned, int]:
    """Return fixed bytes or a group, and the place behind it."""
    wire = key & 7
    if wire == FIXED64:
        return data[start : start + 8], start + 8
    if wire == FIXED32:
        return data[start : start + 4], start + 4
    if wire == GROUP and depth < _GROUPS:
        keys, values, start, closing = take(data, start, depth + 1)
        if keys and closing == key + 1:
            return (keys, values), start
    return b"", sys.maxsize


def _fields(keys: list[int], values: list[Any]) -> list[Field] | None:
    """Return what was scanned field by field, or None when keys do not fit together."""
    if not agree(keys):
        return None
    found: list[Field] = []
    for key, value in zip(keys, values, strict=True):
        inner = _fields(*value) if key & 7 == GROUP else value
        if inner is None:
            return None
        found.append((key >> 3, key & 7, inner))
    return found
