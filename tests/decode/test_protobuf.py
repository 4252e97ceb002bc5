"""Schema-less protobuf: messages are built by hand, so the bytes are known."""

from __future__ import annotations

import gzip
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import text as texts
from auditor.decode.protobuf import parse
from auditor.decode.tree import Tags
from tests.decode.wire import decode, field, fixed32, group, read_all, tags, varint

ID = bytes.fromhex("e1b3c5d7f9a0b2c4d6e8fa0c1e304254")
"""Sixteen bytes as Spotify writes ids; neither text nor a message."""


def only(node: object) -> object:
    assert isinstance(node, bytes)
    found = parse(node)
    assert found is not None
    (value,) = found[0].values
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
    assert only(field(4, field(1, uuid))) == tags([(1, uuid)])


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
        ("1", (1,), "cue_set"),
        ("2", (0,), 61234),
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
    words = ["a", "dj", "nine char", "ten chars!", "thirteen char", "x" * 36, "é" * 20]
    for text in words:
        pair = field(1, "key") + field(2, field(1, text))
        decoded = decode(field(1, pair) + field(1, field(1, "n") + field(2, field(4, 128.0))))
        assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [
            ("1.1", "key"),
            ("1.1", "n"),
            ("1.2.1", text),
            ("1.2.4", 128.0),
        ]


SHORT = ["hi", "abc", "image.png", "spotify:track:4uLU6hMCjMI75M1A2tKUQC", "4uLU6hMCjMI75M1A2tKUQC",
         "https://example.test/a?b=c", "2025-11-20T10:00:00.000Z", "(8)", "J\x7f"[:1], "0", "~", "\t", "a\nb"]  # fmt: skip


def test_no_text_becomes_a_message() -> None:
    for words in SHORT:
        assert read_all(field(3, words)) == [(3, words)]
        assert read_all(field(3, words) * 3) == [(3, words)] * 3


@pytest.mark.parametrize("count", [2, 63, 64, 65, 500])
def test_messages_of_many_fields(count: int) -> None:
    """Rows of keys are remembered up to a length; what they say is the same beyond it."""
    body = field(1, "cue_set") + field(2, 61234) * count
    found = parse(body)
    assert found is not None
    assert read_all(body) == [(1, "cue_set"), *[(2, 61234)] * count]
    assert found[1] == 3 + count + 1
    assert parse(field(2, 1) * count + field(1, 1)) == (
        tags([*[(2, 1)] * count, (1, 1)]),
        count + 1 - 2,
    )
    assert parse(field(2, 1) * count + field(2, "mixed")) is None


def test_groups_are_messages() -> None:
    inner = field(1, "cue_set") + field(2, 61234)
    body = field(1, "log") + group(2, inner) + group(2, inner)
    wanted = tags([(1, "cue_set"), (2, 61234)])
    assert read_all(body) == [(1, "log"), (2, wanted), (2, wanted)]
    assert parse(body[:-1]) is None
    assert parse(varint(2 << 3 | 3) + inner + varint(3 << 3 | 4)) is None


LOOKS_LIKE_TEXT = field(4, "x" * 36)
"""A message that is clean text: tag `"`, length `$`."""


def test_a_repeated_field_votes_inside_its_message() -> None:
    certain = field(4, "short") + field(5, 7)
    texts = [value for _, value in read_all(field(1, LOOKS_LIKE_TEXT) * 2)]
    assert texts == [LOOKS_LIKE_TEXT.decode()] * 2
    mixed = field(1, certain) + field(1, LOOKS_LIKE_TEXT) + field(1, LOOKS_LIKE_TEXT)
    assert read_all(mixed) == [
        (1, tags([(4, "short"), (5, 7)])),
        (1, tags([(4, "x" * 36)])),
        (1, tags([(4, "x" * 36)])),
    ]
    assert read_all(field(1, certain) + field(1, "words") + field(1, field(6, "x" * 36))) == [
        (1, tags([(4, "short"), (5, 7)])),
        (1, "words"),
        (1, field(6, "x" * 36).decode()),
    ]


def test_printable_messages_are_outvoted_by_texts() -> None:
    printable = b"\n" + bytes([40]) + b"y" * 40  # field 1 of a message, or a line end and words
    assert isinstance(only(field(1, printable)), Tags)
    found = read_all(field(1, "first") + field(1, printable) + field(1, "third"))
    assert found == [(1, "first"), (1, printable.decode()), (1, "third")]
    assert isinstance(read_all(field(1, printable) * 2 + field(1, "one"))[0][1], Tags)


def test_a_vote_and_packed_numbers_in_one_message() -> None:
    certain = field(4, "short") + field(5, 7)
    body = field(1, certain) + field(2, varint(300) + varint(400)) + field(1, LOOKS_LIKE_TEXT)
    assert [number for number, _ in read_all(body)] == [1, 2, 2, 1]
    assert read_all(body)[-1] == (1, tags([(4, "x" * 36)]))


def test_order_does_not_matter() -> None:
    bodies = [
        field(1, BATCH),
        BATCH,
        field(1, "words"),
        field(3, field(1, ID)),
        field(1, LOOKS_LIKE_TEXT),
    ]
    alone = [decode(body) for body in bodies]
    assert [decode(body) for body in reversed(bodies)] == alone[::-1]


def test_messages_in_messages_without_end() -> None:
    body = field(1, "x")
    for _ in range(200):
        body = field(1, body)
    decoded = decode(body)
    assert decoded.leaves
    assert max(leaf.path.count(".") for leaf in decoded.leaves) <= 33
    decode(varint(3) * 100_000)
    decode((b"\x0a\x7f" * 500_000)[:1_000_000])


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=3, max_size=30
)
SCALARS = (
    TEXTS.filter(lambda text: not any("\x80" <= one < "\xa0" for one in text))
    | st.integers(0, 2**31)
    | st.integers(-100, -1)
    | st.floats(1e-3, 1e6).map(lambda number: round(number, 4))
)
NUMBERS = st.integers(1, 15)


def tree(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    one = st.tuples(NUMBERS, inner)
    return st.lists(one, min_size=1, max_size=6, unique_by=lambda pair: pair[0]).map(sorted)


TREES = tree(SCALARS | tree(SCALARS | tree(SCALARS)))


def spelled(pairs: object) -> bytes:
    body = b""
    for number, value in pairs:  # type: ignore[attr-defined]
        body += field(number, spelled(value) if isinstance(value, list) else value)
    return body


def expected(pairs: object) -> Tags:
    return tags(
        [(n, expected(value) if isinstance(value, list) else value) for n, value in pairs]  # type: ignore[attr-defined]
    )


def is_clean(pairs: object) -> bool:
    """Say whether no nested message happens to be clean text, which cannot be told from text."""
    for _, value in pairs:  # type: ignore[attr-defined]
        if isinstance(value, list):
            spelling = spelled(value).decode("utf-8", "replace")
            if "\ufffd" not in spelling and texts.is_clean(spelling):
                return False
            if not is_clean(value):
                return False
    return True


@settings(derandomize=True, max_examples=300, deadline=None)
@given(TREES.filter(is_clean))
def test_messages_come_back(pairs: object) -> None:
    found = parse(spelled(pairs))
    assert found is not None
    assert found[0] == expected(pairs)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=120), st.sampled_from(["", "application/x-protobuf", "application/grpc"]))
def test_no_bytes_raise(body: bytes, label: str) -> None:
    decode(body, label)
    decode(field(1, "name") + field(2, body), label)
