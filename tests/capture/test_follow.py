"""Following a session: everything that is complete, once; also over a rotation."""

from __future__ import annotations

import json
from pathlib import Path

from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from auditor.capture.follow import Follower
from auditor.records import Exchange


def record(number: int) -> bytes:
    one = tflow.tflow(resp=True)
    one.request.path = f"/{number}"
    return bytes(tnetstring.dumps(one.get_state()))


def paths(follower: Follower) -> list[str]:
    return [one.path for one in follower.exchanges()]


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_only_what_is_complete_and_only_once(tmp_path: Path) -> None:
    follower, flows = Follower(tmp_path), tmp_path / "flows.mitm"
    assert paths(follower) == []
    second = record(2)
    append(flows, record(1) + second[:9])
    assert paths(follower) == ["/1"]
    append(flows, second[9:-1])
    assert paths(follower) == []
    append(flows, second[-1:])
    assert paths(follower) == ["/2"]
    assert paths(follower) == []


def test_goes_on_in_the_next_file(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    append(tmp_path / "flows.mitm", record(1))
    assert paths(follower) == ["/1"]
    append(tmp_path / "flows.mitm", record(2))
    append(tmp_path / "flows-002.mitm", record(3))
    append(tmp_path / "flows-003.mitm", record(4))
    assert paths(follower) == ["/2", "/3", "/4"]
    assert [one.number for one in Follower(tmp_path).exchanges()] == [0, 1, 2, 3]


def test_a_flow_that_makes_no_sense_is_passed_over(tmp_path: Path) -> None:
    append(tmp_path / "flows.mitm", b"3:abc," + record(2))
    assert paths(Follower(tmp_path)) == ["/2"]


def test_half_a_line_of_the_journal_is_left_for_later(tmp_path: Path) -> None:
    follower, journal = Follower(tmp_path), tmp_path / "journal.jsonl"
    assert list(follower.lines()) == []
    line = json.dumps({"kind": "mark"}).encode()
    append(journal, line + b"\n" + line[:4])
    assert list(follower.lines()) == [{"kind": "mark"}]
    append(journal, line[4:] + b"\n")
    assert list(follower.lines()) == [{"kind": "mark"}]


def test_messages_of_an_open_conversation_come_one_by_one_and_not_again(tmp_path: Path) -> None:
    follower, journal = Follower(tmp_path), tmp_path / "journal.jsonl"
    socket = tflow.twebsocketflow()
    begun = {
        "kind": "open", "flow": socket.id, "type": "websocket", "time": 5.0, "method": "GET",
        "scheme": "wss", "host": "a.example", "port": 443, "path": "/feed?x=1", "headers": [],
        "status": 101, "connection": "c",
    }  # fmt: skip
    frame = {
        "kind": "frame", "flow": socket.id, "direction": "out", "text": True, "time": 6.0,
        "body": "hello",
    }  # fmt: skip
    append(journal, json.dumps(begun).encode() + b"\n")
    for number in range(2):
        append(journal, json.dumps({**frame, "number": number}).encode() + b"\n")
    first, second = follower.lines()
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert (first.host, first.path, first.messages[-1].body) == ("a.example", "/feed", b"hello")
    assert len(second.messages) == len(first.messages)
    append(tmp_path / "flows.mitm", bytes(tnetstring.dumps(socket.get_state())) + record(1))
    assert paths(follower) == ["/1"]


def test_damaged_line_is_passed_over(tmp_path: Path) -> None:
    append(tmp_path / "journal.jsonl", b'{"kind"\n\0\0\n{"kind": "mark"}\n')
    assert list(Follower(tmp_path).lines()) == [{"kind": "mark"}]
