"""Read CBOR (RFC 8949), with its tags, items of indefinite length, and sequences (RFC 8742)."""

from __future__ import annotations

import struct

from auditor.decode import binary
from auditor.decode.binary import Cursor, Mismatch, integer, members, octets
from auditor.decode.tree import Body, Node, Raw, Reading

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _OTHER = range(8)
_ONE_BYTE, _EIGHT_BYTES, _OPEN = 24, 27, 31
_BREAK = 0xFF
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
_BIG, _BIG_NEGATIVE, _DECIMAL, _EMBEDDED = 2, 3, 4, 24
_FAR = 300
_WORD = 8

STARTS = bytes(range(0x80, 0xDC))
"""First bytes of arrays, maps and tags."""


class _Closed:
    """The end of an item of indefinite length."""


_CLOSED = _Closed()


def read(raw: Raw) -> Reading | None:
    """Read an array, a map, or several of them in a row."""
    return binary.read(raw, "cbor", item, labelled="cbor" in raw.content_type)


def item(cursor: Cursor, depth: int) -> Node:
    """Return the value at the cursor."""
    found = _item(cursor, depth)
    if isinstance(found, _Closed):
        raise Mismatch
    return found


def _item(cursor: Cursor, depth: int) -> Node | _Closed:
    head = cursor.take(1)[0]
    major, short = head >> 5, head & 0x1F
    if major == _OTHER:
        return _CLOSED if head == _BREAK else _other(cursor, short)
    if short == _OPEN:
        return _open(cursor, major, depth)
    number = _argument(cursor, short)
    if major <= _NEGATIVE:
        return number if major == _UNSIGNED else integer(-1 - number)
    if major <= _TEXT:
        return cursor.text(number) if major == _TEXT else octets(cursor.take(number))
    if major == _TAG:
        return _tagged(cursor, number, depth)
    return _collection(cursor, major, number, depth)


def _argument(cursor: Cursor, short: int) -> int:
    if short < _ONE_BYTE:
        return short
    if short > _EIGHT_BYTES:
        raise Mismatch
    return cursor.number(1 << (short - _ONE_BYTE))


def _collection(cursor: Cursor, major: int, count: int, depth: int) -> Node:
    if major == _ARRAY:
        return [item(cursor, depth + 1) for _ in range(cursor.count(count, depth))]
    cursor.count(2 * count, depth)
    return members([(item(cursor, depth + 1), item(cursor, depth + 1)) for _ in range(count)])


def _open(cursor: Cursor, major: int, depth: int) -> Node:
    """Read items up to the mark that ends them."""
    if major not in {_BYTES, _TEXT, _ARRAY, _MAP}:
        raise Mismatch
    found: list[Node] = []
    while True:
        cursor.spend(1, depth)
        one = _item(cursor, depth + 1)
        if isinstance(one, _Closed):
            break
        found.append(one)
    if major == _ARRAY:
        return found
    if major == _MAP:
        if len(found) % 2:
            raise Mismatch
        return members(list(zip(found[::2], found[1::2], strict=True)))
    return _joined(found, major)


def _joined(parts: list[Node], major: int) -> Node:
    """Join the pieces of a text or of bytes."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part.encode())
        elif isinstance(part, Body):
            pieces.append(part.data)
        elif isinstance(part, bytes):
            pieces.append(part)
        else:
            raise Mismatch
    whole = b"".join(pieces)
    return octets(whole) if major == _BYTES else whole.decode("utf-8", "replace")


def _other(cursor: Cursor, short: int) -> Node:
    if short in _SIMPLE:
        return _SIMPLE[short]
    if short in _FLOATS:
        form, size = _FLOATS[short]
        number: float = struct.unpack(form, cursor.take(size))[0]
        return number if size == _WORD else float(f"{number:.7g}")
    if short > _ONE_BYTE:
        raise Mismatch
    return short if short < _ONE_BYTE else cursor.number(1)


def _tagged(cursor: Cursor, tag: int, depth: int) -> Node:
    """Return the value behind a tag; of most tags the value says enough."""
    cursor.spend(1, depth)
    start = cursor.at
    value = item(cursor, depth + 1)
    if tag in {_BIG, _BIG_NEGATIVE}:
        return _big(cursor.data[start : cursor.at], negative=tag == _BIG_NEGATIVE, value=value)
    if tag == _DECIMAL and isinstance(value, list):
        return _decimal(value)
    if tag == _EMBEDDED:
        return _embedded(cursor.data[start : cursor.at], value, depth, cursor)
    return value


def _big(spelled: bytes, value: Node, *, negative: bool) -> Node:
    """Return an integer of up to 64 bits; larger ones are keys and stay bytes."""
    inner = _octets_of(spelled)
    if inner is None or len(inner) > _WORD:
        return value
    number = int.from_bytes(inner)
    return integer(-1 - number) if negative else number


def _octets_of(spelled: bytes) -> bytes | None:
    """Return the content of a byte string of known length."""
    cursor = Cursor(spelled)
    head = cursor.take(1)[0]
    if head >> 5 != _BYTES or head & 0x1F == _OPEN:
        return None
    return cursor.take(_argument(cursor, head & 0x1F))


def _decimal(value: list[Node]) -> Node:
    match value:
        case [int(power), int(digits)] if abs(power) <= _FAR and abs(digits) < 2**63:
            return float(f"{digits}e{power}")
    return [*value]


def _embedded(spelled: bytes, value: Node, depth: int, outer: Cursor) -> Node:
    """Read CBOR inside a byte string."""
    inner = _octets_of(spelled)
    if not inner:
        return value
    cursor = Cursor(inner)
    cursor.left = outer.left
    try:
        found = item(cursor, depth + 1)
    except Mismatch:
        return value
    finally:
        outer.left = cursor.left
    return found if cursor.at == len(inner) else value
