"""What the block addon refuses: on the wire through a real mitmdump, and by its options."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

import pytest
from mitmproxy import exceptions, hooks, http
from mitmproxy.addons import next_layer
from mitmproxy.addons.script import load_script
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.test import taddons, tflow

from tests.addons.own_mitmdump import SocketClient, mitmdump, run_and_end, script, web
from tests.addons.session_files import journal
from tests.addons.test_recording import until
from tests.recorder.test_refuse import hello, opening

SCRIPT = script("auditor_block")
CUE = b'{"cue_position_ms": 61234}'
DULL = b'{"greeting": "hello"}'
DENIED = "access denied"


@dataclass
class Rig:
    """A mitmdump that refuses `tidal`, `*.blocked.test` and cue points, and its far end."""

    proxy: int
    socks: int
    web: int
    got: list[bytes]
    folder: Path
    said: list[str]

    def noted(self) -> list[tuple[str, str]]:
        lines = journal(self.folder, "intervention")
        return [(line["what"], line["target"]) for line in lines]

    def outcome(self, target: str) -> dict[str, Any]:
        """Return the last line of the ledger about the connection that a refusal ended."""
        told = [line for line in journal(self.folder, "intervention") if line["target"] == target]
        lines = {line["id"]: line for line in journal(self.folder, "connection")}
        return dict(lines.get(told[-1]["connection"], {}))

    @property
    def opener(self) -> OpenerDirector:
        return build_opener(ProxyHandler({"http": f"http://127.0.0.1:{self.proxy}"}))

    def post(self, url: str, body: bytes) -> int:
        try:
            with self.opener.open(Request(url, data=body), timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code

    def connect(self, target: str) -> tuple[socket.socket, bytes]:
        peer = socket.create_connection(("127.0.0.1", self.proxy), timeout=10)
        peer.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        return peer, peer.recv(4096)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("block")
    block = [
        f"auditor_block_receivers={name}" for name in ("tidal", "*.blocked.test", "203.0.113.7")
    ]
    given = [*block, "auditor_block_categories=cue", f"auditor_dir={folder / 'session'}"]
    sets = [part for one in given for part in ("--set", one)]
    names = ("auditor_capture", "auditor_block", "auditor_marks")
    scripts = [part for name in names for part in ("-s", script(name))]
    with socket.create_server(("127.0.0.1", 0)) as held:  # mitmproxy takes port 0 only once
        free = held.getsockname()[1]
    modes = ["regular@127.0.0.1:0", f"socks5@127.0.0.1:{free}"]
    with (
        web() as (port, got),
        mitmdump(folder / "conf", modes, *scripts, *sets) as ((proxy, socks), said),
    ):
        until((folder / "session" / "session.yaml").exists)
        yield Rig(proxy, socks, port, got, folder / "session", said)


@pytest.mark.proxy
class TestReceivers:
    def test_plain_http_is_answered_and_not_forwarded(self, rig: Rig) -> None:
        assert rig.post("http://event-collector.tidal.com/x", DULL) == 403
        assert rig.post(f"http://127.0.0.1:{rig.web}/x", DULL) == 200
        assert rig.got[-1] == DULL
        assert ("block-receiver", "event-collector.tidal.com") in rig.noted()

    def test_connect_is_refused_before_tls(self, rig: Rig) -> None:
        peer, answer = rig.connect("api.tidal.com:443")
        with peer:
            assert answer.startswith(b"HTTP/1.1 403 ")
        assert ("block-receiver", "api.tidal.com") in rig.noted()

    def test_name_in_tls_gets_an_alert(self, rig: Rig) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(10)
            peer, answer = rig.connect(f"127.0.0.1:{server.getsockname()[1]}")
            far, _ = server.accept()
            with peer, far:
                assert b" 200 " in answer
                begun = time.monotonic()
                with pytest.raises(ssl.SSLError, match=DENIED):
                    ssl.create_default_context().wrap_socket(peer, server_hostname="a.blocked.test")
                assert time.monotonic() - begun < 3
                far.settimeout(10)
                assert far.recv(100) == b"", "the receiver shall get no byte, only the end"
        assert ("block-receiver", "a.blocked.test") in rig.noted()
        until(lambda: rig.outcome("a.blocked.test").get("ended"))
        assert rig.outcome("a.blocked.test")["outcome"] == "failed"

    @pytest.mark.parametrize(("name", "ends"), [("b.blocked.test", True), ("b.free.test", False)])
    def test_hello_in_two_parts(self, rig: Rig, name: str, ends: bool) -> None:
        """Its first part does not hold the name; both ways must work on."""
        whole = hello(name)
        with socket.create_server(("127.0.0.1", 0)) as server:
            peer, _ = rig.connect(f"127.0.0.1:{server.getsockname()[1]}")
            far, _ = server.accept()
            with peer, far:
                peer.sendall(whole[:30])
                if ends:
                    time.sleep(0.1)  # two segments on the wire, not one
                    peer.sendall(whole[30:])
                    assert peer.recv(100) == bytes([21, 3, 1, 0, 2, 2, 49])
                    assert peer.recv(100) == b""
                else:
                    peer.sendall(whole[30:])
                    far.settimeout(10)
                    assert far.recv(5)[:1] == b"\x16", "mitmproxy greets the far end"

    def test_connection_by_name_is_not_opened(self, rig: Rig) -> None:
        """SOCKS carries any protocol; nothing of it need be read to refuse it."""
        host = b"raw.blocked.test"
        with socket.create_connection(("127.0.0.1", rig.socks), timeout=10) as peer:
            peer.sendall(b"\x05\x01\x00")
            assert peer.recv(2) == b"\x05\x00"
            peer.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + b"\x0f\xe6")
            assert peer.recv(10)[:2] == b"\x05\x04"
        assert ("block-receiver", "raw.blocked.test:4070") in rig.noted()


@pytest.mark.proxy
class TestCategories:
    def test_request_with_the_kind_is_answered(self, rig: Rig) -> None:
        before = len(rig.got)
        assert rig.post(f"http://127.0.0.1:{rig.web}/x", CUE) == 403
        assert len(rig.got) == before
        assert rig.post(f"http://127.0.0.1:{rig.web}/x", DULL) == 200
        assert ("block-category", "cue") in rig.noted()

    def test_marks_pass(self, rig: Rig) -> None:
        """A mark may speak of cue points; it is for us."""
        text = b'{"action": "cue-jump", "values": {"cue_position_ms": 61234}}'
        assert rig.post("http://auditor.invalid/mark", text) == 200
        assert journal(rig.folder, "mark")[-1]["action"] == "cue-jump"

    def test_frame_is_dropped_and_the_socket_lives(self, rig: Rig) -> None:
        client = SocketClient(rig.proxy, rig.web)
        client.send(cue_position_ms=61234)
        client.send(greeting="still here")
        assert client.receive() == {"greeting": "still here"}
        client.close()
        assert b"cue_position_ms" not in b"".join(rig.got)


@pytest.fixture
def addon(context: taddons.context) -> Any:
    made = load_script(SCRIPT).addons[0]
    context.master.addons.add(made)
    return made


class TestOptions:
    @pytest.mark.parametrize(
        ("option", "value", "reason"),
        [
            ("auditor_block_receivers", "spotfy", "`spotfy` is no receiver.*tidal"),
            ("auditor_block_receivers", "api.*.com", "no host"),
            ("auditor_block_categories", "cues", "`cues` is no kind of data.*playback, seek"),
        ],
    )
    def test_unknown_names(
        self, context: taddons.context, addon: Any, option: str, value: str, reason: str
    ) -> None:
        with pytest.raises(exceptions.OptionsError, match=reason):
            context.configure(addon, **{option: [value]})

    @pytest.mark.proxy
    def test_mitmdump_does_not_start_with_an_unknown_name(self, tmp_path: Path) -> None:
        listen = ["--listen-host", "127.0.0.1", "--listen-port", "0"]
        wrong = ["--set", "auditor_block_receivers=spotfy"]
        ended = run_and_end(tmp_path, *listen, "-s", SCRIPT, *wrong)
        assert ended.returncode == 1
        assert "`spotfy` is no receiver of the catalogue" in ended.stdout + ended.stderr


def posted(body: bytes, host: str = "x.test") -> http.HTTPFlow:
    request = http.Request.make("POST", f"http://{host}/x", body)
    return tflow.tflow(req=request)


class TestOrder:
    """`auditor capture` adds it behind mitmproxy's own addons, a script stands before them."""

    def test_is_asked_before_mitmproxy_chooses(self, context: taddons.context) -> None:
        addon = load_script(SCRIPT).addons[0]
        context.master.addons.add(next_layer.NextLayer(), addon)
        context.configure(addon, auditor_block_receivers=["*.blocked.test"])
        context.master.addons.trigger(hooks.RunningHook())
        for name, layers in (("a.blocked.test", "Refused"), ("a.free.test", "ServerTLSLayer")):
            around = Context(tflow.tclient_conn(), context.options)
            asked = layer.NextLayer(around)
            asked.events = [events.Start(), events.DataReceived(around.client, hello(name))]
            around.layers.append(SimpleNamespace())
            context.master.addons.trigger(layer.NextLayerHook(asked))
            assert type(asked.layer).__name__ == layers
        context.master.addons.remove(addon)
        assert context.master.addons.get("auditor_block_first") is None


class TestDatagrams:
    @pytest.mark.parametrize(
        ("options", "datagram", "port", "told"),
        [
            ({"auditor_block_quic": True}, opening("a.free.test"), 9, "block-quic a.free.test:9"),
            ({"auditor_block_quic": True}, b"\x43 any", 443, "block-quic 198.51.100.1:443"),
            ({"auditor_block_quic": True}, b"\x43 any", 9, ""),
            ({}, opening("a.blocked.test"), 443, ""),
            ({"auditor_block_receivers": ["*.blocked.test"]}, opening("a.free.test"), 443, ""),
            (
                {"auditor_block_receivers": ["*.blocked.test"]},
                opening("a.blocked.test"),
                443,
                "block-receiver a.blocked.test:443",
            ),
        ],
        ids=["quic", "port 443", "other", "no option", "other receiver", "receiver"],
    )
    def test_what_is_refused(
        self,
        context: taddons.context,
        addon: Any,
        options: dict[str, Any],
        datagram: bytes,
        port: int,
        told: str,
    ) -> None:
        noted = []

        def note(kind: str, text: str) -> None:
            noted.append("{what} {target}".format(**json.loads(text)))

        context.master.commands.add("auditor.note", note)
        context.configure(addon, **options)
        for _ in range(3):  # the client repeats its first datagram
            client = tflow.tclient_conn()
            client.transport_protocol = "udp"
            asked = layer.NextLayer(Context(client, context.options))
            asked.context.server.address = ("198.51.100.1", port)
            asked.events = [events.Start(), events.DataReceived(client, datagram)]
            addon.judge_layer(asked)
            assert bool(asked.layer) is bool(told)
        assert noted == ([told] if told else [])


class TestFlows:
    def test_says_what_was_refused(self, context: taddons.context, addon: Any) -> None:
        context.configure(addon, auditor_block_categories=["cue", "loop"])
        one = posted(b'{"cue_position_ms": 61234, "loopIn": 60952}')
        one.comment = "mine"
        addon.request(one)
        assert one.response
        assert one.response.status_code == 403
        assert one.metadata["auditor_intervention"] == ["block-category cue loop"]
        assert one.comment == "mine · refused: cue loop"

    def test_a_hint_is_not_enough(self, context: taddons.context, addon: Any) -> None:
        context.configure(addon, auditor_block_categories=["cue"])
        one = posted(b'{"cue": "x"}')
        addon.request(one)
        assert one.response is None

    def test_a_file_stays_as_it_is(self, context: taddons.context, addon: Any) -> None:
        context.configure(
            addon, auditor_block_categories=["cue"], auditor_block_receivers=["*.blocked.test"]
        )
        one = posted(CUE, "a.blocked.test")
        one.live = False
        addon.requestheaders(one)
        addon.request(one)
        assert one.response is None
        assert not one.metadata

    def test_bodies_are_not_streamed_past(self, context: taddons.context, addon: Any) -> None:
        context.configure(addon, auditor_block_categories=["cue"])
        one = posted(CUE)
        one.request.stream = True
        addon.requestheaders(one)
        assert one.request.stream is False

    def test_an_own_mistake_lets_the_traffic_pass(
        self, context: taddons.context, addon: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        context.configure(addon, auditor_block_categories=["cue"])
        addon._pipeline = SimpleNamespace(run=None)
        one = posted(CUE)
        addon.request(one)
        addon.request(one)
        assert one.response is None
        assert addon.errors == 2
        assert sum("failed" in record.message for record in caplog.records) == 1

    def test_notes_are_json_for_the_recorder(self, context: taddons.context, addon: Any) -> None:
        noted = []

        def note(kind: str, text: str) -> None:
            noted.append((kind, text))

        context.master.commands.add("auditor.note", note)
        context.configure(addon, auditor_block_receivers=["*.blocked.test"])
        one = posted(DULL, "a.blocked.test")
        addon.requestheaders(one)
        ((kind, text),) = noted
        told = json.loads(text)
        assert (kind, told["what"], told["target"]) == (
            "intervention",
            "block-receiver",
            "a.blocked.test",
        )
        assert told["flow"] == one.id
        assert told["time"] == pytest.approx(time.time(), abs=60)
        assert one.comment == "refused: *.blocked.test"
