"""QUIC, both ends: a server for HTTP/3 and for a language of our own, and clients of either."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import ProtocolNegotiated, QuicEvent, StreamDataReceived

from auditor.selftest.certificates import DOMAIN, Certificate
from auditor.selftest.http2 import Asked, fields

_OWN = "dj-selftest"
"""Our own language over QUIC, which nobody can take for HTTP/3."""

_LOOPBACK = "127.0.0.1"
_PATIENCE_S = 10.0

# A refused certificate is part of the play, not a line for the terminal.
logging.getLogger("quic").addHandler(logging.NullHandler())


def server_configuration(certificate: Certificate) -> QuicConfiguration:
    """Return what the server of the stage speaks and shows."""
    configuration = QuicConfiguration(is_client=False, alpn_protocols=[_OWN, *H3_ALPN])
    configuration.load_cert_chain(certificate.chain, certificate.key)
    return configuration


class QuicAnswer(QuicConnectionProtocol):
    """Answers HTTP/3 requests, and sends back what comes in our own language."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._http: H3Connection | None = None

    def quic_event_received(self, event: QuicEvent) -> None:
        """Take what came in."""
        if isinstance(event, ProtocolNegotiated) and event.alpn_protocol in H3_ALPN:
            self._http = H3Connection(self._quic)
        if self._http:
            for one in self._http.handle_event(event):
                if isinstance(one, HeadersReceived | DataReceived) and one.stream_ended:
                    self._http.send_headers(one.stream_id, [(b":status", b"204")], end_stream=True)
        elif isinstance(event, StreamDataReceived):
            self._quic.send_stream_data(event.stream_id, event.data, event.end_stream)
        self.transmit()


class _Client(QuicConnectionProtocol):
    """Talks in our own language over streams, or sends requests over HTTP/3."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._http: H3Connection | None = None
        self._answered = asyncio.Event()

    def quic_event_received(self, event: QuicEvent) -> None:
        if self._http is None:
            super().quic_event_received(event)
        elif any(isinstance(one, HeadersReceived) for one in self._http.handle_event(event)):
            self._answered.set()

    async def ask(self, host: str, request: Asked) -> None:
        self._http = self._http or H3Connection(self._quic)
        self._answered.clear()
        stream = self._quic.get_next_available_stream_id()
        head = [(name.encode(), value.encode()) for name, value in fields(host, request)]
        self._http.send_headers(stream, head)
        self._http.send_data(stream, request[3], end_stream=True)
        self.transmit()
        await self._answered.wait()


def talk(port: int, name: str, authority: str) -> None:
    """Send a few bytes in our own language and wait until they are back."""
    asyncio.run(_in_time(_talk(port, name, authority)))


def ask(port: int, name: str, authority: str, requests: Iterable[Asked]) -> None:
    """Send requests over one HTTP/3 connection, and wait for each answer."""
    asyncio.run(_in_time(_ask(port, name, authority, requests)))


async def _in_time(work: Coroutine[Any, Any, None]) -> None:
    """Wait for something; `wait_for` of Python 3.11 may lose a Ctrl-C that comes as it ends."""
    async with asyncio.timeout(_PATIENCE_S):
        await work


async def _talk(port: int, name: str, authority: str) -> None:
    async with _connected(port, _configuration([_OWN], name, authority)) as peer:
        reader, writer = await peer.create_stream()
        writer.write(b"\x01selftest")
        writer.write_eof()
        await reader.read()


async def _ask(port: int, name: str, authority: str, requests: Iterable[Asked]) -> None:
    async with _connected(port, _configuration(H3_ALPN, name, authority)) as peer:
        for request in requests:
            await peer.ask(f"{name}.{DOMAIN}", request)


@asynccontextmanager
async def _connected(port: int, configuration: QuicConfiguration) -> AsyncIterator[_Client]:
    """Set up a connection over IPv4; aioquic's own way needs IPv6 even for 127.0.0.1."""
    loop = asyncio.get_running_loop()
    transport, peer = await loop.create_datagram_endpoint(
        lambda: _Client(QuicConnection(configuration=configuration)), (_LOOPBACK, 0)
    )
    try:
        peer.connect((_LOOPBACK, port))
        await peer.wait_connected()
        yield peer
        peer.close()
        await peer.wait_closed()
    finally:
        transport.close()


def _configuration(languages: list[str], name: str, authority: str) -> QuicConfiguration:
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=languages, server_name=f"{name}.{DOMAIN}"
    )
    configuration.load_verify_locations(cafile=authority)
    return configuration
