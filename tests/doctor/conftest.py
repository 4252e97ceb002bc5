"""Authorities made for the tests, and machines made of facts."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mitmproxy.certs import CertStore

from auditor.capture.system import Rights
from auditor.capture.system import System as CaptureSystem
from auditor.doctor.authority import read_authority
from auditor.doctor.facts import Abilities, Authority, Clock, Machine, Place

NOW = 1_795_000_000.0


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    CertStore.create_store(folder, "mitmproxy", 2048)
    return folder


@pytest.fixture
def confdir(made_once: Path, tmp_path: Path) -> Path:
    """Copy a configuration folder with an authority that mitmproxy itself made."""
    return Path(shutil.copytree(made_once, tmp_path / "confdir"))


@pytest.fixture
def authority(confdir: Path) -> Authority:
    return read_authority(confdir)


@pytest.fixture
def pem() -> Callable[..., bytes]:
    """Make a certificate of any name that is valid between two times."""

    def make(name: str = "mitmproxy", begins: float = NOW - 1e6, ends: float = NOW + 1e8) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.datetime.fromtimestamp(begins, datetime.UTC))
            .not_valid_after(datetime.datetime.fromtimestamp(ends, datetime.UTC))
            .sign(key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    return make


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Describe a clean Linux machine where everything is in order but nothing was recorded."""
    return Machine(
        system="linux",
        python=(3, 13, 0),
        mitmproxy="12.2.3",
        abilities=Abilities(
            CaptureSystem("linux", "6.12.1", "3.13.0", "12.2.3"), Rights(root=True, sudo=True)
        ),
        environment={},
        authority=Authority(tmp_path / "no-authority", None),
        stores=(),
        proxies=(),
        listeners=(),
        port=8080,
        port_error="",
        place=Place(tmp_path, 80_000_000_000, private=True),
        clock=Clock((NOW, 100.0), (NOW + 1.0, 101.0), "CET", 3600, installed=NOW - 1e6),
        encoding="utf-8",
    )
