"""The stand-in DJ client: sends what it is given through the proxy. It is no DJ application."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Request, TextMessage
from wsproto.extensions import Extension, PerMessageDeflate

from auditor.selftest import http2, quic
from auditor.selftest.certificates import DOMAIN
from auditor.selftest.facts import Plant
from auditor.selftest.plants import as_request
from auditor.selftest.stage import Ports

_LOOPBACK = "127.0.0.1"
_PATIENCE_S = 10.0
_BLOCK = 65536


@dataclass(frozen=True, slots=True)
class Way:
    """How the client gets out: through the proxy, to the stage."""

    proxy: int
    quic: int
    http3: int
    authority: str
    """File of the proxy's certificate authority, which a tester would have installed."""
    stage: Ports

    def to_json(self) -> str:
        """Return it for another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Way:
        """Read what `to_json` wrote."""
        told = json.loads(text)
        return cls(
            told["proxy"], told["quic"], told["http3"], told["authority"], Ports(**told["stage"])
        )


def tunnel(way: Way, port: int) -> socket.socket:
    """Ask the proxy for a way to a port of the stage; ConnectionError when it says no."""
    peer = socket.create_connection((_LOOPBACK, way.proxy), timeout=_PATIENCE_S)
    try:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        target = f"{_LOOPBACK}:{port}"
        peer.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        said = b""
        while b"\r\n\r\n" not in said:
            block = peer.recv(1)  # what follows the answer belongs to the tunnel
            if not block:
                raise ConnectionError("the proxy hung up")  # noqa: TRY301
            said += block
        if b" 200 " not in said.partition(b"\r\n")[0]:
            raise ConnectionError(said.partition(b"\r\n")[0].decode("latin-1"))  # noqa: TRY301
    except BaseException:
        peer.close()
        raise
    return peer


def secured(way: Way, name: str, port: int = 0, alpn: str = "") -> ssl.SSLSocket:
    """Set up TLS to `NAME.selftest.invalid` through the proxy, trusting the proxy's authority."""
    context = ssl.create_default_context(cafile=Path(way.authority))
    if alpn:
        context.set_alpn_protocols([alpn])
    return wrapped(tunnel(way, port or way.stage.web), context, name)


def wrapped(peer: socket.socket, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
    """Set up TLS on a tunnel; the tunnel is closed when that fails."""
    try:
        return context.wrap_socket(peer, server_hostname=f"{name}.{DOMAIN}")
    except BaseException:
        peer.close()
        raise


def send_requests(way: Way, plants: Iterable[Plant]) -> None:
    """Send plants as HTTPS requests over one connection."""
    client = http.client.HTTPConnection(f"stage.{DOMAIN}", timeout=_PATIENCE_S)
    client.sock = secured(way, "stage")
    try:
        for plant in plants:
            method, path, headers, body = as_request(plant)
            client.request(method, path, body or None, dict(headers))
            client.getresponse().read()
    finally:
        client.close()


def send_over_http2(way: Way, plants: Iterable[Plant]) -> None:
    """Send plants as requests of one HTTP/2 connection."""
    with secured(way, "http2", alpn=http2.ALPN) as peer:
        if peer.selected_alpn_protocol() != http2.ALPN:
            raise ConnectionError("the proxy does not speak HTTP/2")
        http2.send(peer, f"http2.{DOMAIN}", map(as_request, plants))


def send_over_http3(way: Way, plants: Iterable[Plant]) -> None:
    """Send plants as requests of one HTTP/3 connection."""
    quic.ask(way.http3, "http3", way.authority, map(as_request, plants))


class Conversation:
    """A WebSocket conversation in which every message is acknowledged before the next."""

    def __init__(self, way: Way, name: str, deflated: bool = False) -> None:
        self._peer = WSConnection(ConnectionType.CLIENT)
        self._socket = secured(way, name)
        extensions: list[Extension] = [PerMessageDeflate()] if deflated else []
        request = Request(host=f"{name}.{DOMAIN}", target="/socket", extensions=extensions)
        try:
            self._socket.sendall(self._peer.send(request))
            self._await(AcceptConnection)
        except BaseException:
            self.drop()
            raise

    def say(self, content: bytes, text: bool) -> None:
        """Send a message and wait until the far end has it."""
        message = TextMessage(content.decode()) if text else BytesMessage(content)
        self._socket.sendall(self._peer.send(message))
        self._await(TextMessage)

    def close(self) -> None:
        """End the conversation as one should."""
        self._socket.sendall(self._peer.send(CloseConnection(1000)))
        self._await(CloseConnection)
        self.drop()

    def drop(self) -> None:
        """Let go of the connection without a word."""
        self._socket.close()

    def _await(self, kind: type) -> None:
        while True:
            for event in self._peer.events():
                if isinstance(event, kind):
                    return
            data = self._socket.recv(_BLOCK)
            if not data:
                raise ConnectionError("the conversation ended early")
            self._peer.receive_data(data)


def send_frames(way: Way, plants: Iterable[Plant], deflated: bool = False) -> None:
    """Send plants as messages of one WebSocket conversation."""
    talk = Conversation(way, "stage", deflated)
    try:
        for plant in plants:
            talk.say(plant.content, text=plant.carrier == "text frame")
        talk.close()
    finally:
        talk.drop()
