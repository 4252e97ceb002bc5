"""The stand-in client when the proxy does not do its part."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.selftest import acts, client
from auditor.selftest.plants import make_plants
from auditor.selftest.proxy import Proxy
from auditor.selftest.stage import Ports

PORTS = Ports(web=1, untrusted=1, raw=1, quiet=1, dead=1, quic=1)


@contextmanager
def proxy_that_says(answer: bytes) -> Iterator[client.Way]:
    """Answer the first request with these bytes and hang up."""

    def serve() -> None:
        peer, _ = server.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield client.Way(server.getsockname()[1], 0, 0, "", PORTS)
        thread.join(10)


def test_a_no_is_an_error() -> None:
    with (
        proxy_that_says(b"HTTP/1.1 502 Bad Gateway\r\n\r\n") as way,
        pytest.raises(ConnectionError, match="502"),
    ):
        client.tunnel(way, 1)


def test_so_is_hanging_up() -> None:
    with proxy_that_says(b"HTTP/1.1 ") as way, pytest.raises(ConnectionError, match="hung up"):
        client.tunnel(way, 1)


def test_a_yes_leaves_what_follows_in_the_tunnel() -> None:
    with (
        proxy_that_says(b"HTTP/1.1 200 OK\r\n\r\nfirst bytes") as way,
        client.tunnel(way, 1) as peer,
    ):
        assert peer.recv(100) == b"first bytes"


def test_the_way_reaches_another_process() -> None:
    way = client.Way(1, 2, 3, "a file.pem", PORTS)
    assert client.Way.from_json(way.to_json()) == way


def test_what_fails_is_told_and_stops_nothing_else(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        process: Any = SimpleNamespace()
        proxy = Proxy(process, taken.getsockname()[1], 0, 0)
        scene = acts.Scene(PORTS, tmp_path, tmp_path, 1)
        problems = acts._play(scene, proxy, make_plants(1), {"refuses", "leaves"})
    names = [problem.partition(":")[0] for problem in problems]
    assert names == ["mark", "refuses", "leaves", "mark"]
