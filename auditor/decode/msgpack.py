"""Read MessagePack: https://github.com/msgpack/msgpack/blob/master/spec.md."""

from __future__ import annotations

import struct

from auditor.decode import binary
from auditor.decode.binary import Cursor, Mismatch, integer, members, octets
from auditor.decode.tree import Node, Raw, Reading

_NIL, _FALSE, _TRUE, _FLOAT, _DOUBLE = 0xC0, 0xC2, 0xC3, 0xCA, 0xCB
_BINARY = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_EXTENSION = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSION = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_UNSIGNED = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_SIGNED = {0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_TEXT = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_ARRAY = {0xDC: 2, 0xDD: 4}
_MAP = {0xDE: 2, 0xDF: 4}
_PLAIN = {_NIL: None, _FALSE: False, _TRUE: True}
_TIMESTAMP = 0xFF
_SHORT_TIME, _LONG_TIME = 4, 8
_TIMES = frozenset({_SHORT_TIME, _LONG_TIME, 12})

STARTS = bytes([*range(0x80, 0xA0), *range(0xDC, 0xE0)])
"""First bytes of maps and arrays."""


def read(raw: Raw) -> Reading | None:
    """Read a map, an array, or several of them in a row."""
    label = raw.content_type
    return binary.read(raw, "msgpack", item, labelled="msgpack" in label or "messagepack" in label)


def item(cursor: Cursor, depth: int) -> Node:
    """Return the value at the cursor."""
    head = cursor.take(1)[0]
    if head < 0x80 or head >= 0xE0:  # noqa: PLR2004 - the integers of one byte
        return head if head < 0x80 else head - 0x100  # noqa: PLR2004
    if head < 0xC0:  # noqa: PLR2004 - short maps, arrays and texts
        return _short(cursor, head, depth)
    if head in _TEXT:
        return cursor.text(cursor.number(_TEXT[head]))
    if head in _MAP:
        return _map(cursor, cursor.number(_MAP[head]), depth)
    if head in _ARRAY:
        return _array(cursor, cursor.number(_ARRAY[head]), depth)
    return _scalar(cursor, head)


def _short(cursor: Cursor, head: int, depth: int) -> Node:
    if head < 0x90:  # noqa: PLR2004
        return _map(cursor, head & 0x0F, depth)
    if head < 0xA0:  # noqa: PLR2004
        return _array(cursor, head & 0x0F, depth)
    return cursor.text(head & 0x1F)


def _map(cursor: Cursor, count: int, depth: int) -> Node:
    cursor.count(2 * count, depth)
    return members([(item(cursor, depth + 1), item(cursor, depth + 1)) for _ in range(count)])


def _array(cursor: Cursor, count: int, depth: int) -> Node:
    return [item(cursor, depth + 1) for _ in range(cursor.count(count, depth))]


def _scalar(cursor: Cursor, head: int) -> Node:
    if head in _PLAIN:
        return _PLAIN[head]
    if head in _UNSIGNED:
        return cursor.number(_UNSIGNED[head])
    if head in _SIGNED:
        return int.from_bytes(cursor.take(_SIGNED[head]), signed=True)
    if head == _DOUBLE:
        double: float = struct.unpack(">d", cursor.take(8))[0]
        return double
    if head == _FLOAT:
        return float(f"{struct.unpack('>f', cursor.take(4))[0]:.7g}")
    return _bytes(cursor, head)


def _bytes(cursor: Cursor, head: int) -> Node:
    if head in _BINARY:
        return octets(cursor.take(cursor.number(_BINARY[head])))
    if head in _EXTENSION:
        size = cursor.number(_EXTENSION[head])
    elif head in _FIXED_EXTENSION:
        size = _FIXED_EXTENSION[head]
    else:
        raise Mismatch
    kind = cursor.number(1)
    piece = cursor.take(size)
    return _time(piece) if kind == _TIMESTAMP and size in _TIMES else octets(piece)


def _time(piece: bytes) -> Node:
    """Return the seconds since 1970 of a timestamp."""
    if len(piece) == _SHORT_TIME:
        return int.from_bytes(piece)
    if len(piece) == _LONG_TIME:
        both = int.from_bytes(piece)
        return (both & (2**34 - 1)) + (both >> 34) / 1e9
    seconds = int.from_bytes(piece[4:], signed=True)
    return integer(seconds) if not any(piece[:4]) else seconds + int.from_bytes(piece[:4]) / 1e9
