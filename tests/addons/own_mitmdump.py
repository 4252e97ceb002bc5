"""A real mitmdump with any of our scripts, and peers that speak to it, for tests on the wire."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    RejectConnection,
    Request,
    TextMessage,
)

from auditor import resources

CODE = "from mitmproxy.tools.main import mitmdump; mitmdump()"


def script(name: str) -> str:
    return str(resources.addon_script(name))


@contextmanager
def mitmdump(
    conf: Path, modes: list[str], *arguments: str
) -> Iterator[tuple[list[int], list[str]]]:
    """Run mitmdump until it listens; yield the port of every mode, and what it says."""
    where = [part for mode in modes for part in ("--mode", mode)]
    sets = ["--set", f"confdir={conf}", "--set", "termlog_verbosity=info"]
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", CODE, *where, *sets, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said: list[str] = []
    drain = threading.Thread(target=lambda: said.extend(process.stdout or ()))
    try:
        ports: list[int] = []
        while len(ports) < len(modes):
            line = process.stdout.readline()
            said.append(line)
            assert line, "mitmdump did not start:\n" + "".join(said)
            found = re.search(r"listening at \D*127\.0\.0\.1:(\d+)", line)
            if found:
                ports.append(int(found[1]))
        drain.start()
        yield ports, said
    finally:
        process.kill()
        process.wait()
        if drain.ident:
            drain.join()
        process.stdout.close()


def run_and_end(conf: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a mitmdump that ends by itself."""
    command = [sys.executable, "-c", CODE, "--set", f"confdir={conf}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class _Web(BaseHTTPRequestHandler):
    """Remember bodies, answer, and echo the texts of a WebSocket."""

    got: list[bytes]

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_GET(self) -> None:
        self.close_connection = True
        heads = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        peer = WSConnection(ConnectionType.SERVER)
        peer.receive_data(f"{self.requestline}\r\n{heads}\r\n".encode())
        while True:
            for event in peer.events():
                if isinstance(event, Request):
                    self.connection.sendall(peer.send(AcceptConnection()))
                elif isinstance(event, TextMessage):
                    self.got.append(event.data.encode())
                    self.connection.sendall(peer.send(TextMessage(event.data)))
                elif isinstance(event, CloseConnection):
                    self.connection.sendall(peer.send(event.response()))
                    return
            data = self.connection.recv(65536)
            if not data:
                return
            peer.receive_data(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def web() -> Iterator[tuple[int, list[bytes]]]:
    """Run a web server on loopback; yield its port and the bodies it gets."""
    got: list[bytes] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Web", (_Web,), {"got": got}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1], got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class SocketClient:
    """A WebSocket client that speaks through an HTTP proxy."""

    def __init__(self, proxy: int, target: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", proxy), timeout=10)
        self._peer = WSConnection(ConnectionType.CLIENT)
        hello = self._peer.send(Request(host=f"127.0.0.1:{target}", target="/socket"))
        address = f"GET http://127.0.0.1:{target}/socket ".encode()
        self._socket.sendall(hello.replace(b"GET /socket ", address, 1))
        assert isinstance(self._next(), AcceptConnection)

    def send(self, **values: object) -> None:
        self._socket.sendall(self._peer.send(TextMessage(json.dumps(values))))

    def receive(self) -> dict[str, object]:
        event = self._next()
        assert isinstance(event, TextMessage), event
        return dict(json.loads(event.data))

    def close(self) -> None:
        self._socket.sendall(self._peer.send(CloseConnection(1000)))
        assert isinstance(self._next(), CloseConnection)
        self._socket.close()

    def _next(self) -> Event:
        while True:
            for event in self._peer.events():
                assert not isinstance(event, RejectConnection), event
                return event
            self._peer.receive_data(self._socket.recv(65536) or None)
