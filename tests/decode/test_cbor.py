from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_message
from auditor.decode.cbor import read
from auditor.decode.tree import Entries, Node, Raw
from auditor.records import Message
from auditor.selftest import wire

LABEL = "application/cbor"
EVENT = {"event": "deck_state", "hot_cue_position_ms": 61234.5, "deck": "A"}


def node(data: bytes | str, label: str = LABEL) -> Node:
    reading = read(Raw(bytes.fromhex(data) if isinstance(data, str) else data, label))
    assert reading is not None
    assert reading.steps == ("cbor",)
    return reading.node


@pytest.mark.parametrize(
    ("spelled", "value"),
    [  # RFC 8949, appendix A
        ("00", 0),
        ("1903e8", 1000),
        ("1bffffffffffffffff", 2**64 - 1),
        ("c249010000000000000000", b"\x01" + bytes(8)),
        ("c24201ff", 511),
        ("c3420100", -257),
        ("3bffffffffffffffff", str(-(2**64))),
        ("3903e7", -1000),
        ("f90000", 0.0),
        ("f93e00", 1.5),
        ("fb3ff199999999999a", 1.1),
        ("fa47c35000", 100000.0),
        ("f97c00", math.inf),
        ("f4", False),
        ("f6", None),
        ("f7", None),
        ("f8ff", 255),
        ("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z"),
        ("c11a514b67b0", 1363896240),
        ("d818456449455446", "IETF"),
        ("d74401020304", b"\x01\x02\x03\x04"),
        ("60", ""),
        ("6449455446", "IETF"),
        ("62c3bc", "ü"),
        ("80", []),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a201020304", {"1": 2, "3": 4}),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("5f42010243030405ff", b"\x01\x02\x03\x04\x05"),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
        ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}),
        ("c48221196ab3", 273.15),
        ("d9d9f7a16361626301", {"abc": 1}),
    ],
)
def test_the_standard_says_so(spelled: str, value: object) -> None:
    assert node(spelled) == value


def test_an_event_without_a_label_and_several_in_a_row() -> None:
    assert node(wire.cbor(EVENT), "") == EVENT
    assert node(wire.cbor(EVENT) * 2, "") == Entries([((0,), EVENT), ((1,), EVENT)])


@pytest.mark.parametrize(
    "spelled", ["ff", "9f01", "1c", "7f01ff", "bf01ff", "81", "5b7fffffffffffffff", "fc", "df00"]
)
def test_what_is_not_well_formed_is_refused(spelled: str) -> None:
    assert read(Raw(bytes.fromhex(spelled), LABEL)) is None


def test_broken_text_is_bytes_under_a_label() -> None:
    assert node(b"\xa1\x62\xff\xfe\x01") == {"\ufffd\ufffd": 1}
    assert read(Raw(b"\xa1\x68hot_cues\x62\xff\xfe")) is None


def pack(value: object) -> bytes:
    """Write CBOR, the short way, with every second collection of indefinite length."""
    match value:
        case None | bool():
            return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            items = b"".join(pack(one) for one in value)
            return b"\x9f" + items + b"\xff" if len(value) % 2 else head(4, len(value)) + items
        case dict():
            items = b"".join(pack(key) + pack(one) for key, one in value.items())
            return b"\xbf" + items + b"\xff" if len(value) % 2 else head(5, len(value)) + items
    raise AssertionError(value)


def head(major: int, number: int) -> bytes:
    for short, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256**size:
            return bytes([major << 5 | short]) + number.to_bytes(size)
    raise AssertionError(number)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(TREES)
def test_trees_come_back(tree: object) -> None:
    assert node(pack(tree)) == tree


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["", LABEL]))
def test_no_bytes_raise(data: bytes, label: str) -> None:
    body = b"\xa2\x65event" + data
    decode_message(Message("out", body, len(body), label))
    read(Raw(data, label))
