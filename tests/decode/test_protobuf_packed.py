"""Packed numbers read as repeated ones; short messages that come again read the same."""

from __future__ import annotations

import struct

import pytest

from auditor.decode import Limits, decode_message
from auditor.records import Message
from tests.decode.wire import decode, field, read_all, varint


def test_packed_numbers_have_the_paths_of_repeated_ones() -> None:
    packed = field(1, "cues") + field(2, varint(12_000) + varint(61_234) + varint(245_678))
    plain = field(1, "cues") + field(2, 12_000) + field(2, 61_234) + field(2, 245_678)
    found = [(leaf.path, leaf.at, leaf.value) for leaf in decode(packed).leaves]
    assert found == [(leaf.path, leaf.at, leaf.value) for leaf in decode(plain).leaves]
    assert found[-1] == ("2", (2,), 245_678)
    floats = field(1, "gains") + field(2, struct.pack("<4f", 0.5, 1.25, 0.75, 128.0))
    assert [value for _, value in read_all(floats)[1:]] == [0.5, 1.25, 0.75, 128.0]


@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize(
    "lists", [[[12_000, 61_234]], [[*range(20_000, 20_100)]], [[1, 2], [3, 4]]]
)
def test_packed_numbers_stand_where_repeated_ones_do(lists: list[list[int]], frames: int) -> None:
    """A few, many, in two pieces, and in several frames that are read as one message."""
    packed, plain = (
        field(1, "cues") + b"".join(middle) + field(3, "behind")
        for middle in (
            [field(2, b"".join(map(varint, one))) for one in lists],
            [field(2, number) for one in lists for number in one],
        )
    )
    found, wanted = (
        decode((b"\0" + len(body).to_bytes(4) + body) * frames, "application/grpc").leaves
        for body in (packed, plain)
    )
    assert found == wanted
    assert len(found) == frames * (2 + sum(map(len, lists)))


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 13, 14, 15, 100])
def test_packed_numbers_count_one_by_one_where_room_is_scarce(most: int) -> None:
    numbers = [*range(20_000, 20_012)]
    body = field(1, "cues") + field(2, b"".join(map(varint, numbers))) + field(3, "behind")
    message = Message("out", body, len(body), "application/x-protobuf")
    some = decode_message(message, Limits(leaves=most))
    wanted = [("1", "cues"), *[("2", one) for one in numbers], ("3", "behind")]
    assert len(some.leaves) == min(most, 14)
    assert {(leaf.path, leaf.value) for leaf in some.leaves} <= set(wanted)
    assert bool(some.unread) is (most < 14)


def test_what_a_short_message_says_is_remembered_as_it_is() -> None:
    """The same bytes below two fields, and once more in another body."""
    short = field(1, "15.6") + field(3, 1999) + field(4, varint(300) + varint(400))
    for _ in range(2):
        found = decode(field(1, "x") + field(2, short) + field(5, short))
        assert [(leaf.path, leaf.value) for leaf in found.leaves] == [
            ("1", "x"),
            *[(f"{one}.{path}", value) for one in (2, 5) for path, value in (
                ("1", "15.6"), ("3", 1999), ("4", 300), ("4", 400))],
        ]  # fmt: skip
