"""Conversations are journalled, and their flows stay short where nobody needs them whole."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import tcp
from mitmproxy.addons.save import Save
from mitmproxy.addons.view import View
from mitmproxy.test import taddons, tflow

from auditor.recorder import conversations
from auditor.recorder.conversations import Conversations
from auditor.recorder.recording import Recording
from auditor.session.folder import ROTATE


@pytest.fixture
def context() -> Iterator[taddons.context]:
    with taddons.context(Save()) as tctx:
        yield tctx
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def recording(tmp_path: Path, context: taddons.context) -> Iterator[Recording]:
    one = Recording()
    one.start(tmp_path / "s", ROTATE)
    yield one
    one.finish({})


def journal(recording: Recording) -> list[dict[str, Any]]:
    assert recording.writer
    path = recording.writer.folder / "journal.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def converse(recording: Recording, sizes: list[int]) -> tcp.TCPFlow:
    talk, one = Conversations(recording), tflow.ttcpflow()
    one.messages.clear()
    talk.begin(one)
    for size in sizes:
        one.messages.append(tcp.TCPMessage(True, b"x" * size))
        talk.frame(one, one.messages)
    return one


def test_beginning_is_noted_with_all_that_tells_where_it_went(recording: Recording) -> None:
    one = tflow.twebsocketflow()
    one.request.path = "/live?deck=A"
    Conversations(recording).begin(one)
    (line,) = journal(recording)
    assert (line["kind"], line["flow"], line["type"]) == ("open", one.id, "websocket")
    assert (line["method"], line["scheme"], line["status"]) == ("GET", "http", 101)
    assert (line["host"], line["port"], line["path"]) == ("example.com", 80, "/live?deck=A")
    assert ["sec-websocket-version", "13"] in line["headers"]
    assert line["connection"] == one.client_conn.id


def test_flow_keeps_the_last_messages(recording: Recording) -> None:
    one = converse(recording, [1] * (conversations.KEPT + 30))
    assert len(one.messages) == conversations.KEPT
    assert recording.talks[one.id].dropped == 30
    assert [line["number"] for line in journal(recording)[1:]] == list(
        range(conversations.KEPT + 30)
    )


def test_flow_keeps_few_bytes_but_always_the_newest(recording: Recording) -> None:
    one = converse(recording, [10, 3 << 20, 2 << 20])
    assert [len(message.content) for message in one.messages] == [2 << 20]
    talk = recording.talks[one.id]
    assert (talk.frames, talk.dropped, talk.held) == (3, 2, 2 << 20)
    one = converse(recording, [9 << 20])
    assert len(one.messages) == 1


@pytest.mark.parametrize("by", ["-w", "view"])
def test_flow_stays_whole_for_others(
    recording: Recording, context: taddons.context, tmp_path: Path, by: str
) -> None:
    if by == "view":
        context.master.addons.add(View())
    else:
        context.options.update(save_stream_file=str(tmp_path / "own.mitm"))
    count = conversations.KEPT + 30
    assert len(converse(recording, [1] * count).messages) == count
    context.options.update(save_stream_file=None)


def test_conversation_that_is_met_in_the_middle(recording: Recording) -> None:
    one = tflow.ttcpflow()
    Conversations(recording).frame(one, one.messages)
    opened, frame = journal(recording)
    assert (opened["kind"], frame["number"]) == ("open", len(one.messages) - 1)


def test_nothing_is_noted_without_a_session(context: taddons.context) -> None:
    recording, one = Recording(), tflow.ttcpflow()
    Conversations(recording).frame(one, one.messages)
    assert recording.talks == {}
