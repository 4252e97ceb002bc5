"""Connections of invented flows, with certificates, as mitmproxy saves them (format 21)."""

# ruff: noqa: INP001
from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

_RENEWED = 50
"""Flows that pass over one connection."""

_NAMES = 18
"""More names in each certificate: those of the real world have 1.3 to 1.8 KB."""

_SINCE = datetime(2025, 1, 1, tzinfo=UTC)

State = dict[str, Any]


class Connections:
    """A pair of connections for each host."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._open: dict[str, tuple[int, State, State]] = {}
        self._chains: dict[str, list[bytes]] = {}

    def pair(self, host: str, now: float) -> tuple[State, State]:
        """Return the client's and the server's connection of a flow to a host."""
        count, client, server = self._open.get(host, (_RENEWED, {}, {}))
        if count >= _RENEWED:
            count, (client, server) = 0, self._new(host, now)
        self._open[host] = count + 1, client, server
        return client, server

    def _new(self, host: str, now: float) -> tuple[State, State]:
        if host not in self._chains:
            self._chains[host] = chain(self._dice, host)
        both = {
            "alpn": b"http/1.1", "alpn_offers": [b"h2", b"http/1.1"], "cipher_list": [], "error": None,
            "cipher": "TLS_AES_256_GCM_SHA384", "sni": host, "tls": True, "tls_version": "TLSv1.3",
            "timestamp_start": now, "timestamp_tls_setup": now + 0.05, "timestamp_end": None,
            "transport_protocol": "tcp",
        }  # fmt: skip
        port = self._dice.randrange(49152, 65535)
        client = {
            **both, "id": f"{self._dice.getrandbits(128):032x}", "certificate_list": [],
            "mitmcert": None, "peername": ["127.0.0.1", port], "sockname": ["127.0.0.1", 8080],
            "proxy_mode": "regular",
        }  # fmt: skip
        server = {
            **both, "id": f"{self._dice.getrandbits(128):032x}",
            "certificate_list": self._chains[host], "address": [host, 443], "via": None,
            "peername": [f"198.51.100.{self._dice.randrange(1, 255)}", 443],
            "sockname": ["192.0.2.7", port], "timestamp_tcp_setup": now + 0.02,
        }  # fmt: skip
        return client, server


def chain(dice: random.Random, host: str) -> list[bytes]:
    """Return three certificates as PEM, that of the host first."""
    names = ("Invented Root", "Invented Issuer", host)
    keys = [Ed25519PrivateKey.from_private_bytes(dice.randbytes(32)) for _ in names]
    more = [x509.DNSName(f"name-{number:02d}.{'x' * 16}.example") for number in range(_NAMES)]
    made = []
    for level, name in enumerate(names):
        above = max(0, level - 1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[above])]))
            .public_key(keys[level].public_key())
            .serial_number(dice.getrandbits(120) | 1)
            .not_valid_before(_SINCE)
            .not_valid_after(_SINCE + timedelta(days=720))
            .add_extension(x509.SubjectAlternativeName(more), critical=False)
        )
        made.append(builder.sign(keys[above], None).public_bytes(Encoding.PEM))
    return made[::-1]
