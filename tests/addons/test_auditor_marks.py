"""The marks addon: by command, through the proxy and by loopback HTTP; with a recorder and without."""

import asyncio
import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import exceptions, http
from mitmproxy.addons.script import load_script
from mitmproxy.test import taddons, tflow

from auditor.session import live
from tests.addons.session_files import MARKS, SCRIPT, journal, saved
from tests.addons.test_auditor_capture import fire


@pytest.fixture
def addon(context: taddons.context) -> Any:
    """Return the addon in a mitmproxy that records nothing."""
    addon = load_script(MARKS).addons[0]
    context.master.addons.add(addon)
    return addon


@pytest.fixture
def recorder(context: taddons.context, tmp_path: Path) -> Iterator[Any]:
    recorder = load_script(SCRIPT).addons[0]
    context.master.addons.add(recorder)
    context.configure(recorder, auditor_dir=str(tmp_path / "session"))
    fire(recorder, "running")
    yield recorder
    recorder.done()


def to_addon(method: str, path: str, body: bytes = b"", **headers: str) -> http.HTTPFlow:
    return tflow.tflow(
        req=http.Request.make(method, f"http://auditor.invalid{path}", body, dict(headers))
    )


def answered(one: http.HTTPFlow) -> dict[str, Any]:
    assert one.response
    return dict(json.loads(one.response.content or b""))


class TestThroughTheProxy:
    def test_mark_is_answered_and_no_traffic(
        self, addon: Any, recorder: Any, tmp_path: Path
    ) -> None:
        body = b'{"action": "seek", "start": 5, "values": {"position_s": 61.2}}'
        one = to_addon("POST", "/mark", body)
        addon.request(one)
        for hook in ("request", "response"):
            fire(recorder, hook, one)
        fire(recorder, "client_disconnected", one.client_conn)
        assert one.response
        assert one.response.status_code == 200
        assert answered(one)["marks"] == 1
        folder = tmp_path / "session"
        assert [line for line in journal(folder) if line["kind"] != "session"] == [
            {"kind": "mark", "action": "seek", "start": 5, "end": 5, "values": {"position_s": 61.2}}
        ]
        assert saved(folder) == []

    @pytest.mark.parametrize(
        ("one", "reason"),
        [
            (to_addon("POST", "/mark", b"{}"), "`action`"),
            (to_addon("GET", "/mark"), "POST"),
            (to_addon("POST", "/other"), "POST /mark"),
            (to_addon("POST", "/mark", b'{"action": "play"}', origin="https://a.example"), "page"),
            (to_addon("POST", "/mark", b" " * 70_000), "at most"),
        ],
        ids=["no action", "get", "path", "page", "big"],
    )
    def test_bad_marks_get_a_reason(
        self, addon: Any, recorder: Any, tmp_path: Path, one: http.HTTPFlow, reason: str
    ) -> None:
        one = one.copy()
        addon.request(one)
        assert one.response
        assert one.response.status_code == 400
        assert reason in answered(one)["error"]
        assert journal(tmp_path / "session", "mark") == []

    def test_status(self, addon: Any, recorder: Any) -> None:
        for hook in ("request", "response"):
            fire(recorder, hook, tflow.tflow(resp=True))
        one = to_addon("GET", "/")
        addon.request(one)
        status = answered(one)
        assert status.pop("started") <= time.time()
        assert status == {"recording": True, "flows": 1, "marks": 0, "errors": 0}

    def test_without_a_recorder_it_says_so(self, addon: Any) -> None:
        one = to_addon("POST", "/mark", b'{"action": "play"}')
        addon.request(one)
        assert answered(one) == {"recording": False}


def test_command(context: taddons.context, addon: Any, recorder: Any, tmp_path: Path) -> None:
    call = context.master.commands.call_strings
    call("auditor.mark", ["play"])
    call("auditor.mark", ["seek", '{"position_s": 3}'])
    marks = journal(tmp_path / "session", "mark")
    assert [line["values"] for line in marks] == [{}, {"position_s": 3}]
    with pytest.raises(exceptions.CommandError, match="`action`"):
        call("auditor.mark", ["Play!"])


def test_exchanges_after_a_mark_carry_it(context: taddons.context, addon: Any) -> None:
    context.master.commands.call_strings("auditor.mark", ["cue-jump"])
    soon, late = tflow.tflow(), tflow.tflow()
    soon.request.timestamp_start = time.time() + 1
    late.request.timestamp_start = time.time() + 60
    for one in (soon, late):
        addon.request(one)
    assert soon.metadata == {"auditor_mark": "cue-jump"}
    assert late.metadata == {}


def test_loopback_address_wants_its_token(
    context: taddons.context, addon: Any, recorder: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "session"

    def ask(method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
        peer = HTTPConnection(told.address, timeout=10)
        peer.request(method, path, body, headers)
        answer = peer.getresponse()
        text = json.loads(answer.read())
        peer.close()
        return answer.status, text

    async def scene() -> list[tuple[int, dict[str, Any]]]:
        key = {"Authorization": f"Bearer {told.token}"}
        tries: list[tuple[Any, ...]] = [
            ("POST", "/mark", '{"action": "play"}', key),
            ("GET", "/", "", key),
            ("POST", "/mark", '{"action": "play"}', {}),
            ("POST", "/mark", '{"action": "play"}', {"Authorization": "Bearer no"}),
            ("POST", "/mark", '{"action": "play"}', {**key, "Origin": "https://a.example"}),
            ("POST", "/mark", "{", key),
        ]
        return [await asyncio.to_thread(ask, *one[:3], **one[3]) for one in tries]

    loop = context.master.event_loop
    loop.run_until_complete(addon.running())
    told = live.read(folder)
    results = loop.run_until_complete(scene())
    addon.done()
    loop.run_until_complete(asyncio.sleep(0))
    assert [status for status, _ in results] == [200, 200, 401, 401, 400, 400]
    assert results[1][1]["marks"] == 1
    assert [line["action"] for line in journal(folder, "mark")] == ["play"]
    assert not (folder / "live.json").exists()


def test_taken_port_is_said(context: taddons.context, addon: Any) -> None:
    loop = context.master.event_loop
    loop.run_until_complete(addon.running())
    taken = load_script(MARKS).addons[0]
    context.options.auditor_marks_port = int(addon._listener.address.rpartition(":")[2])
    with pytest.raises(exceptions.OptionsError, match="cannot be opened"):
        loop.run_until_complete(taken.running())
    addon.done()
