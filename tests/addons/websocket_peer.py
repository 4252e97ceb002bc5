"""A WebSocket server and a client on loopback, for the tests of the recorder."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Message,
    RejectConnection,
    Request,
    TextMessage,
)


class Peer:
    """One end of a WebSocket over a connected socket."""

    def __init__(self, wire: socket.socket, kind: ConnectionType) -> None:
        self._wire = wire
        self._state = WSConnection(kind)

    def send(self, event: Any) -> None:
        self._wire.sendall(self._state.send(event))

    def say(self, content: str | bytes) -> None:
        self.send(TextMessage(content) if isinstance(content, str) else BytesMessage(content))

    def events(self) -> Iterator[Any]:
        """Yield what comes until the other end hangs up."""
        while True:
            yield from self._state.events()
            data = self._wire.recv(1 << 16)
            if not data:
                return
            self._state.receive_data(data)

    def hear(self) -> str | bytes:
        """Return the next whole message."""
        content: Any = None
        for event in self.events():
            if isinstance(event, Message):
                content = event.data if content is None else content + event.data
                if event.message_finished:
                    return content  # type: ignore[no-any-return]
        raise ConnectionError("the other end has gone")


def connect(wire: socket.socket, host: str, target: str) -> Peer:
    """Open a WebSocket over a socket that reaches the server."""
    peer = Peer(wire, ConnectionType.CLIENT)
    peer.send(Request(host=host, target=target))
    for event in peer.events():
        assert not isinstance(event, RejectConnection), event
        if isinstance(event, AcceptConnection):
            return peer
    raise ConnectionError("the other end has gone")


def _serve(wire: socket.socket) -> None:
    """Answer every message with itself."""
    with wire:
        peer = Peer(wire, ConnectionType.SERVER)
        try:
            for event in peer.events():
                if isinstance(event, Request):
                    peer.send(AcceptConnection())
                elif isinstance(event, TextMessage | BytesMessage):
                    peer.send(event)
                elif isinstance(event, CloseConnection):
                    peer.send(event.response())
        except OSError:
            pass


@contextmanager
def echo_server() -> Iterator[int]:
    """Yield the port of a WebSocket server on loopback."""
    threads = []

    def accept() -> None:
        while True:
            try:
                wire, _ = server.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=_serve, args=(wire,), daemon=True))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        door = threading.Thread(target=accept, daemon=True)
        door.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    door.join(10)
    for one in threads:
        one.join(10)
