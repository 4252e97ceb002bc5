"""Read protobuf without its schema: by the bytes alone, the same bytes always the same way.

A length-delimited field is text when it is text through and through, else a message when it
parses to the last byte and looks like one, else a list of packed numbers, else bytes. A message
whose bytes happen to be clean text (`"$` and an id of 36 characters) is therefore read as text:
text that looks like a message is far more frequent. Where one repeated field comes out as text
here and as a message there, they vote within the message that holds them.

Integers are read as signed 64 bit, never as zigzag: nothing in the bytes tells. Eight and four
bytes are a floating-point number when that gives a usual one.

Votes across messages are left out on purpose. What a message says would then depend on what was
read before it, so that the order of a capture, or the number of workers that share it, would
change results. For the same reason nothing is remembered from one body to the next but what a row
of keys says of itself.
"""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import Any, NamedTuple

from auditor.decode import encoding, media, numbers, text
from auditor.decode.fields import BYTES, VARINT, Scanned, agree, signed, take
from auditor.decode.limits import OVER_LIMIT
from auditor.decode.tree import Gap, Node, Raw, Reading, Tags

_DEPTH = 32
MOST_BYTES = 1024 * 1024
"""Longer messages would take seconds; events are a thousandth of that."""
_USUAL_TAG = 15
_TAG_POINTS = ((255, -1), (4095, -3))
_NESTED_SCORE = 1
_BODY_SCORE = 5
_MOSTLY = 0.5
_TEXT_SIZE = 3
_SMALL = 2**32
_SHORT = 32
"""Bytes of a message that is remembered: batches repeat what all of their events share."""
_MOST_KEYS = 64
"""Rows of keys that are longer seldom come again."""
_FIRST_PRINTABLE = 32
_CONTROLS = bytes([*range(_FIRST_PRINTABLE), 127])
_ODD_CONTROLS = bytes(set(_CONTROLS) - set(b"\t\n\r"))
_ID_SIZES = frozenset({8, 12, 16, 20, 24, 32, 48, 64})
_TEXT, _MESSAGE, _SEVERAL, _MANY = 1, 2, 4, 8
_FEW = 128
"""Bytes of packed numbers that are few."""
_BEGINNINGS = frozenset(one for one in range(8, 256) if one & 7 in {0, 1, 2, 3, 5})
"""First bytes of keys that a message can begin with: a field number, and a wire type that is one."""

_new = tuple.__new__
"""Makes a named tuple without its checks."""


class _Shape(NamedTuple):
    """What the keys of a message say, whatever its values are."""

    names: tuple[int, ...]
    points: int
    repeats: bool
    """Numbers come twice, or not in their order, or there are many."""
    integers: tuple[int, ...]
    """Places of the varints; then those of fixed bytes and groups, and of the other bytes."""
    others: tuple[int, ...]
    pieces: tuple[int, ...]


def read(raw: Raw) -> Reading | None:
    """Read a body; without a label that says protobuf it has to look like it convincingly."""
    declared = "protobuf" in raw.content_type or "grpc" in raw.content_type
    if declared and len(raw.data) > MOST_BYTES:
        return Reading(0.5, ("protobuf",), Gap(OVER_LIMIT, len(raw.data), "protobuf too long"))
    printable = raw.text is not None and text.is_printable(raw.text)
    if printable and not declared:
        return None
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
    try:
        keys, values, end, closing = take(data)
    except IndexError:  # it ends within a field
        return None
    if end != len(data) or closing or not keys or depth > _DEPTH:
        return None
    return _message(keys, values, depth)


_known = lru_cache(maxsize=8192)(parse)


def _message(  # noqa: C901 - in one piece: a call would cost more than what it does
    keys: list[int], values: list[Any], depth: int
) -> tuple[Tags, int] | None:
    """Give every value its meaning; None when the keys do not fit together."""
    shape = (_known_shape if len(keys) <= _MOST_KEYS else _shape)(tuple(keys))
    if shape is None:
        return None
    names, score, repeats, integers, others, pieces = shape
    for place in integers:
        value = values[place]
        if value >= _SMALL:
            values[place] = signed(value)
            score += numbers.integer_points(value) - 1
    for place in others:
        found = _other(values[place], depth)
        if found is None:
            return None
        values[place], points = found
        score += points
    nodes = [*values] if repeats else values
    marks = 0
    for place in pieces:
        piece = values[place]
        if piece.isascii() and (spelled := piece.decode()).isprintable():
            nodes[place] = spelled
            score += 3 if len(piece) >= _TEXT_SIZE else bool(piece)
            marks |= _TEXT
        else:
            nodes[place], points, kind = _delimited(piece, depth)
            score += points
            marks |= kind
    if repeats and marks > _MESSAGE:
        _settle(names, nodes, values, depth)
    tags: Tags = _new(Tags, (names, nodes))
    if marks >= _MANY or (repeats and marks >= _SEVERAL):
        tags = tags.spread()
    return tags, score


def _other(value: bytes | Scanned, depth: int) -> tuple[Node, int] | None:
    """Read fixed bytes and groups."""
    return numbers.fixed(value) if isinstance(value, bytes) else _message(*value, depth + 1)


def _delimited(piece: bytes, depth: int) -> tuple[Node, int, int]:
    """Read what is not plain ASCII: text, message, numbers or bytes; points; whether it votes."""
    first = piece[0]
    if first >= _FIRST_PRINTABLE and (spelled := _clean(piece)) is not None:
        return spelled, 3 if len(piece) >= _TEXT_SIZE else 1, _TEXT
    message = None
    if first in _BEGINNINGS:
        size = len(piece)
        again = size <= _SHORT and size not in _ID_SIZES
        message = (_known if again else parse)(piece, depth + 1)
    if message is not None and message[1] >= _NESTED_SCORE:
        return message[0], min(message[1], 4), _MESSAGE
    spelled = _printable(piece)
    if spelled is not None:
        return spelled, 2, _TEXT
    several = numbers.packed(piece)
    if several is not None and not encoding.sniff(piece) and not media.name(piece):
        return several, 0, _SEVERAL if len(piece) <= _FEW else _MANY  # type: ignore[return-value]
    return piece, 0 if len(piece) in _ID_SIZES else -1, 0


def _clean(piece: bytes) -> str | None:
    """Return bytes as text when they are text without any control character."""
    if len(piece.translate(None, _CONTROLS)) != len(piece):
        return None
    try:
        spelled = piece.decode()
    except UnicodeDecodeError:
        return None
    return spelled if text.is_clean(spelled) else None


def _printable(piece: bytes) -> str | None:
    """Return bytes as text when they hold no control characters but tabs and line ends."""
    if len(piece.translate(None, _ODD_CONTROLS)) != len(piece):
        return None
    try:
        spelled = piece.decode()
    except UnicodeDecodeError:
        return None
    return spelled if text.is_printable(spelled) else None


def _settle(names: tuple[int, ...], nodes: list[Node], pieces: list[Any], depth: int) -> None:
    """Let mixed fields vote."""
    texts = {name for name, node in zip(names, nodes, strict=True) if isinstance(node, str)}
    messages = {name for name, node in zip(names, nodes, strict=True) if isinstance(node, Tags)}
    for name in texts & messages:
        _vote([place for place, other in enumerate(names) if other == name], nodes, pieces, depth)


def _vote(places: list[int], nodes: list[Node], pieces: list[Any], depth: int) -> None:
    """Make the readings of one repeated field agree, where the others' reading fits as well.

    Bytes that cannot be text settle it at once; otherwise the more frequent reading wins.
    """
    texts = [place for place in places if isinstance(nodes[place], str) and pieces[place]]
    messages = {place: node for place in places if isinstance(node := nodes[place], Tags)}
    spelled = [_printable(pieces[place]) for place in messages]
    if None not in spelled and len(messages) <= len(texts):
        for place, words in zip(messages, spelled, strict=True):
            nodes[place] = words
        return
    known = {name for node in messages.values() for name in node.names}
    for place in texts:
        message = parse(pieces[place], depth + 1)
        if message and known.issuperset(message[0].names):
            nodes[place] = message[0]


def _shape(keys: tuple[int, ...]) -> _Shape | None:
    """Return what the keys say: the types of the values, and points for numbers that are usual."""
    if not agree(keys):
        return None
    names = tuple([key >> 3 for key in keys])
    places: dict[int, list[int]] = {VARINT: [], BYTES: []}
    others: list[int] = []
    for place, key in enumerate(keys):
        places.get(key & 7, others).append(place)
    step = min(map(operator.sub, names[1:], names), default=1)
    points = len(places[VARINT]) + (1 if step >= 0 else -2)
    if max(names) > _USUAL_TAG:
        points += sum(map(_tag_points, names))
    repeats = step <= 0 or len(keys) > _MOST_KEYS
    integers, pieces = map(tuple, places.values())
    return _Shape(names, points, repeats, integers, tuple(others), pieces)


_known_shape = lru_cache(maxsize=4096)(_shape)


def _tag_points(name: int) -> int:
    """Rate a field number: high ones are rare."""
    if name <= _USUAL_TAG:
        return 0
    return next((less for top, less in _TAG_POINTS if name <= top), -8)


def _count_opaque(tags: Tags) -> int:
    """Count the bytes that stay without a meaning."""
    size = 0
    for node in tags.values:
        if isinstance(node, bytes):
            size += len(node)
        elif isinstance(node, Tags):
            size += _count_opaque(node)
    return size
