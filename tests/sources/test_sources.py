"""Captures open by content; what is broken is an error with a next step, or a counted loss."""

import json
from pathlib import Path

import pytest
from mitmproxy import io
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from auditor.errors import SourceError
from auditor.sources import open_capture


def dump(path: Path, count: int) -> bytes:
    with path.open("wb") as file:
        writer = io.FlowWriter(file)
        for _ in range(count):
            writer.add(tflow.tflow(resp=True))
    return path.read_bytes()


def test_mitm_file_is_told_by_content(tmp_path: Path) -> None:
    path = tmp_path / "traffic.har"
    dump(path, 3)
    capture = open_capture(path, first=10)
    assert capture.format == "mitm"
    assert [one.number for one in capture.exchanges] == [10, 11, 12]
    assert capture.losses == []


def test_truncated_file_keeps_what_is_whole_and_counts_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "cut.mitm"
    whole = dump(path, 4)
    path.write_bytes(whole[: len(whole) - 100])
    capture = open_capture(path)
    assert len(list(capture.exchanges)) == 3
    (loss,) = capture.losses
    assert loss.reason == "damaged"
    assert loss.size == len(whole) // 4 - 100


def test_flow_that_is_no_traffic_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "dns.mitm"
    with path.open("wb") as file:
        writer = io.FlowWriter(file)
        writer.add(tflow.tflow())
        writer.add(tflow.tdnsflow())
    capture = open_capture(path)
    assert len(list(capture.exchanges)) == 1
    assert capture.losses[0].detail == "dns"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\x7fELF\x02\x01\x01 not traffic", "not a capture"),
        (b"plain words\n", "not a capture"),
        (b'{"log": {"entries": [', "not a complete HAR"),
        (b'{"log": {"entries": 4}}', "no list"),
        (b"12:this is no flow,", "no flow in it can be read"),
    ],
)
def test_what_is_no_capture_says_so_and_names_the_next_step(
    tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "thing.mitm"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=word) as caught:
        list(open_capture(path).exchanges)
    assert caught.value.hint


def test_missing_file_and_foreign_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(SourceError) as caught:
            open_capture(path)
        assert caught.value.hint


HAR_ENTRY = {
    "startedDateTime": "2025-11-14T20:04:00.500Z",
    "time": 20,
    "request": {
        "method": "POST",
        "url": "https://ec.tidal.com/api/event-batch?a=1",
        "headers": [{"name": "Content-Type", "value": "application/x-www-form-urlencoded"}],
        "postData": {
            "mimeType": "application/x-www-form-urlencoded",
            "params": [{"name": "a b", "value": "ü"}],
        },
    },
    "response": {
        "status": 200,
        "headers": [],
        "content": {"size": 2, "text": "aGk=", "encoding": "base64"},
    },
}


def har(tmp_path: Path, *entries: object) -> Path:
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    return path


def test_har_entry(tmp_path: Path) -> None:
    (exchange,) = open_capture(har(tmp_path, HAR_ENTRY)).exchanges
    assert (exchange.host, exchange.path, exchange.query) == (
        "ec.tidal.com",
        "/api/event-batch",
        "a=1",
    )
    assert exchange.started == 1763150640.5
    assert exchange.messages[0].body == b"a+b=%C3%BC"
    assert (exchange.messages[1].body, exchange.messages[1].size) == (b"hi", 2)


def test_bad_har_entries_are_counted_not_fatal(tmp_path: Path) -> None:
    no_request = {name: value for name, value in HAR_ENTRY.items() if name != "request"}
    no_response = {name: value for name, value in HAR_ENTRY.items() if name != "response"}
    capture = open_capture(
        har(tmp_path, None, no_request, HAR_ENTRY, {**no_response, "time": None})
    )
    assert [one.id for one in capture.exchanges] == ["har-2", "har-3"]
    assert [loss.detail for loss in capture.losses] == ["entry 0: TypeError", "entry 1: KeyError"]


def test_har_bodies_that_exporters_bend(tmp_path: Path) -> None:
    gzip = "\x1f\x8b\x08\x00é"
    post = {"mimeType": "x", "text": gzip}
    frames = [{"type": "send", "opcode": 1, "time": 1763150641.0, "data": '{"a":1}'}]
    entry = {
        **HAR_ENTRY,
        "request": {**HAR_ENTRY["request"], "postData": post},
        "_webSocketMessages": frames,
    }  # type: ignore[dict-item]
    missing = {**HAR_ENTRY, "request": {**HAR_ENTRY["request"], "postData": None, "bodySize": 77}}  # type: ignore[dict-item]
    first, second = open_capture(har(tmp_path, entry, missing)).exchanges
    assert first.messages[0].body == gzip.encode("latin-1")
    assert (first.kind, first.messages[2].text, first.messages[2].direction) == (
        "websocket",
        True,
        "out",
    )
    assert (second.messages[0].omitted, second.messages[0].size) == ("not in the HAR file", 77)


def session(
    tmp_path: Path, journal: str = "", facts: str = "format: 1\nservices: [tidal]\n"
) -> Path:
    folder = tmp_path / "session"
    folder.mkdir()
    dump(folder / "flows.mitm", 2)
    (folder / "session.yaml").write_text(facts, encoding="utf-8")
    (folder / "journal.jsonl").write_text(journal, encoding="utf-8")
    return folder


def test_session_folder(tmp_path: Path) -> None:
    lines = [
        {"kind": "mark", "action": "seek", "start": 20.0, "values": {"position_s": 61.2}},
        {"kind": "mark", "action": "play", "start": 10.0, "end": 11.0},
        {
            "kind": "connection",
            "id": "c",
            "outcome": "refused-by-client",
            "started": 9,
            "sni": "x.example",
            "bytes_up": 5,
        },
        {
            "kind": "frame",
            "flow": "never-saved",
            "number": 0,
            "direction": "out",
            "time": 1,
            "text": True,
            "body": "a",
        },
        {"kind": "error", "hook": "request", "message": "x", "time": 1},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + '\n{"kind": "mark", "acti'
    capture = open_capture(session(tmp_path, text))
    assert len(list(capture.exchanges)) == 2
    assert [(mark.action, mark.start, mark.end) for mark in capture.session.marks] == [
        ("play", 10.0, 11.0),
        ("seek", 20.0, 20.0),
    ]
    assert capture.session.connections[0].outcome == "refused-by-client"
    assert capture.session.addon_errors == 1
    assert sorted(loss.reason for loss in capture.losses) == [
        "line of the journal that makes no sense",
        "message of a conversation whose beginning is lost",
    ]


def test_session_without_its_facts_is_still_read(tmp_path: Path) -> None:
    folder = session(tmp_path)
    (folder / "session.yaml").unlink()
    capture = open_capture(folder)
    assert len(list(capture.exchanges)) == 2
    assert [loss.reason for loss in capture.losses] == ["session.yaml is missing"]


def test_session_with_broken_facts_names_the_place(tmp_path: Path) -> None:
    folder = session(tmp_path, facts="a: [1\n")
    (folder / "journal.jsonl").unlink()
    with pytest.raises(SourceError, match=r"session\.yaml:\d+:\d+:") as caught:
        open_capture(folder)
    assert "delete" in caught.value.hint


@pytest.mark.parametrize(
    "line",
    [
        '{"kind": "other"}',
        '{"kind": "mark", "action": "seek", "start": NaN}',
        '{"kind": "mark", "action": "seek", "start": 253402300800}',
        '{"kind": "mark", "action": "seek", "start": 9, "end": 8}',
        '{"kind": "mark", "action": null, "start": 9}',
        '{"kind": "mark", "action": "seek", "start": 9, "values": {"position_s": [1]}}',
        '{"kind": "mark", "action": "seek", "start": 9, "values": {"position_s": Infinity}}',
        '{"kind": "connection", "id": "c", "outcome": "failed", "started": 9, "bytes_up": 1e400}',
        '{"kind": "connection", "id": "c", "outcome": "failed", "started": 9, "bytes_up": -5}',
        "[" * 100_000,
    ],
)
def test_lines_that_cannot_be_are_counted(tmp_path: Path, line: str) -> None:
    capture = open_capture(session(tmp_path, line + "\n"))
    assert not capture.session.marks
    assert not capture.session.connections
    assert [loss.reason for loss in capture.losses] == ["line of the journal that makes no sense"]


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("", "id", None),
        ("request", "timestamp_start", float("nan")),
        ("request", "timestamp_start", 253402300800.0),
        ("response", "status_code", 10**30),
        ("metadata", "auditor_omitted", {"request": {"why": "audio", "size": 10**30}}),
        ("metadata", "auditor_omitted", [1]),
    ],
)
def test_flow_of_impossible_parts_is_counted_and_the_next_is_read(
    tmp_path: Path, part: str, name: str, value: object
) -> None:
    bad, good = tflow.tflow(resp=True), tflow.tflow(resp=True)
    state = bad.get_state()
    (state[part] if part else state)[name] = value
    path = tmp_path / "odd.mitm"
    with path.open("wb") as file:
        tnetstring.dump(state, file)
        tnetstring.dump(good.get_state(), file)
    capture = open_capture(path)
    assert [one.id for one in capture.exchanges] == [good.id]
    assert [loss.reason for loss in capture.losses] == ["flow that makes no sense"]


def test_har_numbers_that_cannot_be_are_counted(tmp_path: Path) -> None:
    endless = {**HAR_ENTRY, "request": {**HAR_ENTRY["request"], "bodySize": float("inf")}}  # type: ignore[dict-item]
    late = {**HAR_ENTRY, "startedDateTime": "9999-12-31T23:59:59Z"}
    early = {**HAR_ENTRY, "startedDateTime": "0001-01-01T00:00:00+23:59"}
    status = {**HAR_ENTRY, "response": {**HAR_ENTRY["response"], "status": 2**70}}  # type: ignore[dict-item]
    capture = open_capture(har(tmp_path, endless, late, early, status, HAR_ENTRY))
    assert len(list(capture.exchanges)) == 1
    assert len(capture.losses) == 4
