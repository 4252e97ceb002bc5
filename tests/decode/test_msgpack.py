from __future__ import annotations

import math
import struct

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_message
from auditor.decode.msgpack import read
from auditor.decode.tree import Body, Entries, Node, Raw
from auditor.records import Message
from auditor.selftest import wire

EVENT = {"event": "deck_state", "hot_cue_position_ms": 61234.5, "deck": "A", "on": True, "n": None}
LABEL = "application/msgpack"


def node(data: bytes, label: str = LABEL) -> Node:
    reading = read(Raw(data, label))
    assert reading is not None
    assert reading.steps == ("msgpack",)
    return reading.node


def test_an_event_without_a_label() -> None:
    assert node(msgpack.packb(EVENT), "") == EVENT
    assert node(wire.message_pack({"event": "deck_state"}), "") == {"event": "deck_state"}


def test_several_items_in_a_row_are_a_list() -> None:
    packed = msgpack.packb(EVENT) + msgpack.packb({"event": "cue"})
    assert node(packed, "") == Entries([((0,), EVENT), ((1,), {"event": "cue"})])


def test_a_label_makes_more_certain_and_lets_scalars_pass() -> None:
    packed = msgpack.packb(EVENT)
    sure, unsure = read(Raw(packed, "application/x-msgpack")), read(Raw(packed))
    assert sure is not None
    assert unsure is not None
    assert sure.sure > unsure.sure
    assert node(b"\xa4word") == "word"
    assert read(Raw(b"\xa4word")) is None
    assert read(Raw(packed[:-1], LABEL)) is None


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xd6\xff\x69\x20\x00\x00", 0x69200000),
        (b"\xd7\xff" + ((500_000_000 << 34) | 0x69200000).to_bytes(8), 0x69200000 + 0.5),
        (b"\xc7\x0c\xff" + (0).to_bytes(4) + (-5).to_bytes(8, signed=True), -5),
        (b"\xd5\x07\x01\x02", b"\x01\x02"),
        (b"\xd8\xff" + b"\xfe" * 16, b"\xfe" * 16),
        (b"\xca" + struct.pack(">f", 0.1), 0.1),
        (b"\xc4\x03\xff\x00\x01", b"\xff\x00\x01"),
        (b"\xc4\x05words", "words"),
        (b'\xc4\x07{"a":1}', Body(b'{"a":1}')),
        (b"\xa2\xff\xfe", b"\xff\xfe"),
    ],
)
def test_times_extensions_and_bytes(data: bytes, value: object) -> None:
    assert node(data) == value


def test_keys_of_any_kind_and_repeated_ones() -> None:
    assert node(b"\x83\x01\xa1a\xc4\x01k\xa1b\xc0\xa1c") == {"1": "a", "k": "b", "None": "c"}
    assert node(b"\x82\xa1k\x01\xa1k\x02") == Entries([(("k",), 1), (("k",), 2)])


def test_json_inside_bytes_goes_on() -> None:
    body = msgpack.packb({"replay_event": b'{"type":"replay","urls":["cue"]}', "n": 1})
    decoded = decode_message(Message("out", body, len(body)))
    assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [
        ("n", 1),
        ("replay_event>type", "replay"),
        ("replay_event>urls[]", "cue"),
    ]


SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=9)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def same(one: object, other: object) -> bool:
    """Compare trees; NaN equals itself."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@settings(derandomize=True, max_examples=200, deadline=None)
@given(TREES)
def test_what_another_writer_packs_is_read_back(tree: object) -> None:
    assert same(node(msgpack.packb(tree)), tree)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["", LABEL]))
def test_no_bytes_raise(data: bytes, label: str) -> None:
    decode_message(Message("out", b"\x82\xa5event" + data, len(data) + 7, label))
    read(Raw(data, label))
