"""Whole messages through the public door: what comes out of real-looking bodies, and that nothing raises."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import paths
from auditor.decode import LIMITS, REASONS, Limits, decode_message
from auditor.records import Decoded, Leaf, Message, Value

SEGMENT = {
    "batch": [
        {"type": "track", "event": "cue_set", "properties": {"position_ms": 61234, "deck": "A"}},
        {"type": "track", "event": "loop_set", "properties": {"beats": 8, "deck": None}},
    ],
    "sentAt": "2025-11-20T10:00:00.000Z",
}


def decode(body: bytes, content_type: str = "", *encodings: str, text: bool = False) -> Decoded:
    return decode_message(
        Message("out", body, len(body), content_type=content_type, encodings=encodings, text=text)
    )


def values(decoded: Decoded) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for leaf in decoded.leaves:
        found.setdefault(leaf.path, []).append(leaf.value)
    return found


def steps(decoded: Decoded) -> set[tuple[str, ...]]:
    return {leaf.steps for leaf in decoded.leaves}


def test_json_keeps_every_value_with_its_place() -> None:
    decoded = decode(json.dumps(SEGMENT).encode())
    assert decoded.unread == ()
    assert decoded.leaves == (
        Leaf.of("body", "sentAt", "2025-11-20T10:00:00.000Z", (), ("json",)),
        Leaf.of("body", "batch[].type", "track", (0,), ("json",)),
        Leaf.of("body", "batch[].event", "cue_set", (0,), ("json",)),
        Leaf.of("body", "batch[].type", "track", (1,), ("json",)),
        Leaf.of("body", "batch[].event", "loop_set", (1,), ("json",)),
        Leaf.of("body", "batch[].properties.position_ms", 61234, (0,), ("json",)),
        Leaf.of("body", "batch[].properties.deck", "A", (0,), ("json",)),
        Leaf.of("body", "batch[].properties.beats", 8, (1,), ("json",)),
        Leaf.of("body", "batch[].properties.deck", None, (1,), ("json",)),
    )


def test_labels_do_not_decide() -> None:
    plain = json.dumps(SEGMENT).encode()
    wanted = values(decode(plain))
    for label in ("text/plain", "application/x-www-form-urlencoded", "application/grpc", ""):
        assert values(decode(plain, label)) == wanted
        assert values(decode(gzip.compress(plain), label)) == wanted


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
    ],
)
def test_declared_encoding_is_undone_or_was_already(name: str, pack: object) -> None:
    plain = json.dumps(SEGMENT).encode()
    assert callable(pack)
    packed = decode(pack(plain), "", name)
    assert steps(packed) == {(name, "json")}
    assert values(packed) == values(decode(plain))
    already = decode(plain, "", name)
    assert steps(already) == {("json",)}
    assert already.unread == ()


def test_tidal_batch_is_form_around_json_around_a_token() -> None:
    claims = base64.urlsafe_b64encode(b'{"uid":4711}').decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    token = f"{head}.{claims}.sig"
    event = {
        "name": "playback_session",
        "payload": {"actions": [{"assetPosition": 2.38}, {"assetPosition": 8}]},
    }
    form = {
        "SendMessageBatchRequestEntry.1.Id": "a-1",
        "SendMessageBatchRequestEntry.1.MessageBody": json.dumps(event),
        "SendMessageBatchRequestEntry.1.MessageAttribute.2.Value.StringValue": json.dumps(
            {"authorization": token}
        ),
    }
    from urllib.parse import urlencode

    decoded = decode(urlencode(form).encode(), "application/x-www-form-urlencoded")
    entry = "SendMessageBatchRequestEntry[]"
    attribute = f"{entry}.MessageAttribute[].Value.StringValue>authorization"
    assert decoded.unread == ()
    assert decoded.leaves == (
        Leaf.of("body", f"{entry}.Id", "a-1", (1,), ("form",)),
        Leaf.of("body", f"{entry}.MessageBody>name", "playback_session", (1,), ("form", "json")),
        Leaf.of(
            "body",
            f"{entry}.MessageBody>payload.actions[].assetPosition",
            2.38,
            (1, 0),
            ("form", "json"),
        ),
        Leaf.of(
            "body",
            f"{entry}.MessageBody>payload.actions[].assetPosition",
            8,
            (1, 1),
            ("form", "json"),
        ),
        Leaf.of("body", attribute, token, (1, 2), ("form", "json")),
        Leaf.of("body", attribute + ">uid", 4711, (1, 2), ("form", "json", "jwt")),
    )


def test_web_socket_text_is_json_or_one_text() -> None:
    frame = b'{"type":"USER_ACTION","payload":{"startedAt":1763700000123}}'
    assert values(decode(frame, text=True)) == {
        "type": ["USER_ACTION"],
        "payload.startedAt": [1763700000123],
    }
    assert decode(b"3", text=True).leaves == (Leaf.of("body", "", "3"),)
    assert decode(b"key=value", text=True).leaves == (Leaf.of("body", "", "key=value"),)


def test_no_body_is_nothing_and_an_omitted_one_is_unread() -> None:
    assert decode(b"") == Decoded()
    (unread,) = decode_message(Message("out", b"", 9000, omitted="audio")).unread
    assert (unread.reason, unread.size, unread.detail) == ("left out", 9000, "audio")


def test_unknown_binary_counts_with_all_its_bytes() -> None:
    body = bytes((index * 197 + 91) % 256 for index in range(400))
    decoded = decode(body, "application/json")
    assert decoded.leaves == ()
    assert [(one.reason, one.size) for one in decoded.unread] == [
        ("encrypted or unknown binary", 400)
    ]


def test_sound_is_media() -> None:
    (unread,) = decode(b"\0\0\0\x18ftypmp42" + bytes(50)).unread
    assert (unread.reason, unread.size, unread.detail) == ("media", 62, "video/mp4")


@pytest.mark.parametrize(
    ("encoding", "reason"), [("br", "damaged"), ("dcz", "unsupported encoding")]
)
def test_a_claim_that_explains_the_failure_is_named(encoding: str, reason: str) -> None:
    (unread,) = decode(bytes(range(150, 250)), "", encoding).unread
    assert unread.reason == reason
    assert encoding in unread.detail


def test_cut_off_json_is_searchable_but_counts_as_damaged() -> None:
    decoded = decode(b'{"event":"cue_set","properties":{"posi')
    assert [leaf.path for leaf in decoded.leaves] == [""]
    assert [(one.reason, one.size) for one in decoded.unread] == [("damaged", 38)]


def test_too_many_values_are_counted_not_dropped_silently() -> None:
    body = json.dumps(list(range(100))).encode()
    decoded = decode_message(Message("out", body, len(body)), Limits(leaves=25))
    assert [leaf.value for leaf in decoded.leaves] == list(range(25))
    (unread,) = decoded.unread
    assert (unread.reason, unread.size) == ("over limit", round(len(body) * 0.75))


def test_nesting_ends_with_a_record() -> None:
    text = "end"
    for _ in range(LIMITS.hops + 3):
        text = json.dumps({"a": text})
    decoded = decode(text.encode())
    (leaf,) = decoded.leaves
    assert leaf.path.count(">") == LIMITS.hops
    assert [one.reason for one in decoded.unread] == ["over limit"]


def test_deep_json_keeps_the_shallow_part() -> None:
    body = b'{"first":1,"a":' + b"[" * 90 + b"]" * 90 + b"}"
    decoded = decode(body)
    assert values(decoded) == {"first": [1]}
    assert [one.reason for one in decoded.unread] == ["over limit"]
    hopeless = decode(b"[" * 50_000)
    assert [(one.reason, one.size) for one in hopeless.unread] == [("over limit", 50_000)]


def test_unread_parts_are_measured_in_bytes_on_the_wire() -> None:
    packed = gzip.compress(b'{"x":' + b"[" * 90 + b'"' + b"z" * 9000 + b'"' + b"]" * 90 + b"}")
    (unread,) = decode(packed).unread
    assert 0 < unread.size <= len(packed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=25,
)


def count(node: object) -> int:
    if isinstance(node, dict):
        return sum(count(value) for value in node.values())
    return sum(count(value) for value in node) if isinstance(node, list) else 1


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON, min_size=1, max_size=4), st.booleans())
def test_every_json_value_becomes_one_leaf(node: dict[str, object], ascii_only: bool) -> None:
    body = json.dumps(node, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    decoded = decode(body)
    assert len(decoded.leaves) == count(node)
    check(decoded)


def check(decoded: Decoded) -> None:
    """Hold what is true of everything that comes out."""
    for leaf in decoded.leaves:
        assert len(leaf.at) == paths.levels(leaf.path)
        if isinstance(leaf.value, str):
            leaf.value.encode()
        leaf.path.encode()
    assert {one.reason for one in decoded.unread} <= set(REASONS)


PIECES = st.sampled_from(
    [
        b'{"a":1}', b"\n", b"[", b'{"type":"event"}', b"a=1&b[]=2&b[]=3", b"--x\r\n", b"\x1f\x8b\x08",
        b"Content-Disposition: form-data; name=\"f\"\r\n\r\n", b"\x0a\x05hello", b"\x08\x96\x01",
        b"\xff\xfe", b"\xed\xa0\x80", b"NaN", b'"\\ud800"', b"\x00\x00\x00\x00\x02\x08\x01", b"%7B%22a%22%3A1%7D",
        gzip.compress(b'{"a":"b"}'), zlib.compress(b"a=1&b=2"), zstandard.ZstdCompressor().compress(b"[1]"),
        b"eyJhIjoxfQ==", b"9" * 5000, b"\x28\xb5\x2f\xfd",
    ]
)  # fmt: skip
BODIES = st.binary(max_size=200) | st.lists(PIECES | st.binary(max_size=6), max_size=6).map(
    b"".join
)
LABELS = st.sampled_from(
    ["", "application/json", "application/x-protobuf", "application/grpc", "text/plain",
     "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)  # fmt: skip
ENCODINGS = st.lists(
    st.sampled_from(["gzip", "deflate", "br", "zstd", "identity", "compress", ""]), max_size=2
)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(BODIES, LABELS, ENCODINGS, st.booleans())
def test_no_body_raises(body: bytes, label: str, encodings: list[str], text: bool) -> None:
    decoded = decode(body, label, *encodings, text=text)
    check(decoded)
    assert decoded == decode(body, label, *encodings, text=text)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(BODIES)
def test_limits_hold_for_any_body(body: bytes) -> None:
    small = Limits(hops=1, depth=3, plain_size=40, leaves=3)
    decoded = decode_message(Message("out", body, len(body)), small)
    assert len(decoded.leaves) <= small.leaves
    assert all(leaf.path.count(">") <= small.hops or '["' in leaf.path for leaf in decoded.leaves)
