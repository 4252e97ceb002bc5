"""Take the length prefixes of gRPC and gRPC-web off protobuf messages."""

from __future__ import annotations

import base64
import binascii

from auditor.decode import encoding, protobuf
from auditor.decode.limits import DAMAGED, OVER_LIMIT, Limits, Meter
from auditor.decode.tree import Entries, Gap, Key, Node, Raw, Reading, Tags

STARTS = b"\x00\x01\x80\x81"
_PREFIX = 5
_PACKED, _TRAILERS = 0x01, 0x80
_WEB_TEXT = "grpc-web-text"


def read(raw: Raw) -> Reading | None:
    """Read all frames as one message, so that one call and a stream of calls have equal paths."""
    frames = _frames(raw.data)
    if not frames:
        return None
    declared = "grpc" in raw.content_type
    fields: list[tuple[int, Node]] = []
    rest: list[tuple[Key, Node]] = []
    meter = Meter(Limits(plain_size=protobuf.MOST_BYTES))
    for flags, frame in frames:
        if flags & _TRAILERS:
            rest.append((("trailers",), _trailers(frame)))
            continue
        found = _message(frame, meter, packed=bool(flags & _PACKED))
        if isinstance(found, Tags):
            fields.extend(found.fields)
        elif found is not None and declared:
            rest.append(((), found))
        elif found is not None:
            return None
    if not fields and not (declared and rest):
        return None
    node = Entries([((), Tags(fields)), *rest]) if rest else Tags(fields)
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
    found = []
    start = 0
    while start < len(data):
        end = start + _PREFIX + int.from_bytes(data[start + 1 : start + _PREFIX])
        if data[start] not in STARTS or end > len(data) or start + _PREFIX > len(data):
            return None
        found.append((data[start], data[start + _PREFIX : end]))
        start = end
    return found


def _message(frame: bytes, meter: Meter, *, packed: bool) -> Tags | Gap | None:
    """Return the message of one frame; None for an empty one."""
    data = frame
    if packed:
        plain = encoding.undo(frame, (), meter)
        if plain.reason or not plain.steps:
            return Gap(plain.reason or DAMAGED, len(frame), plain.detail or "compressed frame")
        data = plain.data
    else:
        meter.spend(len(frame))
    if meter.left < 0:
        return Gap(OVER_LIMIT, len(frame), "protobuf too long")
    message = protobuf.parse(data)
    if message is None and data:
        return Gap(DAMAGED, len(frame), "frame without a protobuf message")
    return message[0] if message else None


def _trailers(frame: bytes) -> Node:
    """Return what gRPC-web sends behind the messages: lines of headers."""
    lines = frame.decode("utf-8", "replace").splitlines()
    pairs = [line.partition(":") for line in lines if line.strip()]
    return Entries([((name.strip().lower(),), value.strip()) for name, _, value in pairs])
