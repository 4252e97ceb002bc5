"""Read protobuf without its schema: by the bytes alone, the same bytes always the same way.

A length-delimited field is text when it is text through and through, else a message when it
parses to the last byte and looks like one, else bytes. Integers are read as signed 64 bit,
never as zigzag; eight and four bytes are a floating-point number when that gives a usual one.
"""

from __future__ import annotations

import struct

from auditor.decode import text
from auditor.decode.limits import OVER_LIMIT
from auditor.decode.tree import Gap, Node, Raw, Reading, Tags

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEPTH = 32
MOST_BYTES = 1024 * 1024
"""Longer messages would take seconds; events are a thousandth of that."""
_VARINT_SIZE = 10
_HIGH_TAG = 2**29
_TAG_POINTS = ((15, 0), (255, -1), (4095, -3))
_NESTED_SCORE = 1
_BODY_SCORE = 5
_MOSTLY = 0.5
_TEXT_SIZE = 3
_MORE = 0x80
_LONG = 8
_PLAIN_FLOATS = (1e-6, 1e12)
_OUR_TIME = (1_000_000_000, 2_500_000_000)
_ID_SIZES = frozenset({8, 12, 16, 20, 24, 32, 48, 64})


class _Mismatch(Exception):  # noqa: N818 - not an error of the program
    """The bytes are no protobuf message."""


def read(raw: Raw) -> Reading | None:
    """Read a body; without a label that says protobuf it has to look like it convincingly."""
    declared = "protobuf" in raw.content_type or "grpc" in raw.content_type
    printable = raw.text is not None and text.is_printable(raw.text)
    if printable and not declared:
        return None
    if declared and len(raw.data) > MOST_BYTES:
        return Reading(0.5, ("protobuf",), Gap(OVER_LIMIT, len(raw.data), "protobuf too long"))
    message = parse(raw.data) if len(raw.data) <= MOST_BYTES else None
    if message is None:
        return None
    fields, score = message
    if declared:
        return Reading(0.5 if printable else 0.9, ("protobuf",), fields)
    if score < _BODY_SCORE or _count_opaque(fields) > len(raw.data) * _MOSTLY:
        return None
    return Reading(0.7, ("protobuf",), fields)


def parse(data: bytes, depth: int = 0) -> tuple[Tags, int] | None:
    """Return a message and a score of how much it looks like one, or None."""
    if not data or depth > _DEPTH:
        return None
    fields: list[tuple[int, Node]] = []
    wires: dict[int, int] = {}
    score = 0
    start = 0
    try:
        while start < len(data):
            key, start = _varint(data, start)
            number, wire = key >> 3, key & 7
            if not 0 < number < _HIGH_TAG or wires.setdefault(number, wire) != wire:
                return None
            node, start, points = _field(data, start, wire, depth)
            fields.append((number, node))
            score += points + next((less for top, less in _TAG_POINTS if number <= top), -8)
    except _Mismatch:
        return None
    numbers = [number for number, _ in fields]
    return Tags(fields), score + (1 if numbers == sorted(numbers) else -2)


def _count_opaque(tags: Tags) -> int:
    """Count the bytes that stay without a meaning."""
    size = 0
    for _, node in tags.fields:
        if isinstance(node, bytes):
            size += len(node)
        elif isinstance(node, Tags):
            size += _count_opaque(node)
    return size


def _varint(data: bytes, start: int) -> tuple[int, int]:
    """Return a number and the place behind it; spellings no writer would use are refused."""
    if start < len(data) and data[start] < _MORE:
        return data[start], start + 1
    number = 0
    for place in range(_VARINT_SIZE):
        if start + place >= len(data):
            break
        byte = data[start + place]
        number |= (byte & ~_MORE) << (7 * place)
        if byte < _MORE:
            if (place and not byte) or number >= 2**64:
                break
            return number, start + place + 1
    raise _Mismatch


def _field(data: bytes, start: int, wire: int, depth: int) -> tuple[Node, int, int]:
    """Return a field's value, where the next field starts, and points for plausibility."""
    if wire == _VARINT:
        number, end = _varint(data, start)
        return number - 2**64 if number >= 2**63 else number, end, _integer_points(number)
    if wire == _BYTES:
        size, start = _varint(data, start)
    elif wire in (_FIXED64, _FIXED32):
        size = 8 if wire == _FIXED64 else 4
    else:
        raise _Mismatch
    end = start + size
    if end > len(data):
        raise _Mismatch
    piece = data[start:end]
    node, points = _delimited(piece, depth) if wire == _BYTES else _fixed(piece)
    return node, end, points


def _integer_points(number: int) -> int:
    """Rate an integer: counts, seconds, milli-, micro- and nanoseconds of our time, and -1."""
    if number < 2**32 or number == 2**64 - 1 or _is_time(number):
        return 1
    return 0 if number < 2**53 else -2


def _is_time(number: int) -> bool:
    first, last = _OUR_TIME
    return any(first <= number / unit < last for unit in (1, 1e3, 1e6, 1e9))


def _fixed(piece: bytes) -> tuple[Node, int]:
    """Read four or eight bytes as a float when that gives a number people use, else integer."""
    is_long = len(piece) == _LONG
    floating: float = struct.unpack("<d" if is_long else "<f", piece)[0]
    least, most = _PLAIN_FLOATS
    if not floating or least <= abs(floating) < most:
        # Four bytes carry seven digits; more would be noise (0.1 read as 0.10000000149).
        return (floating if is_long else float(f"{floating:.7g}")), 1
    number = int.from_bytes(piece, "little", signed=True)
    return number, 1 if _is_time(number) or abs(number) < 2**24 else -1


def _delimited(piece: bytes, depth: int) -> tuple[Node, int]:
    """Read a length-delimited field: text, message or bytes."""
    if not piece:
        return "", 0
    try:
        spelled = piece.decode()
    except UnicodeDecodeError:
        spelled = None
    if spelled is not None and text.is_clean(spelled):
        return spelled, 3 if len(piece) >= _TEXT_SIZE else 1
    message = parse(piece, depth + 1)
    if message is not None and message[1] >= _NESTED_SCORE:
        return message[0], min(message[1], 4)
    if spelled is not None and text.is_printable(spelled):
        return spelled, 2
    return piece, 0 if len(piece) in _ID_SIZES else -1
