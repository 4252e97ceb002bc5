"""Read Apple's binary property lists.

The standard library's reader builds shared parts once and hands out references: a few hundred
bytes can then stand for billions of values. Here every part is paid for each time it is used.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from auditor.decode import xmlplist
from auditor.decode.binary import Cursor, Mismatch, TooMuch, integer, members, octets
from auditor.decode.limits import DAMAGED, OVER_LIMIT
from auditor.decode.tree import Gap, Node, Raw, Reading

_MAGIC = b"bplist0"
_TRAILER = struct.Struct(">5xBBBQQQ")
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_PLAIN = {0x00: None, 0x08: False, 0x09: True, 0x0F: None}
_INTEGER, _REAL, _DATE, _DATA, _ASCII, _WIDE, _UID = 1, 2, 3, 4, 5, 6, 8
_ARRAY, _SETS, _MAP = 10, (11, 12), 13
_LONG_COUNT = 15
_FLOAT_SIZE, _DOUBLE_SIZE = 4, 8
_CENTURY = 4e9
_WIDEST = 8

STARTS = b"b<\xef\xfe\xff \t\r\n"


class _Table(NamedTuple):
    """Where the objects of a list are."""

    cursor: Cursor
    first: int
    """Place of the offsets."""
    objects: int
    width: int
    """Bytes of one offset."""
    reference: int
    """Bytes of one object number."""


def read(raw: Raw) -> Reading | None:
    """Read a property list of either kind."""
    if not raw.data.startswith(_MAGIC):
        return xmlplist.read(raw)
    try:
        table, top = _table(raw.data)
        node = _object(table, top, 0)
    except TooMuch:
        node = Gap(OVER_LIMIT, len(raw.data), "property list with too many levels or values")
    except Mismatch:
        node = Gap(DAMAGED, len(raw.data), "property list")
    return Reading(0.97, ("plist",), node)


def _table(data: bytes) -> tuple[_Table, int]:
    if len(data) < _TRAILER.size:
        raise Mismatch
    _, width, reference, count, top, first = _TRAILER.unpack(data[-_TRAILER.size :])
    if not (0 < width <= _WIDEST and 0 < reference <= _WIDEST and first < len(data)):
        raise Mismatch
    return _Table(Cursor(data, trusting=True), first, count, width, reference), top


def _object(table: _Table, number: int, depth: int) -> Node:
    """Return one object; a list that holds itself ends at the bound on levels."""
    cursor = table.cursor
    cursor.spend(1, depth)
    if number >= table.objects:
        raise Mismatch
    cursor.at = table.first + number * table.width
    cursor.at = cursor.number(table.width)
    head = cursor.take(1)[0]
    if head in _PLAIN:
        return _PLAIN[head]
    kind, size = head >> 4, head & 0x0F
    if kind in {_INTEGER, _REAL, _DATE, _UID}:
        return _number(cursor, kind, size)
    if size == _LONG_COUNT:
        size = cursor.number(1 << (cursor.number(1) & 0x03))
    if kind in {_DATA, _ASCII, _WIDE}:
        return _string(cursor, kind, size)
    return _collection(table, kind, size, depth)


def _number(cursor: Cursor, kind: int, size: int) -> Node:
    if kind == _UID:
        return cursor.number(size + 1)
    width = 1 << (size & 0x07)
    piece = cursor.take(width)
    if kind == _INTEGER:
        return integer(int.from_bytes(piece, signed=width >= _DOUBLE_SIZE))
    if width not in {_FLOAT_SIZE, _DOUBLE_SIZE}:
        raise Mismatch
    real: float = struct.unpack(">f" if width == _FLOAT_SIZE else ">d", piece)[0]
    if kind == _DATE and abs(real) < _CENTURY:
        return (_EPOCH + timedelta(seconds=real)).isoformat()
    return real


def _string(cursor: Cursor, kind: int, size: int) -> Node:
    if kind == _WIDE:
        return cursor.take(2 * size).decode("utf-16-be", "replace")
    return octets(cursor.take(size)) if kind == _DATA else cursor.text(size)


def _collection(table: _Table, kind: int, size: int, depth: int) -> Node:
    if kind == _MAP:
        numbers = _numbers(table, 2 * size)
        keys = [_object(table, one, depth + 1) for one in numbers[:size]]
        values = [_object(table, one, depth + 1) for one in numbers[size:]]
        return members(list(zip(keys, values, strict=True)))
    if kind != _ARRAY and kind not in _SETS:
        raise Mismatch
    return [_object(table, one, depth + 1) for one in _numbers(table, size)]


def _numbers(table: _Table, count: int) -> list[int]:
    if count * table.reference > len(table.cursor.data):
        raise Mismatch
    return [table.cursor.number(table.reference) for _ in range(count)]
