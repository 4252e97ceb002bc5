"""The capture addon in a real mitmdump on loopback: recorded, killed, ended, reloaded."""

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
from typing import Any
from urllib.error import HTTPError
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

import pytest

from auditor.sources import open_capture
from tests.addons.session_files import MARKS, SCRIPT, SOUND, facts, journal, saved


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


RUN = "from mitmproxy.tools.main import mitmdump; mitmdump()"


@contextmanager
def mitmdump(
    folder: Path, *arguments: str, script: str = SCRIPT, code: str = RUN
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run mitmdump until it listens; yield it with its port. What it says goes to `FOLDER.log`."""
    options = {
        "auditor_dir": folder,
        "confdir": folder.parent / "conf",
        "termlog_verbosity": "info",
    }
    sets = [part for name, value in options.items() for part in ("--set", f"{name}={value}")]
    where = ["--listen-host", "127.0.0.1", "--listen-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code, "-s", script, "-s", MARKS, *where, *sets, *arguments],
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
        log = Path(f"{folder}.log")
        drain = threading.Thread(target=lambda: log.write_text(process.stdout.read(), "utf-8"))
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
    track, talk = read.exchanges
    assert track.path == "/track"
    assert (talk.number, talk.kind, talk.port) == (1, "tcp", echo_port)
    assert "rebuilt from the journal" in talk.error
    assert [(one.direction, one.body) for one in talk.messages] == [
        ("out", b"\x00\x01hello"),
        ("in", b"\x00\x01hello"),
    ]
    assert [told.action for told in read.session.marks] == ["play"]
    assert read.losses == []


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
        until(lambda: sum(bool(one["ended"]) for one in journal(folder, "connection")) == 3)
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
        until(lambda: len(journal(folder, "session")) == 3)  # start, end, start again
        send(port, f"{web}/two", b"2")
        until(lambda: len(saved(folder)) == 2)
        assert ask(port)["started"] == first
        assert ask(port)["flows"] == 2
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
