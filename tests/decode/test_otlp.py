"""OpenTelemetry in protobuf and JSON: the same names either way. Messages are written by hand."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_message
from auditor.decode.otlp import read
from auditor.decode.tree import Raw
from auditor.records import Decoded, Message
from auditor.selftest.wire import protobuf, varint

TIME = 1_767_225_600_000_000_000
TRACE, SPAN = bytes(range(1, 17)), bytes(range(200, 208))


def fixed(number: int, value: int | float) -> bytes:
    piece = struct.pack("<d" if isinstance(value, float) else "<q", value)
    return varint(number << 3 | 1) + piece


def any_value(value: Any) -> list[tuple[int, Any]]:
    if isinstance(value, list):
        return [(5, protobuf([(1, any_value(one)) for one in value]))]
    if isinstance(value, dict):
        return [(6, protobuf([(1, pair(key, one)) for key, one in value.items()]))]
    if value is None:
        return []
    tag = {str: 1, bool: 2, int: 3, float: 4, bytes: 7}[type(value)]
    return [(tag, int(value) % 2**64 if tag in {2, 3} else value)]


def pair(key: str, value: object) -> list[tuple[int, Any]]:
    return [(1, key), (2, any_value(value))]


def pairs(tag: int, attributes: dict[str, Any]) -> list[tuple[int, Any]]:
    return [(tag, pair(key, value)) for key, value in attributes.items()]


def request(record: bytes) -> bytes:
    resource = pairs(1, {"service.name": "dj", "host.name": "studio"})
    scope = [(1, "telemetry"), (2, "1.0")]
    return protobuf([(1, [(1, resource), (2, [(1, scope), (2, record), (2, record)])])])


def decode(body: bytes, label: str = "application/x-protobuf") -> Decoded:
    return decode_message(Message("out", body, len(body), label))


def values(decoded: Decoded) -> dict[str, Any]:
    assert decoded.unread == ()
    return {leaf.path: leaf.value for leaf in decoded.leaves if not leaf.at or leaf.at[-1] == 0}


EVENT = {"hot_cue_position": 61234.5, "deck": "A", "loops": 3, "synced": True, "back": -4}
LOG = (
    fixed(1, TIME)
    + protobuf([(2, 9), (3, "INFO"), (5, any_value("cue set")), *pairs(6, EVENT)])
    + protobuf([(9, TRACE), (10, SPAN)])
    + fixed(11, TIME)
)


@pytest.mark.parametrize("label", ["application/x-protobuf", ""])
def test_logs(label: str) -> None:
    decoded = decode(request(LOG), label)
    found = values(decoded)
    assert {leaf.steps for leaf in decoded.leaves} == {("protobuf", "otlp")}
    top = "resourceLogs[].scopeLogs[].logRecords[]"
    assert found['resourceLogs[].resource.attributes["service.name"]'] == "dj"
    assert found["resourceLogs[].scopeLogs[].scope.name"] == "telemetry"
    assert found[f"{top}.attributes.hot_cue_position"] == 61234.5
    assert found[f"{top}.attributes.back"] == -4
    assert found[f"{top}.attributes.synced"] is True
    assert found[f"{top}.body"] == "cue set"
    assert found[f"{top}.timeUnixNano"] == TIME
    assert found[f"{top}.traceId"] == TRACE.hex()
    assert sum(leaf.path.endswith("hot_cue_position") for leaf in decoded.leaves) == 2


def test_spans_with_events() -> None:
    event = fixed(1, TIME) + protobuf([(2, "seek"), *pairs(3, {"seek_to_ms": 5000})])
    span = (
        protobuf([(1, TRACE), (2, SPAN), (5, "mix"), (6, 1)])
        + fixed(7, TIME)
        + fixed(8, TIME)
        + protobuf([*pairs(9, EVENT), (11, event), (15, [(3, 1)])])
    )
    found = values(decode(request(span)))
    top = "resourceSpans[].scopeSpans[].spans[]"
    assert found[f"{top}.name"] == "mix"
    assert found[f"{top}.attributes.deck"] == "A"
    assert found[f"{top}.events[].attributes.seek_to_ms"] == 5000
    assert found[f"{top}.status.code"] == 1


def test_metrics() -> None:
    point = protobuf(pairs(7, {"deck": "B"})) + fixed(3, TIME) + fixed(4, 128.5)
    histogram = protobuf(pairs(9, {"deck": "A"})) + fixed(4, 3) + fixed(5, 12.5)
    histogram += protobuf([(6, struct.pack("<2q", 1, 2)), (7, struct.pack("<1d", 5.5))])
    gauge = protobuf([(1, "bpm"), (3, "1"), (5, [(1, point)])])
    found = values(decode(request(gauge)))
    top = "resourceMetrics[].scopeMetrics[].metrics[]"
    assert found[f"{top}.name"] == "bpm"
    assert found[f"{top}.gauge.dataPoints[].asDouble"] == 128.5
    assert found[f"{top}.gauge.dataPoints[].attributes.deck"] == "B"
    found = values(decode(request(protobuf([(1, "drift"), (9, [(1, histogram), (2, 2)])]))))
    assert found[f"{top}.histogram.dataPoints[].bucketCounts[]"] == 1
    assert found[f"{top}.histogram.dataPoints[].explicitBounds[]"] == 5.5


NESTED = {"list": [1, "two"], "inner": {"user.id": "u-7", "none": None}, "raw": b"\xff\x01"}


def test_nested_values() -> None:
    record = protobuf([(5, any_value(NESTED)), *pairs(6, EVENT)])
    found = values(decode(request(record)))
    top = "resourceLogs[].scopeLogs[].logRecords[].body"
    assert found[f"{top}.list[]"] == 1
    assert found[f'{top}.inner["user.id"]'] == "u-7"
    assert found[f"{top}.inner.none"] is None
    assert found[f"{top}.raw"] == b"\xff\x01"


def test_values_without_end_are_another_format() -> None:
    deep: Any = "x"
    for _ in range(60):
        deep = [deep]
    assert read(Raw(request(protobuf(pairs(6, {"deep": deep}))))) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x0a",
        b"\x0a\x02\x0a",
        b"\x0a\x80",
        protobuf([(1, "words")]),
        protobuf([(1, [(1, [(1, "key")])])]),
        protobuf([(1, [(2, [(1, "name"), (2, "EndSong")])])]),
        request(protobuf([(40, 1)])),
        request(protobuf([(1, "text"), (6, 5)])),
    ],
)
def test_other_messages_are_not_ours(body: bytes) -> None:
    assert read(Raw(body)) is None


def test_json_has_the_same_names() -> None:
    attributes = [
        {"key": "hot_cue_position", "value": {"doubleValue": 61234.5}},
        {"key": "loops", "value": {"intValue": "3"}},
        {"key": "deck", "value": {"stringValue": "A"}},
        {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "x"}]}}},
        {
            "key": "map",
            "value": {"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": True}}]}},
        },
        {"key": "nothing"},
    ]
    record = {
        "timeUnixNano": str(TIME),
        "body": {"stringValue": "cue set"},
        "attributes": attributes,
    }
    tree = {"resourceLogs": [{"scopeLogs": [{"scope": {"name": "t"}, "logRecords": [record]}]}]}
    decoded = decode(json.dumps(tree).encode(), "application/json")
    found = values(decoded)
    top = "resourceLogs[].scopeLogs[].logRecords[]"
    assert found[f"{top}.attributes.hot_cue_position"] == 61234.5
    assert found[f"{top}.attributes.loops"] == 3
    assert found[f"{top}.attributes.list[]"] == "x"
    assert found[f"{top}.attributes.map.k"] is True
    assert found[f"{top}.attributes.nothing"] is None
    assert found[f"{top}.body"] == "cue set"
    assert {leaf.steps for leaf in decoded.leaves} == {("json", "otlp")}


def test_json_that_only_looks_alike_keeps_its_shape() -> None:
    body = b'{"resourceSpans":[{"attributes":[1,2],"metadata":{"key":"a"}}]}'
    assert values(decode(body)) == {
        "resourceSpans[].attributes[]": 1,
        "resourceSpans[].metadata.key": "a",
    }
    assert {leaf.steps for leaf in decode(b'{"a":"resourceSpans"}').leaves} == {("json",)}


ATTRIBUTES = st.dictionaries(
    st.text(min_size=1, max_size=12),
    st.text(max_size=50)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False),
    min_size=1,
    max_size=5,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(ATTRIBUTES)
def test_attributes_come_back(attributes: dict[str, Any]) -> None:
    decoded = decode(request(protobuf(pairs(6, attributes))))
    mine = [leaf for leaf in decoded.leaves if ".logRecords[].attributes" in leaf.path]
    assert {leaf.steps[:2] for leaf in decoded.leaves} == {("protobuf", "otlp")}
    plain = [leaf.value for leaf in mine if len(leaf.steps) == 2]
    for value in attributes.values():
        assert value in plain or any(len(leaf.steps) > 2 for leaf in mine)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255))
def test_no_damage_raises(place: int, byte: int) -> None:
    body = bytearray(request(LOG))
    body[place % len(body)] = byte
    decode(bytes(body))
