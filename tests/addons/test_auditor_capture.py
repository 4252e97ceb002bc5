"""The capture addon: what it writes, what it leaves alone, and that it survives."""

import asyncio
import errno
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import exceptions, flow, http
from mitmproxy.addons.script import load_script
from mitmproxy.test import taddons, tflow

from auditor.flows import read_exchange
from auditor.session.notes import OMITTED
from tests.addons.session_files import SCRIPT, SOUND, facts, journal, saved


@pytest.fixture
def capture(context: taddons.context, tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    """Return the addon while it records, and its folder."""
    addon = load_script(SCRIPT).addons[0]
    context.master.addons.add(addon)
    context.configure(addon, auditor_dir=str(tmp_path / "session"))
    fire(addon, "running")
    yield addon, tmp_path / "session"
    addon.done()


def fire(addon: Any, hook: str, *arguments: object) -> None:
    """Call a hook as mitmproxy does: on the addon's parts, too."""
    for part in (addon, *addon.addons):
        if hasattr(part, hook):
            getattr(part, hook)(*arguments)


def through(addon: Any, one: http.HTTPFlow) -> http.HTTPFlow:
    fire(addon, "request", one)
    fire(addon, "response", one)
    return one


class TestOptions:
    def test_refuses_to_start_without_a_folder(self, context: taddons.context) -> None:
        addon = load_script(SCRIPT).addons[0]
        context.master.addons.add(addon)
        with pytest.raises(exceptions.OptionsError, match="auditor_dir is empty"):
            context.configure(addon)

    def test_folder_stays_while_recording(
        self, context: taddons.context, capture: tuple[Any, Path], tmp_path: Path
    ) -> None:
        with pytest.raises(exceptions.OptionsError, match="folder stays"):
            context.configure(capture[0], auditor_dir=str(tmp_path / "other"))

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("started: 5\n", "must not set started"),
            ("- a\n", "mapping"),
            ("a: [\n", "line 2"),
            (None, "cannot be read"),
        ],
        ids=["reserved", "list", "damaged", "missing"],
    )
    def test_bad_session_files(
        self, context: taddons.context, tmp_path: Path, text: str | None, reason: str
    ) -> None:
        addon = load_script(SCRIPT).addons[0]
        context.master.addons.add(addon)
        told = tmp_path / "told.yaml"
        if text is not None:
            told.write_text(text, "utf-8")
        context.configure(addon, auditor_dir=str(tmp_path / "s"))
        with pytest.raises(exceptions.OptionsError, match=reason):
            context.configure(addon, auditor_session=str(told))

    def test_session_file_is_merged(self, context: taddons.context, tmp_path: Path) -> None:
        addon = load_script(SCRIPT).addons[0]
        context.master.addons.add(addon)
        told = tmp_path / "told.yaml"
        told.write_text(
            "title: a night\napp: {name: Some DJ, version: '1.10'}\nservices: [tidal]\n"
        )
        context.configure(addon, auditor_dir=str(tmp_path / "s"), auditor_session=str(told))
        context.options.update(http2=False, confdir=str(tmp_path))
        fire(addon, "running")
        early = facts(tmp_path / "s")
        addon.done()
        late = facts(tmp_path / "s")
        assert early["title"] == "a night"
        assert early["app"] == {"name": "Some DJ", "version": "1.10"}
        assert early["services"] == ["tidal"]
        assert early["mitmproxy_options"] == {"http2": False}
        assert "ended" not in early
        assert late["ended"] >= late["started"] == early["started"]
        assert str(tmp_path) not in (tmp_path / "s" / "session.yaml").read_text("utf-8")


class TestFlows:
    def test_sound_leaves_the_file_but_not_the_traffic(self, capture: tuple[Any, Path]) -> None:
        addon, folder = capture
        one = tflow.tflow(resp=True)
        one.response.raw_content = SOUND
        one.response.headers["content-type"] = "application/octet-stream"
        through(addon, one)
        assert one.response.raw_content == SOUND
        assert OMITTED not in one.metadata
        (copy,) = saved(folder)
        assert copy.id == one.id
        assert copy.response.raw_content == b""
        digest = hashlib.sha256(SOUND).hexdigest()
        expected = {"response": {"why": "audio", "size": len(SOUND), "sha256": digest}}
        assert copy.metadata[OMITTED] == expected
        record = read_exchange(copy, 0)
        assert record
        assert (record.messages[1].size, record.messages[1].digest) == (len(SOUND), digest)
        assert record.messages[0].body == b"content"

    def test_uploaded_sound_is_left_out_too(self, capture: tuple[Any, Path]) -> None:
        addon, folder = capture
        one = tflow.tflow(resp=True)
        one.request.raw_content = SOUND
        through(addon, one)
        (copy,) = saved(folder)
        assert copy.request.raw_content == b""
        assert copy.response.raw_content == b"message"

    def test_every_kind_of_flow_is_written_when_it_ends(self, capture: tuple[Any, Path]) -> None:
        addon, folder = capture
        through(addon, tflow.tflow(resp=True))
        failed = tflow.tflow(err=True)
        fire(addon, "request", failed)
        fire(addon, "error", failed)
        socket_flow = tflow.twebsocketflow()
        through(addon, socket_flow)
        assert len(saved(folder)) == 2
        fire(addon, "websocket_end", socket_flow)
        for stream, start, end in (
            (tflow.ttcpflow(), "tcp_start", "tcp_end"),
            (tflow.tudpflow(err=True), "udp_start", "udp_error"),
        ):
            fire(addon, start, stream)
            fire(addon, end, stream)
        assert [type(one).__name__ for one in saved(folder)] == [
            "HTTPFlow",
            "HTTPFlow",
            "HTTPFlow",
            "TCPFlow",
            "UDPFlow",
        ]

    def test_open_exchanges_are_written_at_the_end(self, capture: tuple[Any, Path]) -> None:
        addon, folder = capture
        one = tflow.tflow()
        fire(addon, "request", one)
        addon.done()
        assert [kept.id for kept in saved(folder)] == [one.id]

    def test_frames_are_journalled_as_they_come(self, capture: tuple[Any, Path]) -> None:
        addon, folder = capture
        one = tflow.twebsocketflow()
        frames, one.websocket.messages = one.websocket.messages, []
        for frame in frames:
            one.websocket.messages.append(frame)
            fire(addon, "websocket_message", one)
        stream = tflow.ttcpflow()
        fire(addon, "tcp_message", stream)
        lines = journal(folder, "frame")
        assert [(one["flow"], one["number"]) for one in lines] == [
            *((one.id, n) for n in range(len(frames))),
            (stream.id, 1),
        ]
        assert [line["body"] for line in lines[:3]] == ["aGVsbG8gYmluYXJ5", "hello text", "it's me"]
        assert [line["direction"] for line in lines[:3]] == ["out", "out", "in"]


def test_exception_in_a_hook_is_counted_and_survived(
    capture: tuple[Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    addon, folder = capture

    def fail(one: flow.Flow) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(addon.addons[0], "_save", fail)
    through(addon, tflow.tflow(resp=True))
    monkeypatch.undo()
    through(addon, tflow.tflow(resp=True))
    addon.done()
    (line,) = journal(folder, "error")
    assert (line["hook"], line["message"]) == ("response", "OSError: disk full")
    assert facts(folder)["addon_errors"] == 1
    assert len(saved(folder)) == 2  # the one after, and the one that stayed open


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "disk full"),
        (errno.EFBIG, "disk full"),
        (errno.EIO, "writing failed: Input/output error"),
    ],
)
def test_disk_that_takes_no_more_ends_the_capture(
    context: taddons.context,
    capture: tuple[Any, Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: int,
    reason: str,
) -> None:
    """In a process of somebody else's it ends mitmproxy, not the process."""
    addon, folder = capture
    through(addon, tflow.tflow(resp=True))

    def full(_: bytes) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(addon.recording.writer, "add_flow", full)
    for _ in range(3):
        through(addon, tflow.tflow(resp=True))
    context.master.event_loop.run_until_complete(asyncio.sleep(0))
    assert context.master.should_exit.is_set()
    assert not [one for one in context.master.addons.chain if type(one).__name__ == "_ExitCode"]
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == [
        f"auditor_capture: the recording has ended: {reason} ({os.strerror(code)})."
    ]
    assert not json.loads(addon.status())["recording"]
    with pytest.raises(exceptions.CommandError, match="No session"):
        addon.add_mark('{"action": "play"}')
    addon.done()
    told = facts(folder)
    assert (told["stopped"], told["addon_errors"]) == (reason, 0)
    assert told["ended"] >= told["started"]
    assert len(saved(folder)) == 1


def test_notes_of_other_addons_are_checked(capture: tuple[Any, Path]) -> None:
    addon, folder = capture
    addon.add_note("step", '{"number": 1, "action": "seek", "state": "done"}')
    with pytest.raises(exceptions.CommandError, match="JSON objects"):
        addon.add_note("mark", "{}")
    (line,) = journal(folder, "step")
    assert line["state"] == "done"


def test_told_facts_are_in_the_journal_too(capture: tuple[Any, Path]) -> None:
    addon, folder = capture
    addon.tell({"control": {"passed": True}})
    with pytest.raises(ValueError, match="files"):
        addon.tell({"files": {}})
    assert facts(folder)["control"] == {"passed": True}
    assert [("control" in line["facts"]) for line in journal(folder, "session")] == [False, True]


def test_spare_connection_of_a_browser_is_no_refusal(capture: tuple[Any, Path]) -> None:
    addon, folder = capture
    said = {
        "kept": "",
        "spare": "The client disconnected during the handshake. If this happens consistently for "
        "a.example, this may indicate that the client does not trust the proxy's certificate.",
        "pinned": "The client does not trust the proxy's certificate for a.example (unknown ca)",
    }
    for name, detail in said.items():
        client = tflow.tclient_conn()
        client.id, client.sni, client.error = name, "a.example", detail
        data = SimpleNamespace(
            conn=client,
            context=SimpleNamespace(client=client),
            client_hello=SimpleNamespace(sni="a.example"),
            ignore_connection=False,
        )
        fire(addon, "client_connected", client)
        fire(addon, "tls_clienthello", data)
        if detail:
            fire(addon, "tls_failed_client", data)
            fire(addon, "client_disconnected", client)
        else:
            fire(addon, "tls_established_client", data)
    outcomes = {line["id"]: line["outcome"] for line in journal(folder, "connection")}
    assert outcomes == {
        "kept": "established-silent",
        "spare": "failed",
        "pinned": "refused-by-client",
    }


# ---- a real mitmdump on loopback
