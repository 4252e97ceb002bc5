from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli
import msgpack
import pytest

from auditor.decode import decode_message
from auditor.records import Decoded, Message

HEADER = b'{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","sent_at":"2025-11-20T10:00:00Z"}\n'


def decode(body: bytes) -> Decoded:
    return decode_message(Message("out", body, len(body)))


def test_payloads_end_at_their_length_or_line() -> None:
    note = b'two\nlines {"a":1}'
    body = (
        HEADER
        + b'{"type":"event"}\n{"user":{"id":"u-7"},"contexts":{"app":{"name":"DJ"}}}\n'
        + b'{"type":"attachment","length":%d,"filename":"note.txt"}\n' % len(note)
        + note
        + b'\n{"type":"session","length":14}\n{"did":"id-42"}\n'[:-2]
        + b"}"
    )
    decoded = decode(body)
    found = {(leaf.path, leaf.at): leaf.value for leaf in decoded.leaves}
    assert found["header.sent_at", ()] == "2025-11-20T10:00:00Z"
    assert found["items[].header.type", (0,)] == "event"
    assert found["items[].payload>user.id", (0,)] == "u-7"
    assert found["items[].payload", (1,)] == 'two\nlines {"a":1}'
    assert found["items[].header.filename", (1,)] == "note.txt"
    assert decoded.leaves[-1].steps[0] == "envelope"


def test_binary_payload_is_unread_in_its_place() -> None:
    blob = bytes(range(128, 256))
    decoded = decode(HEADER + b'{"type":"attachment","length":128}\n' + blob + b"\n")
    assert [(one.path, one.reason, one.size) for one in decoded.unread] == [
        ("items[].payload", "encrypted or unknown binary", 128)
    ]


def test_compressed_payload_is_read() -> None:
    packed = zlib.compress(b'{"segment":1}')
    item = b'{"type":"replay_recording","length":%d}\n' % len(packed)
    decoded = decode(HEADER + item + packed)
    last = decoded.leaves[-1]
    assert (last.path, last.value) == ("items[].payload>segment", 1)
    assert last.steps == ("envelope", "deflate", "json")


def test_a_payload_shorter_than_its_length_is_damaged() -> None:
    decoded = decode(HEADER + b'{"type":"event","length":500}\n{"a":1}')
    assert [(one.reason, one.size) for one in decoded.unread] == [("damaged", 7)]


def test_lines_of_events_are_no_envelope() -> None:
    body = b'{"type":"view","usr":{"id":1}}\n{"type":"action","usr":{"id":1}}\n'
    assert {leaf.steps for leaf in decode(body).leaves} == {("ndjson",)}


EVENTS = b'[{"type":3,"data":{"source":"cue","ms":61234}}]'


@pytest.mark.parametrize("pack", [bytes, zlib.compress], ids=["plain", "zlib"])
def test_a_recording_behind_the_line_of_its_segment(pack: Callable[[bytes], bytes]) -> None:
    payload = b'{"segment_id":4}\n' + pack(EVENTS)
    item = b'{"type":"replay_recording","length":%d}\n' % len(payload)
    decoded = decode(HEADER + item + payload + b"\n")
    assert decoded.unread == ()
    found = {leaf.path: leaf.value for leaf in decoded.leaves}
    assert found["items[].payload>segment_id"] == 4
    assert found["items[].payload>recording>[].data.ms"] == 61234


def test_a_whole_envelope_in_brotli() -> None:
    body = brotli.compress(HEADER + b'{"type":"event"}\n{"user":{"id":"u-7"}}\n')
    message = Message("out", body, len(body), encodings=("br",))
    found = {leaf.path: leaf.value for leaf in decode_message(message).leaves}
    assert found["items[].payload>user.id"] == "u-7"


def test_the_video_of_a_phone_is_messagepack() -> None:
    packed = msgpack.packb({"replay_event": b'{"urls":["cue"]}', "replay_recording": b"x"})
    item = b'{"type":"replay_video","length":%d}\n' % len(packed)
    found = {leaf.path: leaf.value for leaf in decode(HEADER + item + packed).leaves}
    assert found["items[].payload>replay_event>urls[]"] == "cue"


@pytest.mark.parametrize(
    "body",
    [
        b'{"segment_id":1}\nwords',
        b'{"segment_id":1,"more":2}\n[1]',
        b'{"segment_id":\n[1]',
        b"{}\n[1]",
    ],
)
def test_other_lines_are_no_recording(body: bytes) -> None:
    assert not any("replay" in leaf.steps for leaf in decode(body).leaves)
