"""Find the certificate authorities of mitmproxy among many certificates."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography import x509

from auditor.doctor.facts import Certificate

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_NAME = b"mitmproxy"
_TOO_LARGE = 50_000_000


def ders_of_pem(text: bytes) -> Iterator[bytes]:
    """Yield the certificates of a PEM text, also of one with private keys or comments in it."""
    for block in _BLOCK.finditer(text):
        try:
            yield base64.b64decode(b"".join(block[1].split()), validate=True)
        except binascii.Error:
            continue


def ders_of_file(path: Path) -> tuple[bytes, ...] | None:
    """Return the certificates of a PEM file; None when it cannot be read."""
    try:
        if path.stat().st_size > _TOO_LARGE:
            return None
        return tuple(ders_of_pem(path.read_bytes()))
    except OSError:
        return None


def read(der: bytes) -> Certificate | None:
    """Return what the checks need of a certificate; None when it is none."""
    try:
        one = x509.load_der_x509_certificate(der)
        return Certificate(
            sha256=hashlib.sha256(der).hexdigest().upper(),
            sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(),
            name=one.subject.rfc4514_string(),
            begins=one.not_valid_before_utc.timestamp(),
            ends=one.not_valid_after_utc.timestamp(),
        )
    except ValueError:
        return None


def of_mitmproxy(ders: Iterable[bytes], own: str = "") -> tuple[Certificate, ...]:
    """Return those that mitmproxy made, and the one with the SHA-256 `own` whatever its name.

    mitmproxy names its authorities “mitmproxy” unless somebody changed that.
    """
    found: dict[str, Certificate] = {}
    for der in ders:
        if _NAME in der or hashlib.sha256(der).hexdigest().upper() == own:
            certificate = read(der)
            if certificate:
                found[certificate.sha256] = certificate
    return tuple(found.values())
