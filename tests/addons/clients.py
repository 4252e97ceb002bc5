"""Real clients and servers on loopback that bring a connection to every outcome."""

import asyncio
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
from aioquic.asyncio import connect, serve
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BODY = b"answer"
NAMES = [
    "ok",
    "h2",
    "quic",
    "late",
    "pinned",
    "ignored",
    "bare",
    "known",
    "old",
    "silent12",
    "silent13",
]


# ---- certificates


@dataclass(frozen=True)
class Identity:
    """A certificate for `NAMES` under `example` and for loopback, signed by itself."""

    cert: Path
    key: Path


def identity(folder: Path, name: str) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.fromtimestamp(time.time(), UTC)
    names = [
        *(x509.DNSName(f"{name}.example") for name in NAMES),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Identity(folder / f"{name}.pem", folder / f"{name}.key")
    made.cert.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


# ---- servers


class Web(BaseHTTPRequestHandler):
    """Answer every request, and keep the connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


class WebServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that refuse are the point


@contextmanager
def web(own: Identity | None = None) -> Iterator[int]:
    server = WebServer(("127.0.0.1", 0), Web)
    if own:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own.cert, own.key)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def tcp_server(serve_one: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one connection after the other."""
    over = threading.Event()

    def run() -> None:
        while True:
            peer, _ = server.accept()
            with peer, suppress(OSError):
                if over.is_set():
                    return
                serve_one(peer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()  # and a last client, because not every system wakes up who waits for one
        socket.create_connection(server.getsockname()).close()
        thread.join(10)


def echo(peer: socket.socket) -> None:
    while data := peer.recv(65536):
        peer.sendall(data)


def speak_http2(own: Identity) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.cert, own.key)
    context.set_alpn_protocols(["h2"])

    def serve_one(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as tls:
            settings = h2.config.H2Configuration(client_side=False)
            talk = h2.connection.H2Connection(settings)
            talk.initiate_connection()
            tls.sendall(talk.data_to_send())
            while data := tls.recv(65536):
                for event in talk.receive_data(data):
                    if isinstance(event, h2.events.StreamEnded):
                        talk.send_headers(event.stream_id, [(":status", "200")])
                        talk.send_data(event.stream_id, BODY, end_stream=True)
                tls.sendall(talk.data_to_send())

    return serve_one


def close_after_hello(peer: socket.socket) -> None:
    peer.recv(65536)


def die_in_answer(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")


def refuse_tunnels(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")


@contextmanager
def udp_echo() -> Iterator[int]:
    def run() -> None:
        while True:
            data, peer = server.recvfrom(65536)
            if data == b"end":
                return
            server.sendto(data, peer)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", server.getsockname())
        thread.join(10)


@contextmanager
def dead_port() -> Iterator[int]:
    """Yield a port that nobody listens on and nobody else can take."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port to open soon: not one of those that systems give to clients meanwhile."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket(socket.AF_INET, kind) as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


class Http3Server(QuicConnectionProtocol):
    """Answer every request with 200, or echo streams that are no HTTP/3."""

    http: H3Connection | None = None

    def quic_event_received(self, event: Any) -> None:
        if self._quic.tls.alpn_negotiated != "h3":
            if getattr(event, "data", b""):
                self._quic.send_stream_data(event.stream_id, event.data, end_stream=True)
                self.transmit()
            return
        self.http = self.http or H3Connection(self._quic)
        for one in self.http.handle_event(event):
            if isinstance(one, HeadersReceived):
                self.http.send_headers(one.stream_id, [(b":status", b"200")])
                self.http.send_data(one.stream_id, BODY, end_stream=True)
                self.transmit()


@contextmanager
def quic_server(own: Identity) -> Iterator[int]:
    port = free_port(socket.SOCK_DGRAM)
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    up = threading.Event()

    async def run() -> None:
        settings = QuicConfiguration(is_client=False, alpn_protocols=["h3", "dj-raw"])
        settings.load_cert_chain(own.cert, own.key)
        server = await serve("127.0.0.1", port, configuration=settings, create_protocol=Http3Server)
        up.set()
        await ended.wait()
        server.close()
        await asyncio.sleep(0)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert up.wait(10)
    yield port
    loop.call_soon_threadsafe(ended.set)
    thread.join()
    loop.close()


# ---- the stage: one mitmdump, many clients


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


# ---- what the journal says


def connections(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the last line of every connection; a line that is just being written is not read."""
    return {line["id"]: line for line in connection_lines(folder)}


def connection_lines(folder: Path) -> list[dict[str, Any]]:
    whole, _, _ = (folder / "journal.jsonl").read_bytes().rpartition(b"\n")
    lines = [json.loads(line) for line in whole.splitlines()]
    return [line for line in lines if line["kind"] == "connection"]
