"""The client of a synthetic session: it sends what a script says, when it says so, through the proxy."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.selftest.misbehave import access_point_hello
from auditor.selftest.proxy import Proxy
from synthetic.clock import MovedClock
from synthetic.sending import Send
from synthetic.stage_addon import RAW_PORT

_PATIENCE_S = 20.0
_BLOCK = 65536


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was done; times, and values named `return_N`, in seconds of the session."""

    action: str
    start: float
    end: float
    values: Mapping[str, Any] = field(default_factory=dict)


class Client:
    """One program with one connection per host, kept open until the end."""

    def __init__(self, proxy: Proxy, authority: Path, clock: MovedClock, began: float) -> None:
        """Take the way out; `authority` is the certificate a tester would have installed."""
        self._proxy = proxy
        self._trusting = ssl.create_default_context(cafile=authority)
        self._clock = clock
        self._began = began
        self._peers: dict[str, http.client.HTTPSConnection] = {}

    def perform(self, script: Iterable[Send | Mark], end: float) -> None:
        """Do everything in order of time; a mark is told when what it says is over."""
        for one in sorted(script, key=_due):
            self._clock.move_to(self._began + _due(one))
            if isinstance(one, Mark):
                self._tell(one)
            else:
                self._send(one)
        self._clock.move_to(self._began + end)
        for peer in self._peers.values():
            peer.close()

    def _tell(self, mark: Mark) -> None:
        start, end = (round(self._began + at, 3) for at in (mark.start, mark.end))
        values = {
            name: round(self._began + value, 3) if name.startswith("return_") else value
            for name, value in mark.values.items()
        }
        told = {"action": mark.action, "start": start, "end": end, "values": values}
        self._proxy.ask("/mark", told)

    def _send(self, one: Send) -> None:
        match one.kind:
            case "request":
                self._request(one)
            case "access point":
                with self._tunnel(one.host, RAW_PORT) as peer:
                    peer.sendall(access_point_hello() + one.body)
                    peer.recv(_BLOCK)
            case "refuse":
                self._refuse(one.host)
            case "pass":
                self._pass_by(one)

    def _request(self, one: Send) -> None:
        peer = self._peers.get(one.host)
        if peer is None:
            peer = http.client.HTTPSConnection(
                "127.0.0.1", self._proxy.port, timeout=_PATIENCE_S, context=self._trusting
            )
            peer.set_tunnel(one.host, 443)
            self._peers[one.host] = peer
        peer.putrequest(one.verb, one.path, skip_accept_encoding=True)
        length = ("Content-Length", str(len(one.body))) if one.body else None
        for name, value in (*one.headers, *filter(None, [length])):
            peer.putheader(name, value.encode("utf-8"))
        peer.endheaders(one.body or None)
        peer.getresponse().read()

    def _tunnel(self, host: str, port: int = 443) -> socket.socket:
        peer = socket.create_connection(("127.0.0.1", self._proxy.port), timeout=_PATIENCE_S)
        peer.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        said = b""
        while b"\r\n\r\n" not in said:
            said += peer.recv(1)  # what follows the answer belongs to the tunnel
        return peer

    def _refuse(self, host: str) -> None:
        """Check the certificate against another authority, and say so with a TLS alert."""
        context = ssl.create_default_context()
        with self._tunnel(host) as peer:
            try:
                context.wrap_socket(peer, server_hostname=host)
            except ssl.SSLError:
                return
        raise ConnectionError(f"the certificate for {host} was accepted")

    def _pass_by(self, one: Send) -> None:
        """Talk to the stage itself: what counts is that nobody reads along."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with context.wrap_socket(self._tunnel(one.host), server_hostname=one.host) as peer:
            head = f"{one.verb} {one.path} HTTP/1.1\r\nHost: {one.host}\r\n"
            peer.sendall(f"{head}Content-Length: {len(one.body)}\r\n\r\n".encode() + one.body)
            peer.recv(_BLOCK)


def _due(one: Send | Mark) -> float:
    return one.end if isinstance(one, Mark) else one.at
