"""Servers on loopback of every kind that a client could want behind a proxy."""

import asyncio
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
from aioquic.asyncio import serve
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
