"""Read the multi-part messages of Spotify's older channel: a header with an address, and parts.

They travel inside a sealed connection, so that captures hold them only where somebody opened it.
Columns between tabs are those of the event service: column k behind id and version is tag k of
the later protobuf event.
"""

from __future__ import annotations

from auditor.decode.fields import BYTES, VARINT, split
from auditor.decode.tree import Body, Entries, Key, Node, Raw, Reading, Tags

STARTS = b"\x00"
_SCHEME = b"hm://"
_HEAD = 64
_SIZE = 2
_FIELDS = {1: "uri", 2: "contentType", 3: "method", 4: "statusCode"}
_USER_FIELD = 6
_MOST_COLUMNS = 200


def read(raw: Raw) -> Reading | None:
    """Read a message whose parts fill the body and whose header names an address."""
    if _SCHEME not in raw.data[:_HEAD]:
        return None
    parts = _parts(raw.data)
    header = _header(parts[0]) if parts else None
    if header is None or parts is None:
        return None
    members: list[tuple[Key, Node]] = [(("header", *key), node) for key, node in header]
    for number, part in enumerate(parts[1:]):
        members.append((("parts", number), _columns(part) or Body(part)))
    return Reading(0.97, ("mercury",), Entries(members))


def _parts(data: bytes) -> list[bytes] | None:
    """Return the parts behind the sequence number, the flags and their count."""
    start = _SIZE + int.from_bytes(data[:_SIZE]) + 1
    count = int.from_bytes(data[start : start + _SIZE])
    start += _SIZE
    found = []
    for _ in range(count):
        size = int.from_bytes(data[start : start + _SIZE])
        start += _SIZE
        found.append(data[start : start + size])
        start += size
        if start > len(data):
            return None
    return found if start == len(data) else None


def _header(part: bytes) -> list[tuple[Key, Node]] | None:
    found: list[tuple[Key, Node]] = []
    for number, wire, value in split(part) or ():
        if wire == VARINT and isinstance(value, int) and number in _FIELDS:
            found.append(((_FIELDS[number],), value))
        elif wire == BYTES and isinstance(value, bytes):
            found.extend(_text_field(number, value))
    return found if any(key == ("uri",) for key, _ in found) else None


def _text_field(number: int, value: bytes) -> list[tuple[Key, Node]]:
    if number in _FIELDS:
        return [((_FIELDS[number],), value.decode("utf-8", "replace"))]
    if number != _USER_FIELD:
        return []
    pair = {tag: one for tag, _, one in split(value) or () if isinstance(one, bytes)}
    name = pair.get(1, b"").decode("utf-8", "replace")
    return [(("userFields", name), pair.get(2, b"").decode("utf-8", "replace"))]


def _columns(part: bytes) -> Node:
    """Return an event of columns, or None when it is something else."""
    columns = part.split(b"\t")
    if not 2 < len(columns) <= _MOST_COLUMNS or not columns[0].isdigit():  # noqa: PLR2004
        return None
    try:
        texts = [column.decode() for column in columns]
    except UnicodeDecodeError:
        return None
    values = Tags(tuple(range(1, len(texts) - 1)), [*texts[2:]])
    return Entries([(("event",), texts[0]), (("version",), texts[1]), ((), values)])
