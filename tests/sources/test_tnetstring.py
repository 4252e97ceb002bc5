"""Tnetstrings read as mitmproxy writes them; damaged ones raise what callers expect."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy.io import tnetstring as theirs

from auditor.sources import tnetstring
from auditor.sources.mitm import BROKEN

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.binary(max_size=40)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_what_mitmproxy_writes_is_read(value: Any) -> None:
    assert tnetstring.loads(theirs.dumps(value)) == value


@given(st.dictionaries(st.text("abc_", min_size=1, max_size=20), VALUES, max_size=4))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_spans_hold_the_values_of_a_dictionary(state: dict[str, Any]) -> None:
    data = theirs.dumps(state)
    begin = data.index(b":") + 1
    spans = tnetstring.spans(data, begin, len(data) - 1)
    read = {key: tnetstring.value(data, *place) for key, place in spans.items()}
    assert read == {b"%d:%s" % (len(key), key.encode()): state[key] for key in state}


@pytest.mark.parametrize("tls", [None, 1700000000.25, 1700000000.1234567, 17.5])
@pytest.mark.parametrize("note", ["", "heard"])
def test_members_that_nobody_asks_for_hide_no_others(tls: float | None, note: str) -> None:
    state = {
        "backup": None,
        "content": b"6:marked;0:;",
        "comment": note,
        "trailers": None,
        "timestamp_end": tls,
        "intercepted": bool(note),
        "id": "one",
        "is_replay": None,
        "certificate_list": [],
        "marked": "",
    }
    data = theirs.dumps(state)
    begin = data.index(b":") + 1
    spans = tnetstring.spans(data, begin, len(data) - 1)
    told = {
        key.partition(b":")[2].decode(): tnetstring.value(data, *at) for key, at in spans.items()
    }
    assert {"content", "id"} <= told.keys()
    assert told == {name: state[name] for name in told}
    assert (told.get("comment") == note) == bool(note)


def test_spans_up_to_a_key() -> None:
    data = theirs.dumps({"c": 3, "b": 2, "a": 1})  # written from the last key to the first
    assert list(tnetstring.spans(data, 3, len(data) - 1, b"1:b")) == [b"1:a", b"1:b"]


def test_damaged_ones_raise_and_nothing_else_happens() -> None:
    dice = random.Random(4)  # noqa: S311
    whole = theirs.dumps({"a": [1, 2.5, None, True, b"x" * 20], "b": {"c": "ü", "d": [[], {}]}})
    for _ in range(5000):
        bent = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(bent))
            bent[at : at + dice.randint(0, 2)] = dice.randbytes(dice.randint(0, 2))
        for read in (tnetstring.loads, lambda data: tnetstring.spans(data, 3, len(data) - 1)):
            try:
                read(bytes(bent))
            except BROKEN:
                continue


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1",
        b"1:",
        b"1:a",
        b"1:a?",
        b"2:a,",
        b"1:a,,",
        b"9999999999999:a,",
        b"1:x~",
        b"4:TRUE!",
        b"3:1:a]",
        b"4:1:a,}",
        b"5:9:a,]]",
        b"1:\xff;",
        b"-1:a,",
    ],
)
def test_what_is_no_tnetstring(data: bytes) -> None:
    with pytest.raises((ValueError, LookupError)):
        tnetstring.loads(data)


def test_depth_is_bounded() -> None:
    data = b""
    for _ in range(tnetstring.DEEPEST + 2):
        data = b"%d:%s]" % (len(data), data)
    with pytest.raises(ValueError, match="deep"):
        tnetstring.loads(data)
    inner = data[data.index(b":") + 1 : -1]
    assert tnetstring.loads(inner[inner.index(b":") + 1 : -1]) is not None
