from __future__ import annotations

import plistlib
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_message
from auditor.decode.plist import read
from auditor.decode.tree import Gap, Node, Raw
from auditor.records import Message

WHEN = datetime(2025, 11, 20, 10, 0)  # noqa: DTZ001 - the library wants it without a zone
TREE = {
    "event": "deck_state",
    "hot_cue_position_ms": 61234.5,
    "count": 70_000,
    "minus": -5,
    "on": True,
    "titles": ["Café", "日本語"],
    "id": bytes(range(200, 216)),
}
BOTH = pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])


def node(data: bytes) -> Node:
    reading = read(Raw(data))
    assert reading is not None
    assert reading.steps == ("plist",)
    return reading.node


@BOTH
def test_both_forms_say_the_same(form: plistlib.PlistFormat) -> None:
    assert node(plistlib.dumps(TREE, fmt=form)) == TREE


@BOTH
def test_dates_are_texts(form: plistlib.PlistFormat) -> None:
    found = node(plistlib.dumps({"at": WHEN}, fmt=form))
    assert isinstance(found, dict)
    assert datetime.fromisoformat(str(found["at"])) == WHEN.replace(tzinfo=UTC)


def test_numbers_of_objects_are_integers() -> None:
    assert node(plistlib.dumps({"$top": plistlib.UID(7)}, fmt=plistlib.FMT_BINARY)) == {"$top": 7}


def binary(objects: list[bytes], top: int = 0) -> bytes:
    """Write a binary list from its objects as they are spelled."""
    body, offsets = b"bplist00", []
    for one in objects:
        offsets.append(len(body))
        body += one
    table = b"".join(offset.to_bytes(4) for offset in offsets)
    return body + table + struct.pack(">5xBBBQQQ", 0, 4, 1, len(objects), top, len(body))


@pytest.mark.parametrize(
    "data",
    [
        binary([b"\xa1\x00"]),
        binary([bytes([0xA2, one + 1, one + 1]) for one in range(40)] + [b"\x55words"]),
        plistlib.dumps([[]] * 450_000, fmt=plistlib.FMT_XML),
        b"<plist>" + b"<array>" * 1000 + b"</array>" * 1000 + b"</plist>",
    ],
    ids=["a list in itself", "a list of lists of lists", "many", "deep"],
)
def test_lists_without_end_are_over_the_limit(data: bytes) -> None:
    (unread,) = decode_message(Message("out", data, len(data))).unread
    assert (unread.reason, unread.size) == ("over limit", len(data))


@pytest.mark.parametrize(
    "data",
    [
        b"bplist00",
        b"bplist00" + bytes(40),
        binary([b"\xd1\x01\x01"]),
        binary([b"\x55word"], top=9),
        binary([b"\x5f\x13" + b"\xff" * 8]),
        binary([b"\x7f"]),
        b"<plist><dict><key>a</key></dict></plist>",
        b"<plist><string>cut off",
        b"<plist><integer>twelve</integer></plist>",
        b"<plist><odd/></plist>",
        b"<plist></plist>",
        b"<?xml version='1.0' encoding='no-such'?><plist><true/></plist>",
    ],
)
def test_damage_is_told(data: bytes) -> None:
    found = node(data)
    assert isinstance(found, Gap)
    assert (found.reason, found.size) == ("damaged", len(data))


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE plist [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><plist><string>&b;</string></plist>'
    outside = b'<!DOCTYPE plist [<!ENTITY a SYSTEM "file:///etc/hosts">]><plist><string>&a;</string></plist>'
    for data in (bomb, outside):
        assert isinstance(node(data), Gap)


def test_other_documents_are_not_ours() -> None:
    assert read(Raw(b"<html><body>plist</body></html>")) is None
    assert read(Raw(b"bplain words")) is None


TREES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcdef", max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(TREES, st.sampled_from([plistlib.FMT_BINARY, plistlib.FMT_XML]))
def test_trees_come_back(tree: object, form: plistlib.PlistFormat) -> None:
    assert node(plistlib.dumps(tree, fmt=form)) == tree


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 300), st.integers(0, 255))
def test_no_bytes_raise(noise: bytes, place: int, byte: int) -> None:
    whole = bytearray(plistlib.dumps(TREE, fmt=plistlib.FMT_BINARY))
    whole[place % len(whole)] = byte
    for data in (bytes(whole), b"bplist00" + noise, b"<plist>" + noise):
        decode_message(Message("out", data, len(data)))
