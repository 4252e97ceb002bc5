"""Stores of trusted authorities, in folders made for the tests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.doctor import stores
from auditor.doctor.facts import Authority, Store
from auditor.doctor.stores import (
    find_stores,
    linux_store,
    macos_store,
    variable_stores,
    windows_store,
)
from tests.doctor.test_nss import ASK, TRUSTED, database


def names(store: Store) -> list[str] | None:
    return None if store.found is None else [one.name for one in store.found]


@pytest.fixture
def debian(tmp_path: Path, pem: Callable[..., bytes]) -> Path:
    root = tmp_path / "root"
    (root / "usr/local/share/ca-certificates").mkdir(parents=True)
    (root / "etc/ssl/certs").mkdir(parents=True)
    (root / "etc/ssl/certs/ca-certificates.crt").write_bytes(pem("Some Root"))
    return root


def test_linux_bundle_with_and_without(debian: Path, authority: Authority) -> None:
    store = linux_store(authority, debian)
    assert names(store) == []
    assert "sudo update-ca-certificates" in store.add
    with (debian / "etc/ssl/certs/ca-certificates.crt").open("ab") as bundle:
        bundle.write((authority.folder / "mitmproxy-ca-cert.pem").read_bytes())
    assert linux_store(authority, debian).found == (authority.certificate,)


def test_linux_families_have_their_own_steps(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "etc/pki/ca-trust/source/anchors").mkdir(parents=True)
    (tmp_path / "etc/pki/tls/certs").mkdir(parents=True)
    (tmp_path / "etc/pki/tls/certs/ca-bundle.crt").write_bytes(b"")
    assert "/etc/pki/ca-trust/source/anchors" in linux_store(authority, tmp_path).remove


def test_unknown_distribution_is_unknown(tmp_path: Path, authority: Authority) -> None:
    assert linux_store(authority, tmp_path).found is None


def answer(monkeypatch: pytest.MonkeyPatch, answers: dict[str, str | None]) -> None:
    def output_of(command: tuple[str, ...], _: tuple[int, ...] = (0,)) -> str | None:
        return answers[" ".join(command[1:3])]

    monkeypatch.setattr(stores, "output_of", output_of)


def test_keychain_counts_only_with_trust_settings(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    pem = (authority.folder / "mitmproxy-ca-cert.pem").read_text()
    trust = "Number of trusted certs = 1\nCert 0: mitmproxy\n   Number of trust settings : 0\n"
    asked = {"find-certificate -a": pem, "dump-trust-settings": "", "dump-trust-settings -d": trust}
    answer(monkeypatch, asked)
    assert macos_store(authority).found == (authority.certificate,)
    answer(monkeypatch, {**asked, "dump-trust-settings -d": ""})
    assert macos_store(authority).found == ()
    answer(monkeypatch, {**asked, "find-certificate -a": None})
    assert macos_store(authority).found is None


def test_browser_counts_only_with_trust(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    der = stores.certificates.ders_of_file(authority.folder / "mitmproxy-ca-cert.pem")
    assert der
    for folder, trust in ((".pki/nssdb", TRUSTED), (".mozilla/firefox/a.default", ASK)):
        (tmp_path / folder).mkdir(parents=True)
        database(tmp_path / folder, (der[0], trust))
    monkeypatch.setattr(stores, "certifi_store", lambda _: None)
    found = {one.name.split(" ")[3]: one for one in find_stores("linux", authority, {}, tmp_path)}
    assert found["Chromium"].found == (authority.certificate,)
    assert found["Firefox"].found == ()
    assert f"sql:{tmp_path / '.pki/nssdb'}" in found["Chromium"].remove


def test_variables(tmp_path: Path, authority: Authority, pem: Callable[..., bytes]) -> None:
    other = tmp_path / "bundle.pem"
    other.write_bytes(pem("Some Root"))
    environment = {
        "NODE_EXTRA_CA_CERTS": str(authority.folder / "mitmproxy-ca-cert.pem"),
        "SSL_CERT_FILE": str(other),
        "CURL_CA_BUNDLE": str(other),
        "REQUESTS_CA_BUNDLE": str(tmp_path / "gone.pem"),
        "PATH": str(other),
    }
    node, bundle, gone = variable_stores(authority, environment)
    assert (node.kind, node.found) == ("node", (authority.certificate,))
    assert (bundle.kind, bundle.found) == ("bundle", ())
    assert "`SSL_CERT_FILE`, `CURL_CA_BUNDLE`" in bundle.name
    assert gone.found is None


def test_another_mitmproxy_is_found_without_an_own_one(
    debian: Path, tmp_path: Path, pem: Callable[..., bytes]
) -> None:
    (debian / "etc/ssl/certs/ca-certificates.crt").write_bytes(pem("mitmproxy"))
    store = linux_store(Authority(tmp_path, None), debian)
    assert names(store) == ["CN=mitmproxy"]


def test_certifi_of_this_python_is_read(authority: Authority) -> None:
    store = stores.certifi_store(authority)
    assert store
    assert store.found == ()


@pytest.mark.skipif(sys.platform == "win32", reason="replaces what Windows has")
def test_windows_through_a_stand_in(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, pem: Callable[..., bytes]
) -> None:
    assert windows_store(authority).found is None
    (own,) = stores.certificates.ders_of_file(authority.folder / "mitmproxy-ca-cert.pem") or ()
    (other,) = stores.certificates.ders_of_pem(pem("Some Root"))
    roots = [(other, "x509_asn", True), (own, "x509_asn", True), (own, "pkcs_7_asn", True)]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(stores.ssl, "enum_certificates", lambda _: roots, raising=False)
    assert windows_store(authority).found == (authority.certificate,)
    assert "-delstore Root {sha1}" in windows_store(authority).remove


def test_each_system_has_its_own_store(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    monkeypatch.setattr(stores, "output_of", lambda *_: None)
    named = {one: stores.system_store(one, authority).name for one in ("linux", "macos", "windows")}  # type: ignore[arg-type]
    assert "macOS" in named["macos"]
    assert "Windows" in named["windows"]
    assert len(set(named.values())) == 3
