"""The far end on loopback: HTTPS, WebSocket, raw TCP and QUIC servers that only acknowledge."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import threading
from dataclasses import dataclass
from types import TracebackType

from aioquic.asyncio.server import QuicServer
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Request,
    TextMessage,
)
from wsproto.extensions import PerMessageDeflate

from auditor.errors import AuditorError
from auditor.selftest import http2
from auditor.selftest.certificates import Certificate
from auditor.selftest.quic import QuicAnswer, server_configuration

_LOOPBACK = "127.0.0.1"
_START_S = 20
_BLOCK = 65536


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the stage listens."""

    web: int
    """HTTPS and WebSocket, with a certificate that the proxy trusts."""
    untrusted: int
    """The same with a certificate that nobody trusts."""
    raw: int
    """TCP that sends back what it gets."""
    quiet: int
    """TCP of the same kind; nobody is meant to say anything there."""
    dead: int
    """Nobody listens here, and nobody else can begin to while the stage is up."""
    quic: int
    """UDP: HTTP/3, and a language of our own over QUIC."""


class Stage:
    """The servers, in one thread of their own, for as long as the block runs."""

    def __init__(self, trusted: Certificate, untrusted: Certificate) -> None:
        self._certificates = (trusted, untrusted)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        self._ports: Ports | None = None

    def __enter__(self) -> Ports:
        self._thread.start()
        self._ready.wait(_START_S)
        if self._ports is None:
            raise AuditorError(
                "The servers of the rehearsal did not start.",
                "See whether something keeps programs from listening on 127.0.0.1.",
            )
        return self._ports

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it ended in this moment
                self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(_START_S)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        trusted, untrusted = self._certificates
        try:
            async with contextlib.AsyncExitStack() as open_servers:
                tcp = [
                    await asyncio.start_server(handle, _LOOPBACK, 0, ssl=context)
                    for handle, context in (
                        (_web, _server_context(trusted)),
                        (_web, _server_context(untrusted)),
                        (_echo, None),
                        (_echo, None),
                    )
                ]
                for one in tcp:
                    open_servers.callback(one.close)
                dead = open_servers.enter_context(socket.socket())
                dead.bind((_LOOPBACK, 0))
                quic, _ = await self._loop.create_datagram_endpoint(
                    lambda: QuicServer(
                        configuration=server_configuration(trusted), create_protocol=QuicAnswer
                    ),
                    (_LOOPBACK, 0),
                )
                open_servers.callback(quic.close)
                web, untrusted, raw, quiet = (one.sockets[0].getsockname()[1] for one in tcp)
                self._ports = Ports(
                    web,
                    untrusted,
                    raw,
                    quiet,
                    dead=dead.getsockname()[1],
                    quic=quic.get_extra_info("sockname")[1],
                )
                self._ready.set()
                await self._end.wait()
        finally:
            self._ready.set()


def _server_context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    context.set_alpn_protocols([http2.ALPN, "http/1.1"])
    return context


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.CancelledError):
        while data := await reader.read(_BLOCK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer requests until the client leaves, or talk WebSocket when it asks for that."""
    secured = writer.get_extra_info("ssl_object")
    with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
        if secured.selected_alpn_protocol() == http2.ALPN:
            await http2.answer(reader, writer)
        while not reader.at_eof():
            path, headers = await _head(reader)
            await reader.readexactly(int(headers.get("content-length", "0")))
            if headers.get("upgrade", "").lower() == "websocket":
                await _frames(reader, writer, path, headers)
                break
            body = json.dumps({"ok": True}).encode()
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            )
            writer.write(head.encode() + b"\r\n\r\n" + body)
            await writer.drain()
    writer.close()


async def _head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request, *lines = text.split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return request.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs}


async def _frames(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, headers: dict[str, str]
) -> None:
    """Acknowledge every message with its number."""
    peer = WSConnection(ConnectionType.SERVER)
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    peer.initiate_upgrade_connection(pairs, path.encode())
    count = 0
    while True:
        for event in peer.events():
            if isinstance(event, Request):
                writer.write(peer.send(AcceptConnection(extensions=[PerMessageDeflate()])))
            elif isinstance(event, TextMessage | BytesMessage) and event.message_finished:
                count += 1
                writer.write(peer.send(TextMessage(json.dumps({"ack": count}))))
            elif isinstance(event, Ping | CloseConnection):
                writer.write(peer.send(event.response()))
            if isinstance(event, CloseConnection):
                return
        await writer.drain()
        if not (data := await reader.read(_BLOCK)):
            return
        peer.receive_data(data)
