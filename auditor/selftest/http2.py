"""HTTP/2, both ends: most applications speak it, and gRPC cannot do without."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable

# The h2 that comes with older versions of mitmproxy has no types.
from h2.config import H2Configuration  # type: ignore[import-untyped, unused-ignore]
from h2.connection import H2Connection  # type: ignore[import-untyped, unused-ignore]
from h2.events import (  # type: ignore[import-untyped, unused-ignore]
    ConnectionTerminated,
    DataReceived,
    ResponseReceived,
    StreamEnded,
)

ALPN = "h2"
_BLOCK = 65536

Asked = tuple[str, str, tuple[tuple[str, str], ...], bytes]
"""Method, path, headers and body of a request."""


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take requests until the client leaves, and answer each with nothing."""
    peer = H2Connection(H2Configuration(client_side=False))
    peer.initiate_connection()
    writer.write(peer.data_to_send())
    while data := await reader.read(_BLOCK):
        for event in peer.receive_data(data):
            if isinstance(event, DataReceived):
                peer.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                peer.send_headers(event.stream_id, [(":status", "204")], end_stream=True)
        writer.write(peer.data_to_send())
        await writer.drain()


def send(peer: socket.socket, host: str, requests: Iterable[Asked]) -> None:
    """Send requests one by one, and wait for each answer."""
    talk = H2Connection(H2Configuration(client_side=True))
    talk.initiate_connection()
    for request in requests:
        stream = talk.get_next_available_stream_id()
        talk.send_headers(stream, fields(host, request))
        talk.send_data(stream, request[3], end_stream=True)
        peer.sendall(talk.data_to_send())
        _await(peer, talk)
    talk.close_connection()
    peer.sendall(talk.data_to_send())


def fields(host: str, request: Asked) -> list[tuple[str, str]]:
    """Return a request's head as HTTP/2 and HTTP/3 spell it."""
    method, path, headers, _ = request
    head = [(":method", method), (":scheme", "https"), (":authority", host), (":path", path)]
    return head + [(name.lower(), value) for name, value in headers]


def _await(peer: socket.socket, talk: H2Connection) -> None:
    while data := peer.recv(_BLOCK):
        events = talk.receive_data(data)
        peer.sendall(talk.data_to_send())
        if any(isinstance(event, ConnectionTerminated) for event in events):
            raise ConnectionError("the connection was ended")
        if any(isinstance(event, ResponseReceived) for event in events):
            return
    raise ConnectionError("the connection ended early")
