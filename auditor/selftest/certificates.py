"""Make the certificates of the stage: an authority for one rehearsal, and what it signs."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from mitmproxy import certs

_BITS = 2048
_LOOPBACK = IPv4Address("127.0.0.1")
DOMAIN = "selftest.invalid"
"""Names below it are the stage's; the ending cannot exist on the internet (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM: one certificate with its chain, and its key."""

    chain: Path
    key: Path
    authority: Path


def make_certificate(folder: Path, name: str) -> Certificate:
    """Return a certificate for every name below `DOMAIN`, signed by an authority of its own."""
    store = certs.CertStore.from_store(folder, name, _BITS)
    names = [x509.DNSName(f"*.{DOMAIN}"), x509.IPAddress(_LOOPBACK)]
    entry = store.get_cert(f"*.{DOMAIN}", names)
    made = Certificate(
        folder / f"{name}-chain.pem", folder / f"{name}-key.pem", folder / f"{name}-ca-cert.pem"
    )
    made.chain.write_bytes(entry.cert.to_pem())
    key = entry.privatekey.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    made.key.write_bytes(key)
    return made


def make_proxy_authority(folder: Path) -> Path:
    """Return the certificate that the proxy of a rehearsal signs with, made before it starts."""
    certs.CertStore.from_store(folder, "mitmproxy", _BITS)
    return folder / "mitmproxy-ca-cert.pem"
