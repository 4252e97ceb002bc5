"""Schema-less protobuf: messages are built by hand, so the bytes are known."""

from __future__ import annotations

import gzip
import random
import struct

import pytest

from auditor.decode import decode_message
from auditor.decode.protobuf import parse
from auditor.decode.tree import Tags
from auditor.records import Decoded, Message

ID = bytes.fromhex("e1b3c5d7f9a0b2c4d6e8fa0c1e304254")
"""Sixteen bytes as Spotify writes ids; neither text nor a message."""


def varint(number: int) -> bytes:
    number %= 2**64
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def field(number: int, value: int | float | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fixed32(number: int, packed: bytes) -> bytes:
    return varint(number << 3 | 5) + packed


def decode(body: bytes, content_type: str = "application/x-protobuf") -> Decoded:
    return decode_message(Message("out", body, len(body), content_type))


def only(node: object) -> object:
    assert isinstance(node, bytes)
    found = parse(node)
    assert found is not None
    ((_, value),) = found[0].fields
    return value


@pytest.mark.parametrize(
    "text", ["hi", "image.png", "a", "cue_set", "Café del Mar", "日本語", "B", "08", "$3f2b8a7e"]
)
def test_short_text_stays_text(text: str) -> None:
    assert only(field(3, text)) == text


def test_lines_of_text_stay_text() -> None:
    assert only(field(3, "first line\nsecond line\n\tthird")) == "first line\nsecond line\n\tthird"


def test_a_message_whose_length_byte_is_printable_is_no_text() -> None:
    uuid = "3f2b8a7e-0000-4000-8000-1234567890ab"
    assert only(field(4, field(1, uuid))) == Tags([(1, uuid)])


def test_ids_stay_bytes() -> None:
    assert only(field(4, ID)) == ID


@pytest.mark.parametrize(
    ("packed", "value"),
    [
        (field(1, 61234), 61234),
        (field(1, -1), -1),
        (field(1, 1763700000123), 1763700000123),
        (field(1, 128.5), 128.5),
        (field(1, -1.0), -1.0),
        (b"\x09" + (1763700000123456789).to_bytes(8, "little"), 1763700000123456789),
        (fixed32(1, struct.pack("<f", 0.1)), 0.1),
        (fixed32(1, (1763700000).to_bytes(4, "little")), 1763700000),
        (fixed32(1, (7).to_bytes(4, "little")), 7),
        (field(1, ""), ""),
    ],
)
def test_numbers_read_as_people_use_them(packed: bytes, value: object) -> None:
    assert only(packed) == value


def event(name: str, number: int) -> bytes:
    """Build an event in the shape of Spotify's batches, with invented content."""
    message = field(1, ID) + field(2, "clickrow") + field(15, 61234) + field(16, 0.875)
    device = field(1, "windows") + field(3, "Laptop 14") + field(4, "S-1-5-21-1-2-3")
    fragments = [("message", message), ("context_device_desktop", device)]
    body = field(2, name)
    for label, data in fragments:
        body += field(3, field(1, label) + field(2, data))
    return body + field(4, ID + ID[:4]) + field(5, number)


BATCH = field(1, event("RawCoreStream", 1)) + field(1, event("EndSong", 2)) + field(2, 0)


@pytest.mark.parametrize(
    "label", ["application/x-protobuf", "application/x-www-form-urlencoded", "", "text/plain"]
)
def test_a_batch_of_events(label: str) -> None:
    decoded = decode(BATCH, label)
    assert decoded.unread == ()
    found = {(leaf.path, leaf.at): leaf.value for leaf in decoded.leaves}
    assert found["1.2", (0, 0)] == "RawCoreStream"
    assert found["1.2", (1, 0)] == "EndSong"
    assert found["1.3.1", (1, 1, 0)] == "context_device_desktop"
    assert found["1.3.2.15", (0, 0, 0, 0)] == 61234
    assert found["1.3.2.16", (0, 0, 0, 0)] == 0.875
    assert found["1.3.2.1", (0, 0, 0, 0)] == ID
    assert found["1.3.2.4", (0, 1, 0, 0)] == "S-1-5-21-1-2-3"
    assert found["1.4", (0, 0)] == ID + ID[:4]
    assert found["2", (0,)] == 0
    assert {leaf.steps for leaf in decoded.leaves} == {("protobuf",)}


def test_json_inside_a_text_field_goes_on() -> None:
    decoded = decode(field(1, "log") + field(6, '{"cue":{"ms":61234}}'))
    assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [
        ("1", "log"),
        ("6>cue.ms", 61234),
    ]
    assert decoded.leaves[1].steps == ("protobuf", "json")


def test_long_bytes_without_meaning_are_unread_too() -> None:
    sealed = bytes((index * 197 + 91) % 256 for index in range(300))
    decoded = decode(field(1, "sealed") + field(2, sealed))
    assert [leaf.value for leaf in decoded.leaves] == ["sealed", sealed]
    assert [(one.path, one.size) for one in decoded.unread] == [("2", 300)]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x08", b"\x0a\x05abc", b"\x0b\x08\x01", b"\x00\x01", b"\x08\x80\x00", b"\x08\x01\x0a\x00\x08\x01\x0d"],
)  # fmt: skip
def test_what_does_not_parse_to_the_last_byte_is_no_message(body: bytes) -> None:
    assert parse(body) is None


def test_noise_is_not_read_as_messages() -> None:
    noise = random.Random(5)  # noqa: S311
    wrong = sum(only(field(1, data)) != data for data in (noise.randbytes(16) for _ in range(3000)))
    assert wrong <= 3
    for size in (24, 64, 200):
        for _ in range(300):
            assert decode(noise.randbytes(size), "").leaves == ()


def test_grpc_frames() -> None:
    frame = field(1, "cue_set") + field(2, 61234)
    body = b"\0" + len(frame).to_bytes(4) + frame
    found = decode(body * 2, "application/grpc+proto")
    assert [(leaf.path, leaf.at, leaf.value) for leaf in found.leaves] == [
        ("1", (0,), "cue_set"),
        ("2", (0,), 61234),
        ("1", (1,), "cue_set"),
        ("2", (1,), 61234),
    ]
    assert found.leaves[0].steps == ("grpc", "protobuf")
    unframed = decode(frame, "application/grpc")
    assert [leaf.value for leaf in unframed.leaves] == ["cue_set", 61234]


def test_grpc_frames_with_gzip() -> None:
    packed = gzip.compress(field(1, "cue_set"))
    body = b"\1" + len(packed).to_bytes(4) + packed
    assert [leaf.value for leaf in decode(body, "application/grpc").leaves] == ["cue_set"]
    broken = b"\1\0\0\0\4\xff\xfe\xfd\xfc"
    assert [one.reason for one in decode(broken, "").unread] == ["encrypted or unknown binary"]


def test_a_message_too_long_to_take_apart_is_over_the_limit() -> None:
    body = b"\x08\x01" * 600_000
    for label in ("application/x-protobuf", "application/grpc"):
        (unread,) = decode(body, label).unread
        assert (unread.reason, unread.size) == ("over limit", len(body))


def test_packed_content_and_pictures_inside_fields() -> None:
    packed = gzip.compress(b'{"event":"cue_set","ms":61234}')
    picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
    decoded = decode(field(1, "log") + field(6, packed) + field(7, picture))
    assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [
        ("1", "log"),
        ("6>event", "cue_set"),
        ("6>ms", 61234),
    ]
    assert decoded.leaves[1].steps == ("protobuf", "gzip", "json")
    assert [(one.path, one.reason) for one in decoded.unread] == [("7", "media")]


def test_attributes_as_opentelemetry_writes_them() -> None:
    texts = ["a", "dj", "nine char", "ten chars!", "thirteen char", "x" * 36, "é" * 20]
    for text in texts:
        pair = field(1, "key") + field(2, field(1, text))
        decoded = decode(field(1, pair) + field(1, field(1, "n") + field(2, field(4, 128.0))))
        assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [
            ("1.1", "key"),
            ("1.2.1", text),
            ("1.1", "n"),
            ("1.2.4", 128.0),
        ]
