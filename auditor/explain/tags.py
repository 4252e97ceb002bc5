"""Find the bytes of one protobuf field by its tags and their turns."""

from __future__ import annotations

from auditor.decode.fields import BYTES, FIXED32, FIXED64, VARINT
from auditor.explain.search import Span
from auditor.places import At

_SIZES = {FIXED64: 8, FIXED32: 4}


def tag_span(data: bytes, path: str, at: At) -> Span | None:
    """Return the range of a field's value, such as `1.3.2` with one turn for each tag.

    None when the bytes are built otherwise: groups and packed numbers are not looked into.
    """
    tags = path.split(".")
    if len(tags) != len(at) or not all(tag.isdigit() for tag in tags):
        return None
    start, end = 0, len(data)
    try:
        for tag, turn in zip(tags, at, strict=True):
            start, end = _field(data, (start, end), int(tag), turn)
    except (IndexError, ValueError):
        return None
    return start, end


def _field(data: bytes, within: Span, tag: int, turn: int) -> Span:
    """Return the value of the field with this number whose turn it is, without its length."""
    position, stop = within
    while position < stop:
        key, position = _varint(data, position)
        wire = key & 7
        start = position
        if wire == VARINT:
            _, end = _varint(data, position)
        elif wire == BYTES:
            size, start = _varint(data, position)
            end = start + size
        elif wire in _SIZES:
            end = start + _SIZES[wire]
        else:
            raise ValueError("a group")
        if end > stop:
            raise ValueError("ends early")
        if key >> 3 == tag:
            if not turn:
                return start, end
            turn -= 1
        position = end
    raise ValueError("no such field")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte <= 0x7F:  # noqa: PLR2004 - seven bits at a time
            return value, position
