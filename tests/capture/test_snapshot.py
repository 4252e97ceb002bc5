"""What the live view counts; and that nothing secret comes through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from auditor.capture.snapshot import Snapshot
from auditor.catalogue import load_catalogue
from auditor.records import Exchange, Message

KEY = b"0123456789abcdef"


def exchange(host: str, body: bytes, number: int = 0) -> Exchange:
    message = Message("out", body, len(body), "application/json", time=100.0 + number)
    return Exchange(
        number, f"f{number}", "http", 100.0, "POST", "https", host, 443, "/e", "", (), (message,)
    )


def line(kind: str, **entry: Any) -> dict[str, Any]:
    return {"kind": kind, "time": 101.0, **entry}


def test_counts_by_receiver_and_kind() -> None:
    snapshot = Snapshot(load_catalogue(), KEY)
    snapshot.add_exchange(exchange("a.example", b'{"hot_cue_position_ms": 61234}'))
    snapshot.add_exchange(exchange("a.example", b'{"colour": "red"}', 1))
    view = snapshot.view()
    (receiver,) = view["receivers"]
    assert (receiver["name"], receiver["messages"]) == ("a.example", 2)
    assert {"id": "cue", "name": "Cue points", "messages": 1} in view["categories"]
    assert view["latest"][0]["kinds"] == ["cue"]


def test_counts_journal_lines_and_takes_the_last_word_on_a_connection() -> None:
    snapshot = Snapshot(load_catalogue(), KEY)
    told = {"sni": "pin.example", "address": ""}
    snapshot.add_line(line("connection", id="1", outcome="failed", **told))
    snapshot.add_line(line("connection", id="1", outcome="refused-by-client", **told))
    snapshot.add_line(line("connection", id="2", outcome="decrypted", **told))
    snapshot.add_line(line("mark", action="seek", end=99.0))
    snapshot.add_line(line("intervention", what="block-quic"))
    snapshot.add_line(line("error"))
    view = snapshot.view()
    assert view["sealed"] == [
        {"host": "pin.example", "outcome": "refused-by-client", "connections": 1}
    ]
    assert [view[name] for name in ("connections", "marks", "interventions", "errors")] == [
        2,
        1,
        1,
        1,
    ]
    assert [one["what"] for one in view["latest"]] == ["mark", "intervention"]


def test_far_ends_come_through_and_nothing_of_what_they_got() -> None:
    snapshot = Snapshot(load_catalogue(), KEY)
    body = b'{"mail": "someone@example.com", "peer": "192.168.7.14"}'
    snapshot.add_exchange(exchange("192.168.7.13", body))
    sealed = {"sni": "", "address": "192.168.7.15:443", "outcome": "passed-through"}
    snapshot.add_line(line("connection", id="1", **sealed))
    view = snapshot.view()
    assert [one["name"] for one in view["receivers"]] == ["192.168.7.13"]
    assert [one["host"] for one in view["sealed"]] == ["192.168.7.15:443"]
    assert "someone" not in repr(view)
    assert "192.168.7.14" not in repr(view)


def test_messages_of_one_conversation_count_once_each() -> None:
    snapshot = Snapshot(load_catalogue(), KEY)
    talk = replace(exchange("a.example", b""), kind="websocket")
    frame = Message("out", b'{"hot_cue_position_ms": 61234}', 30, time=101.0, text=True)
    for _ in range(3):
        snapshot.add_exchange(replace(talk, messages=(*talk.messages, frame)))
    view = snapshot.view()
    assert view["exchanges"] == 1
    assert view["receivers"][0]["messages"] == 3
