"""Real clients on loopback, and the stage they play on: one mitmdump with servers behind it."""

import asyncio
import json
import socket
import ssl
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
from aioquic.asyncio import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.quic.configuration import QuicConfiguration

from tests.addons.servers import Identity


@dataclass
class Stage:
    """Where a client finds the proxy, and what stands behind it."""

    port: int
    folder: Path
    ports: dict[str, int]
    upstream: Identity

    @property
    def authority(self) -> Path:
        return self.folder.parent / "conf" / "mitmproxy-ca-cert.pem"

    def trusting(self, alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        # Today's OpenSSL wants more of an authority than mitmproxy's certificate says.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if alpn:
            context.set_alpn_protocols(list(alpn))
        return context

    def connect(self, to: str | int | None = None, door: str = "") -> socket.socket:
        """Return a connection to the proxy or another door of it, or through it to our servers."""
        port = self.ports.get(door, self.port)
        peer = socket.create_connection(("127.0.0.1", port), timeout=10)
        if to is not None:
            status = self.ask_for(peer, to)
            assert status == 200, status
        return peer

    def ask_for(self, peer: socket.socket, to: str | int) -> int:
        where = (
            to if isinstance(to, str) and ":" in to else f"127.0.0.1:{self.ports.get(str(to), to)}"
        )
        peer.sendall(f"CONNECT {where} HTTP/1.1\r\n\r\n".encode())
        return read_status(peer)


def read_answer(peer: socket.socket) -> tuple[int, bytes]:
    """Read one answer with a declared length; a torn one is returned as far as it came."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = peer.recv(65536)
        if not part:
            return 0, data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    size = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(body) < size:
        part = peer.recv(65536)
        if not part:
            break
        body += part
    return int(head.split()[1]), body


def read_status(peer: socket.socket) -> int:
    return read_answer(peer)[0]


def get(peer: socket.socket, target: str, host: str = "ok.example", body: bytes = b"") -> int:
    method = "POST" if body else "GET"
    length = f"content-length: {len(body)}\r\n" if body else ""
    peer.sendall(f"{method} {target} HTTP/1.1\r\nhost: {host}\r\n{length}\r\n".encode() + body)
    return read_status(peer)


def get_by_http2(peer: ssl.SSLSocket, paths: list[str]) -> list[bytes]:
    """Send all requests at once and return the bodies of the answers."""
    talk = h2.connection.H2Connection()
    talk.initiate_connection()
    bodies: dict[int, bytes] = {}
    for path in paths:
        stream = talk.get_next_available_stream_id()
        bodies[stream] = b""
        heads = [
            (":method", "GET"),
            (":scheme", "https"),
            (":authority", "h2.example"),
            (":path", path),
        ]
        talk.send_headers(stream, heads, end_stream=True)
    peer.sendall(talk.data_to_send())
    waiting = set(bodies)
    while waiting:
        for event in talk.receive_data(peer.recv(65536)):
            if isinstance(event, h2.events.DataReceived):
                bodies[event.stream_id] += event.data
            elif isinstance(event, h2.events.StreamEnded):
                waiting.remove(event.stream_id)
        peer.sendall(talk.data_to_send())
    return list(bodies.values())


class HandClient:
    """A TLS client that is driven message by message."""

    def __init__(self, peer: socket.socket, context: ssl.SSLContext, name: str) -> None:
        self.peer = peer
        self.inside, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.inside, self.out, server_hostname=name)

    def hello(self) -> bytes:
        with suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self.out.read()

    def shake_hands(self) -> None:
        self.peer.sendall(self.hello())
        while True:
            self.inside.write(self.peer.recv(65536))
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                continue
            self.peer.sendall(self.out.read())
            return

    def alert(self) -> None:
        """Choke on a record that cannot be read, and say so as TLS wants it."""
        self.inside.write(b"\x17\x03\x03\x00\x20" + bytes(32))
        try:
            while True:
                self.tls.read()
        except ssl.SSLWantReadError:
            raise AssertionError("the record was read") from None
        except ssl.SSLError:
            self.peer.sendall(self.out.read())


# ---- QUIC


def ask_by_quic(
    port: int,
    authority: Path | None,
    alpn: str,
    say: bool = True,
    patience: float = 8,
) -> bytes:
    """Send one request, or one stream, and return what came back; raise when it is refused."""

    async def run() -> bytes:
        settings = QuicConfiguration(
            is_client=True, alpn_protocols=[alpn], server_name="quic.example"
        )
        if authority:
            settings.load_verify_locations(str(authority))
        async with asyncio.timeout(patience):
            async with connect(
                "127.0.0.1", port, configuration=settings, create_protocol=QuicClient
            ) as talk:
                return await talk.ask(alpn == "h3") if say else b""  # type: ignore[attr-defined]

    return asyncio.run(run())


class QuicClient(QuicConnectionProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.http: H3Connection | None = None
        self.body = b""
        self.done = asyncio.Event()

    async def ask(self, by_http: bool) -> bytes:
        stream = self._quic.get_next_available_stream_id()
        if by_http:
            self.http = H3Connection(self._quic)
            heads = {
                b":method": b"GET",
                b":scheme": b"https",
                b":authority": b"quic.example",
                b":path": b"/",
            }
            self.http.send_headers(stream, list(heads.items()), end_stream=True)
        else:
            self._quic.send_stream_data(stream, b"\x00\x01 no http", end_stream=True)
        self.transmit()
        await self.done.wait()
        return self.body

    def quic_event_received(self, event: Any) -> None:
        for one in self.http.handle_event(event) if self.http else [event]:
            self.body += getattr(one, "data", b"")
            if getattr(one, "stream_ended", getattr(one, "end_stream", False)):
                self.done.set()


# ---- what clients do


def say(peer: socket.socket, data: bytes) -> None:
    peer.sendall(data)
    got = b""
    while len(got) < len(data):
        got += peer.recv(65536)
    assert got == data


def send_datagram(port: int, data: bytes, answered: bool = True) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(10)
        peer.sendto(data, ("127.0.0.1", port))
        if answered:
            assert peer.recv(65536) == data


def assert_closed(peer: socket.socket) -> None:
    with suppress(ConnectionError):
        while peer.recv(65536):
            pass


def hello_of_tls_1_0(name: str) -> bytes:
    """Return the ClientHello of a program from long ago, which today's OpenSSL does not write."""
    host = name.encode()
    sni = struct.pack("!HBH", len(host) + 3, 0, len(host)) + host
    extension = struct.pack("!HH", 0, len(sni)) + sni
    body = b"\x03\x01" + bytes(32) + b"\x00" + b"\x00\x04\xc0\x14\x00\x35" + b"\x01\x00"
    body += struct.pack("!H", len(extension)) + extension
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack("!H", len(message)) + message


# ---- what the journal says


def connections(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the last line of every connection; a line that is just being written is not read."""
    return {line["id"]: line for line in connection_lines(folder)}


def connection_lines(folder: Path) -> list[dict[str, Any]]:
    whole, _, _ = (folder / "journal.jsonl").read_bytes().rpartition(b"\n")
    lines = [json.loads(line) for line in whole.splitlines()]
    return [line for line in lines if line["kind"] == "connection"]
