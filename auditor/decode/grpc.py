"""Take the length prefixes of gRPC and gRPC-web off protobuf messages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from auditor.decode import encoding, protobuf
from auditor.decode.limits import DAMAGED, OVER_LIMIT, Limits, Meter
from auditor.decode.tree import Entries, Gap, Key, Node, Raw, Reading, Tags

STARTS = b"\x00\x01\x80\x81"
_PREFIX = 5
_PACKED, _TRAILERS = 0x01, 0x80
_MOST_FRAMES = 50_000
_WEB_TEXT = "grpc-web-text"


def read(raw: Raw) -> Reading | None:
    """Read all frames as one message, so that one call and a stream of calls have equal paths."""
    frames = _frames(raw.data)
    if not frames:
        return None
    declared = "grpc" in raw.content_type
    names: list[int] = []
    values: list[Node] = []
    rest: list[tuple[Key, Node]] = []
    for found in _contents(frames):
        if isinstance(found, Tags):
            names.extend(found.names)
            values.extend(found.values)
        elif isinstance(found, Entries):
            rest.append((("trailers",), found))
        elif declared:
            rest.append(((), found))
        else:
            return None
    if not names and not (declared and rest):
        return None
    fields = Tags(tuple(names), values).spread()
    node = Entries([((), fields), *rest]) if rest else fields
    return Reading(0.95 if declared else 0.75, ("grpc", "protobuf"), node)


def read_text(raw: Raw) -> Reading | None:
    """Read frames in base64, several pieces of it with their own padding in a row."""
    if _WEB_TEXT not in raw.content_type or not raw.data.isascii():
        return None
    plain = bytearray()
    for piece in raw.data.replace(b"=", b"= ").replace(b"= =", b"==").split():
        try:
            plain += base64.b64decode(piece, validate=True)
        except binascii.Error:
            return None
    reading = read(Raw(bytes(plain), raw.content_type))
    return reading._replace(steps=("base64", *reading.steps)) if reading else None


def _frames(data: bytes) -> list[tuple[int, bytes]] | None:
    """Return flags and content of every frame, or None unless they fill the body."""
    found: list[tuple[int, bytes]] = []
    start = 0
    while start < len(data):
        end = start + _PREFIX + int.from_bytes(data[start + 1 : start + _PREFIX])
        if data[start] not in STARTS or end > len(data) or len(found) > _MOST_FRAMES:
            return None
        found.append((data[start], data[start + _PREFIX : end]))
        start = end
    return found


def _contents(frames: list[tuple[int, bytes]]) -> Iterator[Tags | Entries | Gap]:
    """Yield the message, the trailers or the gap that each frame holds."""
    room = protobuf.MOST_BYTES
    meter = Meter(Limits(plain_size=room))
    for flags, frame in frames:
        if flags & _TRAILERS:
            yield _trailers(frame)
            continue
        data = _unpack(frame, meter) if flags & _PACKED else frame
        if isinstance(data, Gap):
            yield data
            continue
        room -= len(data)
        if room < 0:
            yield Gap(OVER_LIMIT, len(frame), "protobuf too long")
        elif data:
            message = protobuf.parse(data)
            yield message[0] if message else Gap(DAMAGED, len(frame), "no protobuf in the frame")


def _unpack(frame: bytes, meter: Meter) -> bytes | Gap:
    plain = encoding.undo(frame, (), meter)
    if plain.reason or not plain.steps:
        return Gap(plain.reason or DAMAGED, len(frame), plain.detail or "compressed frame")
    return plain.data


def _trailers(frame: bytes) -> Entries:
    """Return what gRPC-web sends behind the messages: lines of headers."""
    lines = frame.decode("utf-8", "replace").splitlines()
    pairs = [line.partition(":") for line in lines if line.strip()]
    return Entries([((name.strip().lower(),), value.strip()) for name, _, value in pairs])
