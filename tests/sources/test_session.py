"""A session is read whatever a kill or a power loss left of its files; what is lost is counted."""

import json
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from auditor.errors import SourceError
from auditor.records import Exchange
from auditor.session.folder import SessionWriter
from auditor.session.notes import TRIMMED
from auditor.sources import open_capture
from auditor.sources.conversations import LONG, UNSAVED

FACTS = {"format": 1, "title": "a night", "started": 1763700000.0, "addon_errors": 0}
FILES = ("flows.mitm", "journal.jsonl", "session.yaml")


def frame(flow: str, number: int, body: str = "", **more: object) -> dict[str, Any]:
    entry = {"flow": flow, "number": number, "direction": "out", "text": True, "time": 9.0}
    return {**entry, "body": body or f"{flow} {number}", **more}


def begun(flow: str, **more: object) -> dict[str, Any]:
    entry = {"flow": flow, "type": "websocket", "time": 8.5, "method": "GET", "scheme": "https"}
    where = {"host": "live.example", "port": 443, "path": "/deck?side=A", "status": 101}
    return {**entry, **where, "headers": [["user-agent", "dj"]], "connection": "c1", **more}


def conversation(name: str, frames: int, trimmed: int = 0) -> bytes:
    """Return a saved WebSocket that has the last frames of a conversation."""
    one = tflow.twebsocketflow()
    one.id = name
    one.websocket.messages = one.websocket.messages[:1] * frames
    state = one.get_state()
    for number, message in enumerate(state["websocket"]["messages"], trimmed):
        state["websocket"]["messages"][number - trimmed] = (
            *(1, message[1], f"{name} {number}".encode()),
            *message[3:],
        )
    if trimmed:
        state["metadata"] = {TRIMMED: trimmed}
    return tnetstring.dumps(state)


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """Write a session as the recorder does; without `end` it is as a killed recorder left it."""

    def write(*parts: bytes | dict[str, Any], end: bool = False, **options: Any) -> Path:
        writer = SessionWriter(tmp_path / "s", **options)
        writer.write_facts(FACTS)
        for part in parts:
            if isinstance(part, bytes):
                writer.add_flow(part)
            else:
                writer.note("open" if "type" in part else "frame", **part)
        if end:
            writer.finish({**FACTS, "ended": 1763700009.0})
        else:
            writer.close()
        return tmp_path / "s"

    return write


def plain(name: str = "plain") -> bytes:
    one = tflow.tflow(resp=True)
    one.id = name
    return tnetstring.dumps(one.get_state())


def bodies(one: Exchange) -> list[str]:
    return [message.body.decode() for message in one.messages[2:]]


class TestRebuilt:
    def test_open_conversations_come_after_what_was_saved(
        self, record: Callable[..., Path]
    ) -> None:
        lines = [frame(name, number) for number in range(3) for name in ("a", "b")]
        folder = record(plain("1"), begun("a"), begun("b"), *lines, plain("2"), begun("silent"))
        capture = open_capture(folder, first=7)
        found = list(capture.exchanges)
        assert [(one.number, one.id) for one in found] == [
            (7, "1"),
            (8, "2"),
            (9, "a"),
            (10, "b"),
            (11, "silent"),
        ]
        talk = found[2]
        assert bodies(talk) == ["a 0", "a 1", "a 2"]
        assert (talk.host, talk.path, talk.query) == ("live.example", "/deck", "side=A")
        assert (talk.error, talk.connection, talk.status) == (UNSAVED, "c1", 101)
        assert talk.headers == (("user-agent", "dj"),)
        assert [message.direction for message in talk.messages[:3]] == ["out", "in", "out"]
        assert found[4].messages[2:] == ()
        assert capture.losses == []

    def test_saved_conversation_stays_as_it_is(self, record: Callable[..., Path]) -> None:
        folder = record(begun("a"), frame("a", 0), conversation("a", 2), end=True)
        capture = open_capture(folder)
        (talk,) = capture.exchanges
        assert (bodies(talk), talk.error, capture.losses) == (["a 0", "a 1"], "", [])

    def test_first_messages_of_a_long_one_come_from_the_journal(
        self, record: Callable[..., Path]
    ) -> None:
        frames = [frame("a", number, "journal" if number < 4 else "") for number in range(6)]
        folder = record(begun("a"), *frames, conversation("a", 2, trimmed=4), plain())
        capture = open_capture(folder)
        other, talk = capture.exchanges
        assert (other.number, talk.number) == (0, 1)
        assert bodies(talk) == ["journal"] * 4 + ["a 4", "a 5"]
        assert talk.error == LONG
        assert capture.losses == []

    def test_gaps_are_counted(self, record: Callable[..., Path]) -> None:
        """Of 10 frames the journal has 4 that can be read, the flow the last 3."""
        frames = [frame("a", number) for number in (0, 3, 4, 8)]
        folder = record(begun("a"), *frames, conversation("a", 3, trimmed=7))
        capture = open_capture(folder)
        (talk,) = capture.exchanges
        assert bodies(talk) == [f"a {number}" for number in (0, 3, 4, 7, 8, 9)]
        assert [(loss.reason, loss.count) for loss in capture.losses] == [
            ("message of a conversation that is in no file", 4)
        ]

    def test_trimmed_conversation_without_a_journal(self, record: Callable[..., Path]) -> None:
        folder = record(conversation("a", 3, trimmed=7))
        (folder / "journal.jsonl").unlink()
        capture = open_capture(folder)
        (talk,) = capture.exchanges
        assert len(bodies(talk)) == 3
        assert [loss.count for loss in capture.losses] == [7]

    def test_damage_in_the_middle_of_the_journal(self, record: Callable[..., Path]) -> None:
        folder = record(begun("a"), *(frame("a", number) for number in range(5)))
        path = folder / "journal.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        lines[3] = b'{"kind": "fra\n'
        lines[4] = bytes(40) + lines[4]
        path.write_bytes(b"".join(lines))
        capture = open_capture(folder)
        (talk,) = capture.exchanges
        assert bodies(talk) == ["a 0", "a 2", "a 3", "a 4"]
        assert [(loss.reason, loss.count, loss.size) for loss in capture.losses] == [
            ("line of the journal that makes no sense", 1, 14),
            ("line of the journal that makes no sense", 1, 40),
            ("message of a conversation that is in no file", 1, 0),
        ]

    def test_beginning_that_is_lost(self, record: Callable[..., Path]) -> None:
        capture = open_capture(record(plain(), frame("a", 0), frame("a", 1)))
        assert [one.id for one in capture.exchanges] == ["plain"]
        assert [(loss.reason, loss.count) for loss in capture.losses] == [
            ("message of a conversation whose beginning is lost", 2)
        ]

    def test_message_that_was_left_out(self, record: Callable[..., Path]) -> None:
        omitted = {"why": "over limit", "size": 5 << 20, "sha256": "ab"}
        folder = record(begun("a"), {**frame("a", 0), "body": "", "omitted": omitted})
        (talk,) = open_capture(folder).exchanges
        message = talk.messages[2]
        assert (message.omitted, message.size, message.digest) == ("over limit", 5 << 20, "ab")

    def test_memory_does_not_grow_with_the_journal(self, record: Callable[..., Path]) -> None:
        """40 conversations of 1 MB each, one after the other: one of them is held at a time."""
        parts: list[dict[str, Any]] = []
        for name in range(40):
            parts.append(begun(str(name)))
            parts += [frame(str(name), number, "x" * 50_000) for number in range(20)]
        folder = record(*parts)
        tracemalloc.start()
        try:
            found = sum(len(one.messages) - 2 for one in open_capture(folder).exchanges)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert found == 800
        assert peak < 8 << 20


class TestDamage:
    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("ended", [False, True], ids=["killed", "ended"])
    def test_cut_anywhere(self, record: Callable[..., Path], name: str, ended: bool) -> None:
        """A power loss may leave any part of a file, with or without NUL bytes behind."""
        frames = [frame("a", number) for number in range(4)]
        folder = record(plain("1"), begun("a"), *frames, plain("2"), end=ended)
        whole = (folder / name).read_bytes()
        chance = random.Random(20)  # noqa: S311
        places = {0, 1, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(120))}
        for place in sorted(places):
            for tail in (b"", bytes(chance.randrange(1, 600))):
                (folder / name).write_bytes(whole[:place] + tail)
                capture = open_capture(folder)
                found = [one.id for one in capture.exchanges]
                assert found == [one for one in ("1", "2", "a") if one in found]
                assert capture.losses or _tells_nothing(name, whole[:place] + tail, whole)
                if name != "flows.mitm":
                    assert found[:2] == ["1", "2"]
                if name != "journal.jsonl":
                    assert capture.session.facts["title"] == "a night"
                    assert found[-1] == "a"

    def test_every_file_cut(self, record: Callable[..., Path]) -> None:
        folder = record(plain("1"), begun("a"), frame("a", 0), plain("2"))
        whole = {name: (folder / name).read_bytes() for name in FILES}
        chance = random.Random(3)  # noqa: S311
        for _ in range(150):
            for name, content in whole.items():
                (folder / name).write_bytes(content[: chance.randrange(len(content))])
            capture = open_capture(folder)
            assert len(list(capture.exchanges)) <= 3
            assert capture.losses

    @pytest.mark.parametrize(
        "left", [b"", bytes(300), b'title: "a ni', b"\xff\xfe", b"format: 1\n"]
    )
    def test_journal_stands_in_for_session_yaml(
        self, record: Callable[..., Path], left: bytes
    ) -> None:
        folder = record(plain())
        (folder / "session.yaml").write_bytes(left)
        capture = open_capture(folder)
        assert capture.session.facts == FACTS
        assert [loss.reason for loss in capture.losses] == [
            "session.yaml is damaged, the journal stands in for it"
        ]

    def test_facts_written_by_hand_stay(self, record: Callable[..., Path]) -> None:
        folder = record(plain())
        path = folder / "session.yaml"
        path.write_text(path.read_text("utf-8").replace("a night", "by hand"), "utf-8")
        capture = open_capture(folder)
        assert (capture.session.facts["title"], capture.losses) == ("by hand", [])

    def test_flows_of_which_none_can_be_read(self, record: Callable[..., Path]) -> None:
        """With a journal it is a loss; a folder of flows alone has nothing else to say."""
        folder = record(plain(), begun("a"), frame("a", 0))
        (folder / "flows.mitm").write_bytes(b"999:" + bytes(500))
        capture = open_capture(folder)
        assert [one.id for one in capture.exchanges] == ["a"]
        assert [loss.reason for loss in capture.losses] == ["damaged"]
        (folder / "journal.jsonl").unlink()
        with pytest.raises(SourceError, match="no flow in it can be read"):
            list(open_capture(folder).exchanges)

    def test_damaged_file_does_not_hide_the_next(self, record: Callable[..., Path]) -> None:
        folder = record(plain("1"), plain("2"), plain("3"), rotate=1)
        (folder / "journal.jsonl").unlink()
        (folder / "flows.mitm").write_bytes(b"999:")
        capture = open_capture(folder)
        assert [(one.number, one.id) for one in capture.exchanges] == [(0, "2"), (1, "3")]
        assert [loss.reason for loss in capture.losses] == ["damaged"]

    def test_length_that_no_memory_holds(self, tmp_path: Path) -> None:
        (tmp_path / "big.mitm").write_bytes(plain() + b"999999999999:x")
        capture = open_capture(tmp_path / "big.mitm")
        assert len(list(capture.exchanges)) == 1
        assert [loss.reason for loss in capture.losses] == ["damaged"]


def _tells_nothing(name: str, left: bytes, whole: bytes) -> bool:
    """Say whether a cut cannot be known: behind a whole line or flow, or in the list of hashes."""
    if name == "session.yaml":
        return b"\nfiles:" in left
    return not left or left == whole[:-1] or whole[len(left) - 1 : len(left)] in {b"\n", b"}"}


BAD: list[dict[str, Any]] = [
    {"kind": "frame", **frame("a", -1)},
    {"kind": "frame", **frame("a", True)},
    {"kind": "frame", **frame("a", 0), "flow": 3},
    {"kind": "frame", **frame("a", 0), "direction": "up"},
    {"kind": "frame", **frame("a", 0), "time": 1e30},
    {"kind": "frame", **frame("a", 0), "text": False, "body": "no base64"},
    {"kind": "frame", **frame("a", 0), "body": None},
    {"kind": "frame", **frame("a", 0), "omitted": [1]},
    {"kind": "frame", **frame("a", 0), "omitted": {"size": -1}},
    {"kind": "frame", **frame("a", 0), "body": "\ud800"},
    {"kind": "open", **begun("a", type="http")},
    {"kind": "open", **begun("a", status=1000)},
    {"kind": "open", **begun("a", port=70000)},
    {"kind": "open", **begun("a", time=None)},
    {"kind": "open", **begun("a", headers=[1])},
    {"kind": "open", "flow": "a"},
    {"kind": "session", "facts": [1]},
    {"kind": "intervention", "time": 1},
    {"kind": ["frame"]},
]


@pytest.mark.parametrize("line", BAD, ids=range(len(BAD)))
def test_lines_that_make_no_sense_are_counted(
    record: Callable[..., Path], line: dict[str, Any]
) -> None:
    folder = record(plain())
    with (folder / "journal.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    capture = open_capture(folder)
    assert [one.id for one in capture.exchanges] == ["plain"]
    assert [loss.reason for loss in capture.losses] == ["line of the journal that makes no sense"]


def test_last_line_of_a_connection_counts(record: Callable[..., Path]) -> None:
    folder = record(plain())
    line = {"kind": "connection", "id": "c", "outcome": "failed", "started": 9, "ended": None}
    block = {"kind": "intervention", "what": "block-quic", "target": "x", "time": 9, "flow": None}
    with (folder / "journal.jsonl").open("a") as file:
        for entry in (line, {**line, "outcome": "decrypted", "ended": 10}, block):
            file.write(json.dumps(entry) + "\n")
    session = open_capture(folder).session
    assert [(one.outcome, one.ended) for one in session.connections] == [("decrypted", 10)]
    assert [(one.what, one.target, one.flow) for one in session.interventions] == [
        ("block-quic", "x", "")
    ]


def test_changed_files_are_counted(record: Callable[..., Path]) -> None:
    folder = record(plain("1"), end=True)
    assert open_capture(folder).losses == []
    with (folder / "flows.mitm").open("ab") as file:
        file.write(plain("2"))
    capture = open_capture(folder)
    assert len(list(capture.exchanges)) == 2
    assert [(loss.reason, loss.detail) for loss in capture.losses] == [
        ("file was changed after the recording ended", "flows.mitm")
    ]


def test_control_that_was_changed_is_counted(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path)
    (tmp_path / "control.mitm").write_bytes(plain("control"))
    writer.add_flow(plain())
    writer.finish(FACTS)
    capture = open_capture(tmp_path)
    assert [one.id for one in capture.exchanges] == ["plain"]
    assert capture.losses == []
    (tmp_path / "control.mitm").write_bytes(b"")
    (tmp_path / "journal.jsonl").unlink()
    assert [(loss.reason, loss.detail) for loss in open_capture(tmp_path).losses] == [
        ("file was changed after the recording ended", "control.mitm"),
        ("file of the session is missing", "journal.jsonl"),
    ]
