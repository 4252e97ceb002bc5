"""The capture addon: what it writes, what it leaves alone, and that it survives."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

import pytest
import yaml
from mitmproxy import exceptions, flow, http, io
from mitmproxy.addons.script import load_script
from mitmproxy.test import taddons, tflow

from auditor import resources
from auditor.flows import OMITTED, read_exchange
from auditor.sources import open_capture

SCRIPT = str(resources.addon_script("auditor_capture"))
SOUND = b"\0\0\0\x18ftypiso5" + bytes(200)


def saved(folder: Path) -> list[Any]:
    with (folder / "flows.mitm").open("rb") as file:
        return list(io.FlowReader(file).stream())


def journal(folder: Path, kind: str = "") -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]
    return [line for line in lines if line["kind"] == kind or not kind]


def facts(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "session.yaml").read_text("utf-8")))


@pytest.fixture
def context() -> Iterator[taddons.context]:
    with taddons.context() as tctx:
        yield tctx
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def capture(context: taddons.context, tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    """Return the addon while it records, and its folder."""
    addon = load_script(SCRIPT).addons[0]
    context.master.addons.add(addon)
    context.configure(addon, auditor_dir=str(tmp_path / "session"))
    addon.running()
    yield addon, tmp_path / "session"
    addon.done()


def through(addon: Any, one: http.HTTPFlow) -> http.HTTPFlow:
    addon.request(one)
    addon.response(one)
    return one


def to_addon(method: str, path: str, body: bytes = b"", **headers: str) -> http.HTTPFlow:
    return tflow.tflow(
        req=http.Request.make(method, f"http://auditor.invalid{path}", body, dict(headers))
    )


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
        addon.running()
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
        addon.request(failed)
        addon.error(failed)
        socket_flow = tflow.twebsocketflow()
        through(addon, socket_flow)
        assert len(saved(folder)) == 2
        addon.websocket_end(socket_flow)
        for stream, start, end in (
            (tflow.ttcpflow(), addon.tcp_start, addon.tcp_end),
            (tflow.tudpflow(err=True), addon.udp_start, addon.udp_error),
        ):
            start(stream)
            end(stream)
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
        addon.request(one)
        addon.done()
        assert [kept.id for kept in saved(folder)] == [one.id]

    def test_frames_are_journalled_as_they_come(self, capture: tuple[Any, Path]) -> None:
        addon, folder = capture
        one = tflow.twebsocketflow()
        frames, one.websocket.messages = one.websocket.messages, []
        for frame in frames:
            one.websocket.messages.append(frame)
            addon.websocket_message(one)
        stream = tflow.ttcpflow()
        addon.tcp_message(stream)
        lines = journal(folder, "frame")
        assert [(one["flow"], one["number"]) for one in lines] == [
            *((one.id, n) for n in range(len(frames))),
            (stream.id, 1),
        ]
        assert [line["body"] for line in lines[:3]] == ["aGVsbG8gYmluYXJ5", "hello text", "it's me"]
        assert [line["direction"] for line in lines[:3]] == ["out", "out", "in"]


class TestMarks:
    def test_mark_is_answered_and_no_traffic(self, capture: tuple[Any, Path]) -> None:
        addon, folder = capture
        body = b'{"action": "seek", "start": 5, "values": {"position_s": 61.2}}'
        one = through(addon, to_addon("POST", "/mark", body))
        assert one.response.status_code == 200
        assert journal(folder) == [
            {"kind": "mark", "action": "seek", "start": 5, "end": 5, "values": {"position_s": 61.2}}
        ]
        addon.client_disconnected(one.client_conn)
        assert len(journal(folder)) == 1
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
        self, capture: tuple[Any, Path], one: http.HTTPFlow, reason: str
    ) -> None:
        addon, folder = capture
        one = one.copy()
        through(addon, one)
        assert one.response
        assert one.response.status_code == 400
        assert reason in json.loads(one.response.content or b"")["error"]
        assert journal(folder) == []
        assert saved(folder) == []

    def test_status(self, capture: tuple[Any, Path]) -> None:
        addon, _ = capture
        through(addon, tflow.tflow(resp=True))
        one = through(addon, to_addon("GET", "/"))
        assert one.response
        status = json.loads(one.response.content or b"")
        assert status.pop("started") <= time.time()
        assert status == {"recording": True, "flows": 1, "marks": 0, "errors": 0}

    def test_command(self, context: taddons.context, capture: tuple[Any, Path]) -> None:
        call = context.master.commands.call_strings
        call("auditor.mark", ["play"])
        call("auditor.mark", ["seek", '{"position_s": 3}'])
        assert [line["values"] for line in journal(capture[1], "mark")] == [{}, {"position_s": 3}]
        with pytest.raises(exceptions.CommandError, match="`action`"):
            call("auditor.mark", ["Play!"])


def test_exception_in_a_hook_is_counted_and_survived(
    capture: tuple[Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    addon, folder = capture

    def fail(one: flow.Flow) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(addon, "_save", fail)
    through(addon, tflow.tflow(resp=True))
    monkeypatch.undo()
    through(addon, tflow.tflow(resp=True))
    addon.done()
    (line,) = journal(folder, "error")
    assert (line["hook"], line["message"]) == ("response", "OSError: disk full")
    assert facts(folder)["addon_errors"] == 1
    assert len(saved(folder)) == 2  # the one after, and the one that stayed open


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
        addon.client_connected(client)
        addon.tls_clienthello(data)
        if detail:
            addon.tls_failed_client(data)
            addon.client_disconnected(client)
        else:
            addon.tls_established_client(data)
    outcomes = {line["id"]: line["outcome"] for line in journal(folder, "connection")}
    assert outcomes == {"spare": "failed", "pinned": "refused-by-client"}


# ---- a real mitmdump on loopback


class Answer(BaseHTTPRequestHandler):
    """Answer every request with sound."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "audio/mp4")
        self.send_header("content-length", str(len(SOUND)))
        self.end_headers()
        self.wfile.write(SOUND)

    def log_message(self, format: str, *args: object) -> None:
        pass


def echo(server: socket.socket) -> None:
    while True:
        try:
            peer, _ = server.accept()
        except OSError:
            return
        with peer:
            while data := peer.recv(4096):
                peer.sendall(data)


@pytest.fixture
def web() -> Iterator[str]:
    """Return the address of a web server on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def echo_port() -> Iterator[int]:
    """Return the port of a server that sends back what it gets."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=echo, args=(server,), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@contextmanager
def mitmdump(
    folder: Path, *arguments: str, script: str = SCRIPT
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run mitmdump until it listens; yield it with its port."""
    code = "from mitmproxy.tools.main import mitmdump; mitmdump()"
    options = {
        "auditor_dir": folder,
        "confdir": folder.parent / "conf",
        "termlog_verbosity": "info",
    }
    sets = [part for name, value in options.items() for part in ("--set", f"{name}={value}")]
    where = ["--listen-host", "127.0.0.1", "--listen-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code, "-s", script, *where, *sets, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            found = re.search(r"listening at \D*127\.0\.0\.1:(\d+)", line)
            if found:
                break
        else:
            pytest.fail("mitmdump did not start:\n" + "".join(said))
        drain = threading.Thread(target=process.stdout.read)
        drain.start()
        port = int(found[1])
        until(lambda: ask(port)["recording"])
        yield process, port
        process.kill()
        drain.join()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def until(condition: Callable[[], object], limit: float = 20) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def opener(port: int) -> OpenerDirector:
    return build_opener(ProxyHandler({"http": f"http://127.0.0.1:{port}"}))


def ask(port: int) -> dict[str, Any]:
    with opener(port).open("http://auditor.invalid/", timeout=10) as answer:
        return dict(json.load(answer))


def send(port: int, url: str, body: bytes) -> bytes:
    with opener(port).open(Request(url, data=body), timeout=10) as answer:  # noqa: S310
        return bytes(answer.read())


def tunnel(port: int, target: int) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port), timeout=10)
    peer.sendall(f"CONNECT 127.0.0.1:{target} HTTP/1.1\r\n\r\n".encode())
    assert b" 200 " in peer.recv(4096)
    return peer


def mark(port: int, action: str) -> None:
    send(port, "http://auditor.invalid/mark", json.dumps({"action": action}).encode())


@pytest.mark.proxy
def test_what_passed_is_there_after_a_kill(tmp_path: Path, web: str, echo_port: int) -> None:
    folder = tmp_path / "session"
    with mitmdump(folder) as (process, port):
        mark(port, "play")
        assert send(port, f"{web}/track", b'{"position": 61.2}') == SOUND
        with tunnel(port, echo_port) as peer:
            peer.sendall(b"\x00\x01hello")
            assert peer.recv(100) == b"\x00\x01hello"
            until(lambda: len(journal(folder, "frame")) == 2)
            process.kill()
            process.wait()
    (one,) = saved(folder)
    assert one.request.content == b'{"position": 61.2}'
    assert one.response.raw_content == b""
    frames = journal(folder, "frame")
    assert [(line["direction"], line["body"]) for line in frames] == [
        ("out", "AAFoZWxsbw=="),
        ("in", "AAFoZWxsbw=="),
    ]
    assert "ended" not in facts(folder)
    read = open_capture(folder)
    assert [exchange.path for exchange in read.exchanges] == ["/track"]
    assert [told.action for told in read.session.marks] == ["play"]
    assert [loss.count for loss in read.losses] == [2]


@pytest.mark.proxy
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")
def test_clean_end_completes_the_session(tmp_path: Path, web: str, echo_port: int) -> None:
    folder = tmp_path / "session"
    lazy = ("--set", "connection_strategy=lazy")
    with mitmdump(folder, *lazy, "--ignore-hosts", f":{echo_port}$") as (process, port):
        send(port, f"{web}/one", b"a=1")
        with pytest.raises(HTTPError):
            send(port, "http://auditor.invalid/mark", b"nonsense")
        mark(port, "pause")
        with tunnel(port, echo_port) as peer:
            peer.sendall(b"sealed")
            assert peer.recv(100) == b"sealed"
        with tunnel(port, 9) as peer, pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(peer, server_hostname="pinned.example")
        until(lambda: len(journal(folder, "connection")) == 3)
        with tunnel(port, 9):
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
    told = facts(folder)
    assert told["ended"] > told["started"]
    assert told["addon_errors"] == 0
    assert told["mitmproxy_options"]["connection_strategy"] == "lazy"
    lines = {line["outcome"]: line for line in journal(folder, "connection")}
    assert set(lines) == {"decrypted", "passed-through", "refused-by-client", "failed"}
    assert lines["decrypted"]["address"] == web.removeprefix("http://")
    sealed = lines["passed-through"]
    assert (sealed["bytes_up"], sealed["bytes_down"]) == (6, 6)
    assert sealed["address"] == f"127.0.0.1:{echo_port}"
    assert lines["refused-by-client"]["sni"] == "pinned.example"
    assert "certificate" in lines["refused-by-client"]["detail"]
    assert lines["refused-by-client"]["address"] == ""
    assert [one.request.path for one in saved(folder)] == ["/one"]


@pytest.mark.proxy
def test_reloaded_script_goes_on(tmp_path: Path, web: str) -> None:
    folder, script = tmp_path / "session", tmp_path / "auditor_capture.py"
    shutil.copy(SCRIPT, script)
    with mitmdump(folder, script=str(script)) as (_, port):
        first = ask(port)["started"]
        send(port, f"{web}/one", b"1")
        os.utime(script, (time.time() + 5, time.time() + 5))
        until(lambda: ask(port)["started"] > first)
        send(port, f"{web}/two", b"2")
        until(lambda: len(saved(folder)) == 2)
    assert [one.request.path for one in saved(folder)] == ["/one", "/two"]
    assert journal(folder, "error") == []


@pytest.mark.proxy
def test_mitmdump_stops_at_once_without_a_folder(tmp_path: Path) -> None:
    code = "from mitmproxy.tools.main import mitmdump; mitmdump()"
    options = ["--set", f"confdir={tmp_path}", "--listen-host", "127.0.0.1", "--listen-port", "0"]
    command = [sys.executable, "-c", code, "-s", SCRIPT, *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "auditor_dir is empty" in ended.stdout + ended.stderr
