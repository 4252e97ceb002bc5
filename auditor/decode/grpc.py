"""Take gRPC's length prefixes off protobuf messages."""

from __future__ import annotations

import zlib

from auditor.decode import protobuf
from auditor.decode.tree import Node, Raw, Reading, Tags

_PREFIX = 5


def read(raw: Raw) -> Reading | None:
    """Read all frames as one message, so that one call and a stream of calls have equal paths."""
    fields: list[tuple[int, Node]] = []
    data, start = raw.data, 0
    room = protobuf.MOST_BYTES
    while start < len(data):
        end = start + _PREFIX + int.from_bytes(data[start + 1 : start + _PREFIX])
        if data[start] > 1 or end > len(data):
            return None
        frame = data[start + _PREFIX : end]
        plain = _unpack(frame) if data[start] else frame
        room -= len(plain)
        message = protobuf.parse(plain) if room >= 0 else None
        if frame and message is None:
            return None
        fields.extend(message[0].fields if message else ())
        start = end
    if not fields:
        return None
    sure = 0.95 if "grpc" in raw.content_type else 0.75
    return Reading(sure, ("grpc", "protobuf"), Tags(fields))


def _unpack(frame: bytes) -> bytes:
    """Undo gzip, the one compression that gRPC clients share."""
    try:
        return zlib.decompressobj(31).decompress(frame, protobuf.MOST_BYTES)
    except zlib.error:
        return b""
