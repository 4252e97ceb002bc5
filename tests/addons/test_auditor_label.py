"""What the label addon puts on flows: from a file, on the wire, and next to the user's words."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import flow, flowfilter, http, io, tcp, websocket
from mitmproxy.addons.script import load_script
from mitmproxy.test import taddons, tflow
from mitmproxy.utils import emoji
from wsproto.frame_protocol import Opcode

from auditor.recorder.labels import MARK
from tests.addons.own_mitmdump import SocketClient, mitmdump, run_and_end, script, web
from tests.addons.test_recording import until

SCRIPT = script("auditor_label")
SAMPLE = Path(__file__).parents[2] / "samples" / "tidal-web-player-short" / "flows.mitm"
PRIVATE = "Zaubernacht-7731"
LOOP = {"loopInMs": 60952, "title": PRIVATE}


def read(path: Path) -> list[flow.Flow]:
    with path.open("rb") as file:
        return list(io.FlowReader(file).stream())


def write(path: Path, *flows: flow.Flow) -> Path:
    with path.open("wb") as file:
        writer = io.FlowWriter(file)
        for one in flows:
            writer.add(one)
    return path


def posted(body: object, host: str = f"{PRIVATE.lower()}.test", path: str = "/x") -> http.HTTPFlow:
    request = http.Request.make("POST", f"https://{host}{path}", json.dumps(body).encode())
    return tflow.tflow(req=request, resp=True)


def frame(values: object, from_client: bool = True) -> websocket.WebSocketMessage:
    return websocket.WebSocketMessage(Opcode.TEXT, from_client, json.dumps(values).encode())


@pytest.fixture
def addon(context: taddons.context) -> Any:
    made = load_script(SCRIPT).addons[0]
    context.master.addons.add(made)
    return made


def count(expression: str, flows: list[flow.Flow]) -> int:
    return sum(bool(flowfilter.match(expression, one)) for one in flows)


@pytest.mark.proxy
class TestFile:
    def test_labels_and_filters_a_capture(self, tmp_path: Path) -> None:
        """A filter behind the command is asked before the label is put on, that of `-w` after."""
        out = tmp_path / "out.mitm"
        ended = run_and_end(tmp_path, "-nqr", str(SAMPLE), "-s", SCRIPT, "-w", str(out))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        flows = read(out)
        seeks = count("~meta auditor_categories.*seek", flows)
        assert len(flows) == len(read(SAMPLE))
        assert 0 < seeks == count("~comment seek", flows) < count("~marked", flows) < len(flows)
        assert count("~comment 'TIDAL: Play log'", flows) > 0
        seen = tmp_path / "seen.mitm"
        chosen = ["--set", "save_stream_filter=~comment 'seek.*—'"]
        again = ["-nqr", str(SAMPLE), "-s", SCRIPT, "-w", str(seen), *chosen]
        assert run_and_end(tmp_path, *again).returncode == 0
        found = read(seen)
        assert len(found) == seeks
        assert [one.comment for one in found] == [
            one.comment for one in flows if "seek" in one.comment
        ]

    def test_conversations_from_a_file(self, tmp_path: Path) -> None:
        talk = tflow.tflow(resp=True, ws=True)
        assert talk.websocket
        talk.websocket.messages = [frame({"a": 1}), frame({"hotcue": 3}), frame({"loopInMs": 5})]
        raw = tflow.ttcpflow()
        raw.messages = [tcp.TCPMessage(True, json.dumps(LOOP).encode())]
        source, out = write(tmp_path / "in.mitm", talk, raw), tmp_path / "out.mitm"
        ended = run_and_end(tmp_path, "-nqr", str(source), "-s", SCRIPT, "-w", str(out))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        labelled, stream = read(out)
        assert labelled.metadata["auditor_categories"] == ["cue", "loop"]
        assert labelled.comment.startswith("cue loop — ")
        assert stream.comment == "loop — unknown receiver"
        assert labelled.marked == stream.marked == MARK


@pytest.mark.proxy
def test_live_filter_sees_the_label_of_the_frame(tmp_path: Path) -> None:
    """Of a socket the filter takes nothing before the frame that counts."""
    with (
        web() as (port, _),
        mitmdump(tmp_path, ["regular@127.0.0.1:0"], "-s", SCRIPT, "~comment cue") as (ports, said),
    ):
        client = SocketClient(ports[0], port)
        client.send(greeting="hello")
        assert client.receive() == {"greeting": "hello"}
        client.send(hotcue=3)
        assert client.receive() == {"hotcue": 3}
        client.close()
        until(lambda: any("connection closed by client" in line for line in said))
    # The frame itself and what came after it: its echo.
    assert sum("WebSocket text message" in line for line in said) == 2
    assert not any("101" in line and "<<" in line for line in said)


class TestLabels:
    def test_mark_is_known_to_mitmproxy(self) -> None:
        assert MARK in emoji.emoji

    def test_no_captured_value_gets_into_the_labels(self, addon: Any) -> None:
        one = posted(LOOP, path=f"/users/{PRIVATE}?q={PRIVATE}")
        addon.response(one)
        assert one.comment == "loop identity — unknown receiver"
        assert one.marked == MARK
        labels = json.dumps([one.comment, one.marked, one.metadata]).lower()
        assert PRIVATE.lower() not in labels

    def test_what_nobody_did_is_not_marked(self, addon: Any) -> None:
        one = posted({"email": "dj@example.test"})
        addon.response(one)
        assert one.comment.startswith("identity")
        assert one.marked == ""

    def test_user_keeps_comment_and_mark(self, addon: Any) -> None:
        one = posted(LOOP)
        one.comment, one.marked = "look at this", ":fire:"
        addon.response(one)
        addon.response(one)
        assert one.comment == "look at this · loop — unknown receiver"
        assert one.marked == ":fire:"

    def test_a_second_run_starts_afresh(self, addon: Any) -> None:
        one = posted(LOOP)
        one.comment = "mine"
        addon.response(one)
        assert one.request.content
        one.request.content = b"{}"
        addon.request(one)
        addon.response(one)
        assert (one.comment, one.marked) == ("mine", "")
        assert "loop" not in str(one.metadata)

    def test_hints_stay_apart(self, context: taddons.context, addon: Any) -> None:
        one = posted({"title": "x", "deck": 1})
        addon.response(one)
        assert (one.comment, one.marked) == ("", "")
        assert one.metadata == {"auditor_weak": ["playback"]}
        context.configure(addon, auditor_label_weak=True)
        addon.response(one)
        assert (one.comment, one.marked) == ("perhaps playback — unknown receiver", "")

    def test_known_receivers_are_named(self, addon: Any) -> None:
        one = posted(LOOP, host="api.tidal.com", path="/no/such/thing")
        addon.response(one)
        assert one.comment == "loop — TIDAL"

    def test_request_without_answer_is_labelled(self, addon: Any) -> None:
        one = posted(LOOP)
        one.response = None
        addon.error(one)
        assert one.marked == MARK

    def test_what_came_in_is_no_matter(self, addon: Any) -> None:
        one = tflow.tflow(resp=True, ws=True)
        assert one.websocket
        one.websocket.messages = [frame({"hotcue": 3}, from_client=False)]
        addon.websocket_message(one)
        assert not one.metadata

    def test_requests_to_the_recorder_are_left_alone(self, addon: Any) -> None:
        one = posted(LOOP, host="auditor.invalid")
        addon.response(one)
        assert not one.metadata

    def test_only_the_new_frame_is_read(self, addon: Any) -> None:
        """A long socket must not cost more with every frame."""
        one = tflow.tflow(resp=True, ws=True)
        assert one.websocket
        one.websocket.messages = []
        read = []
        run = addon._pipeline.run

        def counting(exchange: Any) -> Any:
            read.append(sum(len(message.body) for message in exchange.messages[2:]))
            return run(exchange)

        addon._pipeline = SimpleNamespace(run=counting)
        addon.response(one)
        for number in range(50):
            one.websocket.messages.append(frame({"beat": number % 10}))
            addon.websocket_message(one)
        assert read == [0] + [len(b'{"beat": 1}')] * 50
        assert len(one.websocket.messages) == 50

    def test_an_own_mistake_is_told_once(
        self, addon: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        addon._labels = None
        for _ in range(3):
            addon.response(posted(LOOP))
        assert addon.errors == 3
        assert sum("failed" in record.message for record in caplog.records) == 1
