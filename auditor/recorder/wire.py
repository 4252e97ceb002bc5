"""What only mitmproxy's inside knows of a connection: bytes it passes on unread, and late alerts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from mitmproxy import connection
from mitmproxy.proxy import context, events

from auditor.recorder.processes import handler_of

Count = Callable[[int, int], None]
"""Takes bytes up and bytes down."""

_SERVER_LOG = "mitmproxy.proxy.server"
_LATE_ALERT = "TLS Error: "


def count_bytes(client: connection.Client, count: Count) -> None:
    """Count what a connection carries from now on.

    No hook tells of bytes that pass unread, and the layer that passes them is made after the last
    hook. So the count is taken where all events come in.
    """
    handler = handler_of(client)
    if handler is None:
        return
    forward = handler.server_event

    async def counted(event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            size = len(event.data)
            count(*((size, 0) if event.connection is handler.client else (0, size)))
        await forward(event)

    handler.server_event = counted


def held_back(of: context.Context) -> int:
    """Return the bytes that TLS and QUIC layers have kept while the ClientHello was incomplete."""
    buffers = (
        (getattr(one, "recv_buffer", b""), *getattr(one, "handshake_datagram_buf", ()))
        for one in of.layers
    )
    return sum(len(part) for parts in buffers for part in parts)


class LateAlerts(logging.Handler):
    """Hear of TLS alerts that come after the handshake: mitmproxy has no hook for them, only a log."""

    def __init__(self, hear: Callable[[Any, str], None]) -> None:
        super().__init__(logging.WARNING)
        self._hear = hear

    def start(self) -> None:
        logging.getLogger(_SERVER_LOG).addHandler(self)

    def stop(self) -> None:
        logging.getLogger(_SERVER_LOG).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        peer = getattr(record, "client", None)
        if peer and message.startswith(_LATE_ALERT):
            self._hear(peer, message.removeprefix(_LATE_ALERT))
