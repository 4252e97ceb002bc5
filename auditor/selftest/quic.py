"""QUIC, both ends: a server for HTTP/3 and for a language of our own, and clients of either."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ProtocolNegotiated, QuicEvent, StreamDataReceived

from auditor.selftest.certificates import DOMAIN, Certificate

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


class _Asking(QuicConnectionProtocol):
    """Sends one request over HTTP/3 and waits for its answer."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._http = H3Connection(self._quic)
        self._answered = asyncio.Event()

    def quic_event_received(self, event: QuicEvent) -> None:
        events: list[H3Event] = self._http.handle_event(event)
        if any(isinstance(one, HeadersReceived) for one in events):
            self._answered.set()

    async def ask(self, host: str, path: str, body: bytes) -> None:
        stream = self._quic.get_next_available_stream_id()
        pairs = {":method": "POST", ":scheme": "https", ":authority": host, ":path": path}
        fields = [(name.encode(), value.encode()) for name, value in pairs.items()]
        fields.append((b"content-type", b"application/json"))
        self._http.send_headers(stream, fields)
        self._http.send_data(stream, body, end_stream=True)
        self.transmit()
        await self._answered.wait()


def talk(port: int, name: str, authority: str) -> None:
    """Send a few bytes in our own language and wait until they are back."""
    asyncio.run(asyncio.wait_for(_talk(port, name, authority), _PATIENCE_S))


def ask(port: int, name: str, authority: str, body: bytes) -> None:
    """Send one request over HTTP/3 and wait for its answer."""
    asyncio.run(asyncio.wait_for(_ask(port, name, authority, body), _PATIENCE_S))


async def _talk(port: int, name: str, authority: str) -> None:
    configuration = _client_configuration([_OWN], name, authority)
    async with connect(_LOOPBACK, port, configuration=configuration) as peer:
        reader, writer = await peer.create_stream()
        writer.write(b"\x01selftest")
        writer.write_eof()
        await reader.read()


async def _ask(port: int, name: str, authority: str, body: bytes) -> None:
    configuration = _client_configuration(H3_ALPN, name, authority)
    async with connect(
        _LOOPBACK, port, configuration=configuration, create_protocol=_Asking
    ) as peer:
        if isinstance(peer, _Asking):
            await peer.ask(f"{name}.{DOMAIN}", "/http3", body)


def _client_configuration(languages: list[str], name: str, authority: str) -> QuicConfiguration:
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=languages, server_name=f"{name}.{DOMAIN}"
    )
    configuration.load_verify_locations(cafile=authority)
    return configuration
