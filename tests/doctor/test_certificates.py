"""Certificates: mitmproxy's own are found among others."""

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from auditor.doctor.certificates import ders_of_file, ders_of_pem, of_mitmproxy, read


def test_what_is_read_of_a_certificate(confdir: Path) -> None:
    path = confdir / "mitmproxy-ca-cert.pem"
    (der,) = ders_of_file(path) or ()
    found = read(der)
    assert found
    assert found.name == "O=mitmproxy,CN=mitmproxy"
    loaded = x509.load_pem_x509_certificate(path.read_bytes())
    assert found.sha256 == loaded.fingerprint(hashes.SHA256()).hex().upper()
    assert found.sha1 == loaded.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


def test_private_key_in_the_same_file_is_no_certificate(confdir: Path) -> None:
    assert len(ders_of_file(confdir / "mitmproxy-ca.pem") or ()) == 1


def test_only_mitmproxys_are_found(pem: Callable[..., bytes], confdir: Path) -> None:
    bundle = b"# a comment\n" + pem("Some Root") + (confdir / "mitmproxy-ca-cert.pem").read_bytes()
    found = of_mitmproxy(ders_of_pem(bundle))
    assert [one.name for one in found] == ["O=mitmproxy,CN=mitmproxy"]


def test_own_authority_is_found_under_another_name(pem: Callable[..., bytes]) -> None:
    (der,) = ders_of_pem(pem("Renamed"))
    own = read(der)
    assert own
    assert of_mitmproxy([der]) == ()
    assert of_mitmproxy([der], own.sha256) == (own,)


def test_damage_is_skipped(pem: Callable[..., bytes]) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"
    assert len(of_mitmproxy(ders_of_pem(broken + pem()))) == 1
    assert of_mitmproxy([b"mitmproxy, but no certificate"]) == ()


def test_missing_file_is_unknown(tmp_path: Path) -> None:
    assert ders_of_file(tmp_path / "none.pem") is None
    assert ders_of_file(tmp_path) is None
