from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_message
from auditor.decode.sse import read
from auditor.decode.tree import Entries, Raw
from auditor.records import Message, Value

LABEL = "text/event-stream"


def values(body: bytes, label: str = "") -> list[tuple[str, tuple[int, ...], Value]]:
    decoded = decode_message(Message("in", body, len(body), label))
    assert decoded.unread == ()
    return [(leaf.path, leaf.at, leaf.value) for leaf in decoded.leaves]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("label", ["", LABEL])
def test_data_is_read_once_more(end: str, label: str) -> None:
    lines = [
        ": ping",
        "",
        "id: 7",
        "event: deck",
        'data: {"cue":',
        "data: 61234}",
        "",
        "data:x",
        "",
    ]
    body = (end.join(lines) + end).encode()
    assert values(body, label) == [
        ("[].id", (0,), "7"),
        ("[].event", (0,), "deck"),
        ("[].data", (1,), "x"),
        ("[].data>cue", (0,), 61234),
    ]


def test_the_last_event_needs_no_end_and_strange_fields_are_left_out() -> None:
    assert values(b"nonsense\ndata: one\nother: x\n\ndata: two", LABEL) == [
        ("[].data", (0,), "one"),
        ("[].data", (1,), "two"),
    ]


@pytest.mark.parametrize(
    "body", [b"data: only a line", b"id: 7\nname: x\n", b"event: party tonight", b": a remark\n\n"]
)
def test_words_with_a_colon_are_words(body: bytes) -> None:
    assert read(Raw(body)) is None


def test_damaged_text_is_left_to_others() -> None:
    assert read(Raw(b"data: \xff\n\n", LABEL)) is None


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.text("ab:{ \t", max_size=9), min_size=1, max_size=5))
def test_every_event_comes_back(texts: list[str]) -> None:
    body = "".join(f"event: e\ndata: {text}\n\n" for text in texts).encode()
    reading = read(Raw(body))
    assert reading is not None
    assert isinstance(reading.node, Entries)
    assert [node for key, node in reading.node.members if key[1] == "data"] == texts
