"""What real applications do to a proxy that wants to read along, done on purpose."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable
from pathlib import Path

from auditor.selftest import quic, wire
from auditor.selftest.certificates import DOMAIN
from auditor.selftest.client import Way, secured, tunnel, wrapped

_BLOCK = 65536

_PARTNER, _GENERIC_PARTNER = 3, 0x26


def refuse(way: Way) -> None:
    """Check certificates against an authority of our own, and say so with a TLS alert."""
    context = ssl.create_default_context()
    with contextlib.suppress(ssl.SSLError):
        wrapped(tunnel(way, way.stage.web), context, "refuses").close()


def hang_up(way: Way) -> None:
    """Begin a TLS handshake and hang up without a word when the certificate is there."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    half = context.wrap_bio(incoming, outgoing, server_hostname=f"hangs-up.{DOMAIN}")
    with contextlib.suppress(ssl.SSLWantReadError):
        half.do_handshake()
    with tunnel(way, way.stage.web) as peer:
        peer.sendall(outgoing.read())
        peer.recv(_BLOCK)


def pin(way: Way) -> None:
    """Finish the handshake, look at the certificate, and leave without a byte of data."""
    secured(way, "pins").close()


def speak_raw_tcp(way: Way) -> None:
    """Say hello as a Spotify access-point client of the product kind `partner` would."""
    with tunnel(way, way.stage.raw) as peer:
        peer.sendall(access_point_hello())
        peer.recv(_BLOCK)


def access_point_hello() -> bytes:
    """Return an invented ClientHello: two bytes, its whole length, then protobuf."""
    build = [(10, _PARTNER), (20, 0), (30, _GENERIC_PARTNER), (40, 115_800_820)]
    key = [(10, [(10, bytes(range(96))), (20, 1)])]
    hello = wire.protobuf([(10, build), (30, 0), (50, key), (60, bytes(range(16))), (70, b"\x1e")])
    return b"\x00\x04" + (len(hello) + 6).to_bytes(4) + hello


def call_the_dead(way: Way) -> None:
    """Ask for a port where nobody listens."""
    with contextlib.suppress(ConnectionError):
        wrapped(tunnel(way, way.stage.dead), ssl.create_default_context(), "dead").close()


def meet_a_stranger(way: Way) -> None:
    """Go to a server whose certificate the proxy does not trust."""
    with contextlib.suppress(OSError), secured(way, "stranger", way.stage.untrusted) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: stranger\r\n\r\n")
        peer.recv(_BLOCK)


def pass_by(way: Way) -> None:
    """Talk to a host that the proxy was told to leave alone, with the stage's own certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = (
        ssl.CERT_NONE
    )  # the stage's certificate; what counts is that it is not ours
    with wrapped(tunnel(way, way.stage.web), context, "passed") as peer:
        host = f"passed.{DOMAIN}"
        peer.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        peer.recv(_BLOCK)


def leave(way: Way) -> None:
    """Ask for a way and leave before using it."""
    tunnel(way, way.stage.quiet).close()


def speak_quic(way: Way) -> None:
    """Talk over QUIC in a language that is not HTTP/3."""
    quic.talk(way.quic, "quic", way.authority)


def refuse_over_quic(way: Way) -> None:
    """Check certificates over QUIC against another authority than the proxy's."""
    other = str(Path(way.authority).with_name("stranger-ca-cert.pem"))
    with contextlib.suppress(ConnectionError):
        quic.talk(way.quic, "quic-refuses", other)


DEEDS: dict[str, Callable[[Way], None]] = {
    "refuses": refuse,
    "hangs-up": hang_up,
    "pins": pin,
    "raw": speak_raw_tcp,
    "dead": call_the_dead,
    "stranger": meet_a_stranger,
    "passed": pass_by,
    "leaves": leave,
    "quic": speak_quic,
    "quic-refuses": refuse_over_quic,
}
"""By the id of the case in `auditor.selftest.cases`."""
