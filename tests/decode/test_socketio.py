from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_message
from auditor.decode.socketio import read, structure
from auditor.decode.tree import Entries, Key, Raw
from auditor.records import Message

HELD = {"_placeholder": True, "num": 0}


def members(text: str) -> list[tuple[Key, object]] | None:
    reading = structure(text)
    if reading is None:
        return None
    assert reading.steps == ("socket.io",)
    assert isinstance(reading.node, Entries)
    return list(reading.node.members)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('42["deck",{"cue":1}]', [(("event",), "deck"), (("args", 0), {"cue": 1})]),
        ('42["deck"]', [(("event",), "deck")]),
        ('42/mix,["deck",1]', [(("namespace",), "/mix"), (("event",), "deck"), (("args", 0), 1)]),
        ('4213["deck",1]', [(("ack",), 13), (("event",), "deck"), (("args", 0), 1)]),
        (
            '42/mix,7["deck"]',
            [(("namespace",), "/mix"), (("ack",), 7), (("event",), "deck")],
        ),
        ('4313["done"]', [(("ack",), 13), (("args", 0), "done")]),
        (
            '451-["wave",{"_placeholder":true,"num":0}]',
            [(("event",), "wave"), (("args", 0), HELD)],
        ),
        ('0{"sid":"a","pingInterval":25000}', [((), {"sid": "a", "pingInterval": 25000})]),
        ('40{"token":"t"}', [((), {"token": "t"})]),
    ],
)
def test_a_packet(text: str, found: list[tuple[Key, object]]) -> None:
    assert members(text) == found


def test_several_packets_in_one_body() -> None:
    first, second = '42["a",1]', '42["b","é"]'
    wanted = [((0, "event"), "a"), ((0, "args", 0), 1), ((1, "event"), "b"), ((1, "args", 0), "é")]
    assert members(f"{first}\x1e2\x1e{second}") == wanted
    assert members(f"{len(first)}:{first}1:2{len(second)}:{second}") == wanted


def test_a_broken_packet_costs_itself() -> None:
    body = b'42["a",1]\x1e42["b",'
    decoded = decode_message(Message("out", body, len(body)))
    assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [
        ("[].event", "a"),
        ("[].args[]", 1),
    ]
    assert [(one.reason, one.path) for one in decoded.unread] == [("damaged", "[]")]


@pytest.mark.parametrize(
    "text",
    ["42", "3", "4", "42 is the answer", '42["deck",', "2025-11-20 [Remix]", '1["x"]', '99["x"]', "[1]",
     '{"a":1}', "12:42 [live]", "4{not json}"],
)  # fmt: skip
def test_other_texts(text: str) -> None:
    assert structure(text) is None
    assert read(Raw(text.encode())) is None


NAMES = st.text(min_size=1, max_size=8)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(NAMES, st.lists(st.integers() | NAMES, max_size=3), st.integers(0, 999) | st.none())
def test_what_was_sent_comes_back(name: str, args: list[object], ack: int | None) -> None:
    text = f"42{'' if ack is None else ack}{json.dumps([name, *args])}"
    found = members(text)
    assert found is not None
    assert [node for key, node in found if key[0] == "args"] == args
    assert (("event",), name) in found
    assert (None if ack is None else (("ack",), ack)) in [*found, None]
