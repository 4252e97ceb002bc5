"""The content view: what it shows of bodies that our decoders read, in either version's API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import contentviews, http, tcp, websocket
from mitmproxy import flow as flows
from mitmproxy.addons.script import load_script
from mitmproxy.test import taddons, tflow
from wsproto.frame_protocol import Opcode

from tests.addons.own_mitmdump import run_and_end, script

SCRIPT = script("auditor_view")
SAMPLE = Path(__file__).parents[2] / "samples" / "tidal-web-player-short" / "flows.mitm"
CUE = json.dumps({"cue_position_ms": 61234, "shade": "Nacht"}).encode()


@pytest.fixture
def shown() -> Iterator[Any]:
    """Return what mitmproxy itself shows of a message in the view."""
    with taddons.context() as tctx:
        addon = load_script(SCRIPT).addons[0]
        tctx.master.addons.add(addon)
        yield show
        tctx.master.addons.remove(addon)
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)


def show(message: Any, flow: flows.Flow, name: str = "dj data") -> list[str]:
    newer = getattr(contentviews, "prettify_message", None)
    if newer:
        result = newer(message, flow, name)
        return [result.view_name or "", *result.text.splitlines()]
    older: Any = contentviews
    description, lines, error = older.get_message_content_view(name, message, flow)
    assert not error, error
    return [description.split("] ")[-1], *("".join(text for _, text in line) for line in lines)]


def posted(body: bytes, host: str = "x.test", **headers: str) -> http.HTTPFlow:
    return tflow.tflow(req=http.Request.make("POST", f"https://{host}/x?q=1", body, headers))


def test_request(shown: Any) -> None:
    one = posted(CUE)
    assert shown(one.request, one) == [
        "DJ data",
        "To x.test (unknown): POST /x",
        "cue (medium)  cue_position_ms = 61234   [json]",
        'shade = "Nacht"   [json]',
    ]


def test_compressed_request(shown: Any) -> None:
    one = posted(CUE, **{"content-encoding": "gzip"})
    assert one.request.raw_content[:2] == b"\x1f\x8b"
    assert "cue (medium)  cue_position_ms = 61234   [json]" in shown(one.request, one)


def test_reply_is_decoded_and_not_classified(shown: Any) -> None:
    one = posted(b"")
    one.response = http.Response.make(200, CUE)
    _, first, *lines = shown(one.response, one)
    assert first == "What came in is decoded, not classified."
    assert lines == ["cue_position_ms = 61234   [json]", 'shade = "Nacht"   [json]']


@pytest.mark.parametrize(("from_client", "kind"), [(True, "cue (medium)"), (False, "")])
def test_frame(shown: Any, from_client: bool, kind: str) -> None:
    one = tflow.tflow(resp=True, ws=True)
    assert one.websocket
    message = websocket.WebSocketMessage(Opcode.TEXT, from_client, CUE)
    one.websocket.messages.append(message)
    lines = shown(message, one)
    assert f"{kind}  cue_position_ms = 61234   [json]".lstrip() in lines


def test_stream(shown: Any) -> None:
    one = tflow.ttcpflow()
    message = tcp.TCPMessage(True, CUE)
    one.messages = [message]
    assert "cue (medium)  cue_position_ms = 61234   [json]" in shown(message, one)


def test_what_cannot_be_read_is_said(shown: Any) -> None:
    one = posted(bytes(range(128, 256)) * 3)
    assert shown(one.request, one)[2:] == ["Not read: 384 bytes, encrypted or unknown binary"]
    assert shown(posted(b"").request, posted(b""))[2:] == ["No fields."]


def test_long_values_are_cut_and_controls_escaped(shown: Any) -> None:
    one = posted(json.dumps({"a": "\x1b[31m" + "x" * 500}).encode())
    (line,) = shown(one.request, one)[2:]
    assert "\x1b" not in line
    assert line.endswith("… (512 characters)   [json]")


def test_mitmproxy_never_chooses_it(shown: Any) -> None:
    one = posted(CUE, **{"content-type": "application/json"})
    assert shown(one.request, one, "auto")[0] != "DJ data"


def test_script_can_be_loaded_again() -> None:
    """As when the file changes; mitmproxy 11 refuses a second view of one name."""
    with taddons.context() as tctx:
        for _ in range(2):
            addon = load_script(SCRIPT).addons[0]
            tctx.master.addons.add(addon)
            one = posted(CUE)
            assert show(one.request, one)[0] == "DJ data"
            tctx.master.addons.remove(addon)
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)


@pytest.mark.proxy
def test_in_mitmdump(tmp_path: Path) -> None:
    options = ["--set", "dumper_default_contentview=dj data", "--set", "flow_detail=4"]
    ended = run_and_end(tmp_path, "-nr", str(SAMPLE), "-s", SCRIPT, *options, "~b playback_session")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "To TIDAL (streaming service): event-batch" in ended.stdout
    assert "MessageBody>payload.actions[].assetPosition = " in ended.stdout
    assert "[form → json]" in ended.stdout
