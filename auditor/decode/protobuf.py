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
change results. For the same reason nothing is remembered from one body to the next.
"""

from __future__ import annotations

from auditor.decode import encoding, media, numbers, text
from auditor.decode.fields import BYTES, VARINT, Field, signed, split
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
_FIRST_PRINTABLE = 32
_CONTROLS = bytes([*range(_FIRST_PRINTABLE), 127])
_ODD_CONTROLS = bytes(set(_CONTROLS) - set(b"\t\n\r"))
_ID_SIZES = frozenset({8, 12, 16, 20, 24, 32, 48, 64})
_TEXT, _MESSAGE, _SEVERAL = 1, 2, 4


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
    if depth > _DEPTH:
        return None
    fields = split(data)
    return _message(fields, depth) if fields else None


def _message(fields: list[Field], depth: int) -> tuple[Tags, int]:
    """Give every field its meaning."""
    found: list[tuple[int, Node]] = []
    score = marks = last = 0
    order = 1
    repeats = False
    for number, wire, value in fields:
        if wire == VARINT and value < _SMALL:  # type: ignore[operator]  # an integer
            node: Node = value  # type: ignore[assignment]
            points = 1
        elif wire == BYTES:
            node, points, kind = _delimited(value, depth)  # type: ignore[arg-type]
            marks |= kind
        else:
            node, points = _scalar(value, depth)
        found.append((number, node))
        if number > _USUAL_TAG:
            points += next((less for top, less in _TAG_POINTS if number <= top), -8)
        if number <= last:
            repeats = True
            order = order if number == last else -2
        last = number
        score += points
    if marks > _MESSAGE and (repeats or marks & _SEVERAL):
        _settle(found, fields, depth)
    return Tags(found), score + order


def _scalar(value: int | bytes | list[Field], depth: int) -> tuple[Node, int]:
    """Read large integers, fixed bytes and groups."""
    if isinstance(value, int):
        return signed(value), numbers.integer_points(value)
    if isinstance(value, bytes):
        return numbers.fixed(value)
    return _message(value, depth + 1)


def _delimited(piece: bytes, depth: int) -> tuple[Node, int, int]:
    """Read a length-delimited field: text, message, numbers or bytes; points; whether it votes."""
    if not piece:
        return "", 0, 0
    spelled = _clean(piece)
    if spelled is not None:
        return spelled, 3 if len(piece) >= _TEXT_SIZE else 1, _TEXT
    message = parse(piece, depth + 1)
    if message is not None and message[1] >= _NESTED_SCORE:
        return message[0], min(message[1], 4), _MESSAGE
    spelled = _printable(piece)
    if spelled is not None:
        return spelled, 2, _TEXT
    several = numbers.packed(piece)
    if several is not None and not encoding.sniff(piece) and not media.name(piece):
        return several, 0, _SEVERAL  # type: ignore[return-value]
    return piece, 0 if len(piece) in _ID_SIZES else -1, 0


def _clean(piece: bytes) -> str | None:
    """Return bytes as text when they are text without any control character."""
    if piece[0] < _FIRST_PRINTABLE:
        return None
    if piece.isascii():
        spelled = piece.decode()
        return spelled if spelled.isprintable() else None
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


def _settle(found: list[tuple[int, Node]], fields: list[Field], depth: int) -> None:
    """Let mixed fields vote, and give packed numbers the shape of repeated ones."""
    texts = {number for number, node in found if isinstance(node, str)}
    messages = {number for number, node in found if isinstance(node, Tags)}
    for number in texts & messages:
        _vote(number, found, fields, depth)
    lists = [place for place, (_, node) in enumerate(found) if isinstance(node, list)]
    for place in reversed(lists):
        number, node = found[place]
        found[place : place + 1] = [(number, one) for one in node]  # type: ignore[union-attr]


def _vote(number: int, found: list[tuple[int, Node]], fields: list[Field], depth: int) -> None:
    """Make the readings of one repeated field agree, where the others' reading fits as well.

    Bytes that cannot be text settle it at once; otherwise the more frequent reading wins.
    """
    places = [place for place, (other, _) in enumerate(found) if other == number]
    texts = [place for place in places if isinstance(found[place][1], str) and fields[place][2]]
    messages = [place for place in places if isinstance(found[place][1], Tags)]
    spelled = [_printable(fields[place][2]) for place in messages]  # type: ignore[arg-type]
    if None not in spelled and len(messages) <= len(texts):
        for place, words in zip(messages, spelled, strict=True):
            found[place] = number, words
        return
    known = {tag for place in messages for tag, _ in _fields_of(found[place][1])}
    for place in texts:
        message = parse(fields[place][2], depth + 1)  # type: ignore[arg-type]
        if message and all(tag in known for tag, _ in message[0].fields):
            found[place] = number, message[0]


def _fields_of(node: Node) -> list[tuple[int, Node]]:
    return node.fields if isinstance(node, Tags) else []


def _count_opaque(tags: Tags) -> int:
    """Count the bytes that stay without a meaning."""
    size = 0
    for _, node in tags.fields:
        if isinstance(node, bytes):
            size += len(node)
        elif isinstance(node, Tags):
            size += _count_opaque(node)
    return size
