"""A server on loopback that answers bodies of every kind, over HTTP/1 and HTTP/2."""

import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h2.config
import h2.connection
import h2.events
from mitmproxy import certs

SOUND = b"\0\0\0\x18ftypiso5" + bytes(range(256)) * 800
PLAYLIST = b"#EXTM3U\n#EXT-X-VERSION:3\nsegment.m4s\n"
REPLY = b'{"track": "' + b"x" * 200_000 + b'"}'
LONG = b'{"library": "' + b"y" * (9 << 20) + b'"}'

BODIES = {
    "/json": ("application/json", REPLY),
    "/long": ("application/json", LONG),
    "/labelled": ("audio/mp4", b"noise" * 50_000),
    "/unlabelled": ("application/octet-stream", SOUND),
    "/playlist": ("audio/mpegurl", PLAYLIST),
    "/empty": ("application/json", b""),
}


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


class Door:
    """Accept connections, and remember the bodies that were uploaded."""

    def __init__(self, serve: Callable[["Door", socket.socket], None]) -> None:
        self.uploads: list[bytes] = []
        self.heard = threading.Event()
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._socket.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._one, args=(wire,), daemon=True))
            self._threads[-1].start()

    def _one(self, wire: socket.socket) -> None:
        with wire:
            try:
                self._serve(self, wire)
            except OSError:
                return

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for one in self._threads:
            one.join(10)


def http1(door: Door, wire: socket.socket) -> None:
    """Answer requests with bodies of known length, in chunks (`?chunked`), or up to the end (`?eof`)."""
    with wire.makefile("rb") as file:
        while line := file.readline():
            target = line.split()[1].decode()
            path, _, way = target.partition("?")
            headers = {}
            while (header := file.readline().strip()) != b"":
                name, _, value = header.partition(b":")
                headers[name.lower()] = value.strip()
            door.uploads.append(_upload(file, headers))
            if path == "/live":
                _live(door, wire)
                continue
            label, body = BODIES.get(path, ("text/plain", b"ok"))
            head = f"HTTP/1.1 200 OK\r\ncontent-type: {label}\r\n"
            if way == "chunked":
                wire.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
                for at in range(0, len(body), 100_000):
                    _chunk(wire, body[at : at + 100_000])
                _chunk(wire, b"")
            elif way == "cut":
                wire.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
                _chunk(wire, body[:1000])
                return
            elif way == "eof":
                wire.sendall(f"{head}connection: close\r\n\r\n".encode() + body)
                return
            else:
                wire.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)


def _live(door: Door, wire: socket.socket) -> None:
    """Send the second event only after the client has got the first."""
    wire.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
    wire.sendall(b"transfer-encoding: chunked\r\n\r\n")
    _chunk(wire, b"data: 1\n\n")
    if door.heard.wait(10):
        _chunk(wire, b"data: 2\n\n")
    _chunk(wire, b"")


def _chunk(wire: socket.socket, piece: bytes) -> None:
    wire.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))


def _upload(file: object, headers: dict[bytes, bytes]) -> bytes:
    read = file.read  # type: ignore[attr-defined]
    if headers.get(b"transfer-encoding") == b"chunked":
        whole = b""
        while size := int(file.readline(), 16):  # type: ignore[attr-defined]
            whole += read(size)
            read(2)
        read(2)
        return whole
    return bytes(read(int(headers.get(b"content-length", 0))))


def http2(door: Door, wire: socket.socket, context: ssl.SSLContext) -> None:
    """Answer one request after the other over HTTP/2, without a content-length."""
    with context.wrap_socket(wire, server_side=True) as tls:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        tls.sendall(state.data_to_send())
        path, upload = "", b""
        while data := tls.recv(1 << 16):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    path, upload = dict(event.headers)[b":path"].decode(), b""
                elif isinstance(event, h2.events.DataReceived):
                    upload += event.data
                    state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    door.uploads.append(upload)
                    _answer2(state, tls, event.stream_id, path)
            tls.sendall(state.data_to_send())


def _answer2(state: h2.connection.H2Connection, tls: ssl.SSLSocket, stream: int, path: str) -> None:
    label, body = BODIES.get(path, ("text/plain", b"ok"))
    state.send_headers(stream, [(":status", "200"), ("content-type", label)])
    send2(state, tls, stream, body)


def send2(state: h2.connection.H2Connection, tls: ssl.SSLSocket, stream: int, body: bytes) -> None:
    """Send a body as far as the other end's window goes, and wait for more."""
    rest = memoryview(body)
    while rest:
        room = min(state.local_flow_control_window(stream), state.max_outbound_frame_size)
        if room:
            state.send_data(stream, bytes(rest[:room]))
            rest = rest[room:]
        tls.sendall(state.data_to_send())
        if not room:
            state.receive_data(tls.recv(1 << 16))
    state.end_stream(stream)
    tls.sendall(state.data_to_send())


def ask2(tls: ssl.SSLSocket, requests: list[tuple[str, dict[str, str], bytes]]) -> list[bytes]:
    """Send requests (path, headers, body) one after the other over HTTP/2; return the replies."""
    state = h2.connection.H2Connection()
    state.initiate_connection()
    replies = []
    for path, headers, body in requests:
        stream = state.get_next_available_stream_id()
        head = {":method": "POST", ":authority": "127.0.0.1", ":scheme": "https", ":path": path}
        state.send_headers(stream, [*head.items(), *headers.items()], end_stream=not body)
        if body:
            send2(state, tls, stream, body)
        tls.sendall(state.data_to_send())
        whole, ended = b"", False
        while not ended:
            data = tls.recv(1 << 16)
            assert data, "the proxy has hung up"
            for event in state.receive_data(data):
                if isinstance(event, h2.events.DataReceived):
                    whole += event.data
                    state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                ended |= isinstance(event, h2.events.StreamEnded)
            tls.sendall(state.data_to_send())
        replies.append(whole)
    return replies


def server_context(folder: Path) -> ssl.SSLContext:
    """Return TLS for a server that speaks HTTP/2, with a certificate of its own."""
    store = certs.CertStore.from_store(folder, "server", 2048)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server-ca.pem")
    context.set_alpn_protocols(["h2"])
    assert store
    return context


@contextmanager
def open_door(serve: Callable[[Door, socket.socket], None]) -> Iterator[Door]:
    door = Door(serve)
    try:
        yield door
    finally:
        door.close()
