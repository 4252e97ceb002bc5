"""Read OpenTelemetry's protobuf, whose schema is public, with names instead of tags.

Attributes are lists of keys and values on the wire; here they are members with the key's name:
`resourceLogs[].scopeLogs[].logRecords[].attributes.hot_cue_position`. So rules and the lexicon
see the same names as in JSON (`otlpjson`).
Schema: https://github.com/open-telemetry/opentelemetry-proto
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal, TypeAlias

from auditor.decode.binary import members
from auditor.decode.fields import BYTES, FIXED32, FIXED64, VARINT, signed, split
from auditor.decode.limits import LIMITS
from auditor.decode.tree import Entries, Key, Node, Raw, Reading

Kind: TypeAlias = Literal["text", "id", "number", "double", "any", "pairs", "flags", "numbers"]
Schema: TypeAlias = "dict[int, tuple[str, Kind | Schema]]"

STARTS = b"\x0a"
_OUTER = 2
_MOST_BYTES = 8 * 1024 * 1024
_DEPTH = 32
_PATIENCE = 100
"""Messages without any attribute, after which it is something else."""
_SPAN_ID, _TRACE_ID = 8, 16
_RESOURCE: Schema = {1: ("attributes", "pairs"), 2: ("droppedAttributesCount", "number")}
_SCOPE: Schema = {1: ("name", "text"), 2: ("version", "text"), 3: ("attributes", "pairs")}
_EXEMPLAR: Schema = {
    7: ("filteredAttributes", "pairs"),
    2: ("timeUnixNano", "number"),
    3: ("asDouble", "double"),
    6: ("asInt", "number"),
    4: ("spanId", "id"),
    5: ("traceId", "id"),
}
_POINT: Schema = {
    7: ("attributes", "pairs"),
    2: ("startTimeUnixNano", "number"),
    3: ("timeUnixNano", "number"),
    4: ("asDouble", "double"),
    6: ("asInt", "number"),
    5: ("exemplars[]", _EXEMPLAR),
    8: ("flags", "number"),
}
_HISTOGRAM: Schema = {
    9: ("attributes", "pairs"),
    2: ("startTimeUnixNano", "number"),
    3: ("timeUnixNano", "number"),
    4: ("count", "number"),
    5: ("sum", "double"),
    6: ("bucketCounts", "numbers"),
    7: ("explicitBounds", "numbers"),
    11: ("min", "double"),
    12: ("max", "double"),
}
_POINTS: Schema = {1: ("dataPoints[]", _POINT)}
_METRIC: Schema = {
    1: ("name", "text"),
    2: ("description", "text"),
    3: ("unit", "text"),
    5: ("gauge", _POINTS),
    7: ("sum", _POINTS | {2: ("aggregationTemporality", "number"), 3: ("isMonotonic", "flags")}),
    9: ("histogram", {1: ("dataPoints[]", _HISTOGRAM), 2: ("aggregationTemporality", "number")}),
    12: ("metadata", "pairs"),
}
_EVENT: Schema = {
    1: ("timeUnixNano", "number"),
    2: ("name", "text"),
    3: ("attributes", "pairs"),
    4: ("droppedAttributesCount", "number"),
}
_LINK: Schema = {1: ("traceId", "id"), 2: ("spanId", "id"), 4: ("attributes", "pairs")}
_SPAN: Schema = {
    1: ("traceId", "id"),
    2: ("spanId", "id"),
    3: ("traceState", "text"),
    4: ("parentSpanId", "id"),
    5: ("name", "text"),
    6: ("kind", "number"),
    7: ("startTimeUnixNano", "number"),
    8: ("endTimeUnixNano", "number"),
    9: ("attributes", "pairs"),
    10: ("droppedAttributesCount", "number"),
    11: ("events[]", _EVENT),
    13: ("links[]", _LINK),
    15: ("status", {2: ("message", "text"), 3: ("code", "number")}),
    16: ("flags", "number"),
}
_LOG: Schema = {
    1: ("timeUnixNano", "number"),
    2: ("severityNumber", "number"),
    3: ("severityText", "text"),
    5: ("body", "any"),
    6: ("attributes", "pairs"),
    7: ("droppedAttributesCount", "number"),
    8: ("flags", "number"),
    9: ("traceId", "id"),
    10: ("spanId", "id"),
    11: ("observedTimeUnixNano", "number"),
    12: ("eventName", "text"),
}


def _request(resources: str, scopes: str, records: str, record: Schema) -> Schema:
    scope: Schema = {1: ("scope", _SCOPE), 2: (records, record), 3: ("schemaUrl", "text")}
    resource: Schema = {1: ("resource", _RESOURCE), 2: (scopes, scope), 3: ("schemaUrl", "text")}
    return {1: (resources, resource)}


_REQUESTS = (
    _request("resourceSpans[]", "scopeSpans[]", "spans[]", _SPAN),
    _request("resourceLogs[]", "scopeLogs[]", "logRecords[]", _LOG),
    _request("resourceMetrics[]", "scopeMetrics[]", "metrics[]", _METRIC),
)


@dataclass(slots=True)
class _Seen:
    """What one attempt has met so far."""

    messages: int = 0
    attributes: int = 0


class _Other(Exception):  # noqa: N818 - not an error of the program
    """The bytes do not follow the schema."""


def read(raw: Raw) -> Reading | None:
    """Read a body that follows one of the three schemas throughout and has attributes."""
    data = raw.data
    if not _may_be(data) or len(data) > _MOST_BYTES:
        return None
    for schema in _REQUESTS:
        seen = _Seen()
        try:
            node = _message(data, schema, seen)
        except _Other:
            continue
        if seen.attributes:
            return Reading(0.95, ("protobuf", "otlp"), node)
    return None


def _may_be(data: bytes) -> bool:
    """Look at the first three keys: resource in request, attribute in resource or scope."""
    start = 0
    for allowed in (b"\x0a", b"\x0a\x12", b"\x0a\x10\x12"):
        if start >= len(data) or data[start] not in allowed:
            return False
        start += 1
        while start < len(data) and data[start] & 0x80:
            start += 1
        start += 1
    return True


def _message(data: bytes, schema: Schema, seen: _Seen) -> Node:
    """Return a message by its schema."""
    seen.messages += 1
    if seen.messages > _PATIENCE and not seen.attributes:
        raise _Other
    found: list[tuple[Key, Node]] = []
    counts: dict[str, int] = {}
    pairs: dict[str, list[bytes]] = {}
    fields = split(data)
    if fields is None and data:
        raise _Other
    for number, wire, value in fields or ():
        if number not in schema:
            raise _Other
        name, kind = schema[number]
        if kind == "pairs":
            pairs.setdefault(name, []).append(_bytes(wire, value))
            continue
        node = (
            _message(_bytes(wire, value), kind, seen)
            if isinstance(kind, dict)
            else _value(kind, wire, value)
        )
        key: Key = (name,)
        if name.endswith("[]"):
            key = (name[:-2], counts.get(name, 0))
            counts[name] = counts.get(name, 0) + 1
        found.append((key, node))
    for name, several in pairs.items():
        seen.attributes += len(several)
        found.append(((name,), members([_pair(one, 0) for one in several])))
    return Entries(found)


def _bytes(wire: int, value: object) -> bytes:
    if wire != BYTES or not isinstance(value, bytes):
        raise _Other
    return value


def _value(kind: str, wire: int, value: object) -> Node:
    if kind == "any":
        return _any(_bytes(wire, value), 0)
    if kind in {"text", "id"}:
        return _named(kind, _bytes(wire, value))
    if kind == "numbers":
        return _numbers(wire, value)
    return _number(kind, wire, value)


def _named(kind: str, piece: bytes) -> Node:
    if kind == "id":
        if len(piece) not in {0, _SPAN_ID, _TRACE_ID}:
            raise _Other
        return piece.hex()
    try:
        return piece.decode()
    except UnicodeDecodeError:
        raise _Other from None


def _number(kind: str, wire: int, value: object) -> Node:
    if wire == VARINT and isinstance(value, int) and kind != "double":
        return bool(value) if kind == "flags" else signed(value)
    if wire in {FIXED64, FIXED32} and isinstance(value, bytes):
        if kind == "double" and wire == FIXED64:
            double: float = struct.unpack("<d", value)[0]
            return double
        if kind == "number":
            return int.from_bytes(value, "little", signed=True)
    raise _Other


def _numbers(wire: int, value: object) -> Node:
    """Return a packed list of fixed 64-bit numbers: counts of buckets, or their bounds."""
    piece = _bytes(wire, value)
    if len(piece) % 8:
        raise _Other
    whole = struct.unpack(f"<{len(piece) // 8}q", piece)
    if all(0 <= one < 2**48 for one in whole):
        return list(whole)
    return list(struct.unpack(f"<{len(piece) // 8}d", piece))


def _pair(piece: bytes, depth: int) -> tuple[str, Node]:
    key, value = "", b""
    for number, wire, content in split(piece) or ():
        if number == 1:
            key = str(_named("text", _bytes(wire, content)))
        elif number == _OUTER:
            value = _bytes(wire, content)
        else:
            raise _Other
    if not key:
        raise _Other
    return key, _any(value, depth)


def _any(piece: bytes, depth: int) -> Node:
    """Return a value that says itself what it is."""
    if not piece:
        return None
    fields = split(piece)
    if not fields or len(fields) > 1 or depth > min(_DEPTH, LIMITS.depth):
        raise _Other
    number, wire, value = fields[0]
    if number in _SCALARS:
        return _value(_SCALARS[number], wire, value)
    content = _bytes(wire, value)
    if number == _OCTETS:
        return content
    inside = [_bytes(one_wire, one) for _, one_wire, one in split(content) or ()]
    if number == _ARRAY:
        return [_any(one, depth + 1) for one in inside]
    if number == _OBJECT:
        return members([_pair(one, depth + 1) for one in inside])
    raise _Other


_SCALARS = {1: "text", 2: "flags", 3: "number", 4: "double"}
_ARRAY, _OBJECT, _OCTETS = 5, 6, 7
