from __future__ import annotations

from pathlib import Path

from auditor import resources
from auditor.sources.owners import organisations


def certificate(organisation: str | None) -> bytes:
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, "in.stranger.test")]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    name = x509.Name(parts)
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def flows(path: Path, *organisations: str | None) -> Path:
    from mitmproxy.certs import Cert
    from mitmproxy.io import FlowWriter
    from mitmproxy.test import tflow

    with path.open("wb") as file:
        for number, one in enumerate(organisations):
            flow = tflow.tflow()
            flow.server_conn.sni = f"H{number}.stranger.test"
            flow.server_conn.certificate_list = [Cert.from_pem(certificate(one))]
            FlowWriter(file).add(flow)
    return path


def test_organisations_by_host(tmp_path: Path) -> None:
    path = flows(tmp_path / "flows.mitm", "Stranger Ltd", None)
    assert organisations(path) == {"h0.stranger.test": "Stranger Ltd"}
    assert organisations(tmp_path) == {"h0.stranger.test": "Stranger Ltd"}


def test_what_is_damaged_or_no_flows_gives_what_there_is(tmp_path: Path) -> None:
    path = flows(tmp_path / "flows.mitm", "Stranger Ltd", "Other Ltd")
    path.write_bytes(path.read_bytes()[:-50])
    assert organisations(path) == {"h0.stranger.test": "Stranger Ltd"}
    (tmp_path / "x.har").write_text("{}")
    assert organisations(tmp_path / "x.har") == {}
    assert organisations(tmp_path / "nothing") == {}


def test_a_capture_without_certificates() -> None:
    assert organisations(resources.samples_dir() / "segment-node") == {}
