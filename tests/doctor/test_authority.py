"""The authority in mitmproxy's configuration folder."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.doctor.authority import check_authority, read_authority
from auditor.doctor.facts import Authority
from auditor.doctor.finding import Finding
from tests.doctor.conftest import NOW


def levels(findings: list[Finding]) -> dict[str, str]:
    return {one.check: one.level for one in findings}


def test_one_that_mitmproxy_made_is_in_order(authority: Authority) -> None:
    assert authority.certificate
    found = check_authority(authority, authority.certificate.begins + 86_400)
    assert {one.level for one in found} == {"ok"}
    assert authority.certificate.sha256 in found[0].sentence.replace(":", "")


def test_none_yet(tmp_path: Path) -> None:
    (finding,) = check_authority(read_authority(tmp_path / "none"), NOW)
    assert (finding.check, finding.level) == ("authority.found", "warning")
    assert "mitmdump" in finding.next_step


def test_damaged_file_is_a_problem_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "mitmproxy-ca.pem").write_bytes(b"nothing of use")
    (finding,) = check_authority(read_authority(tmp_path), NOW)
    assert (finding.check, finding.level) == ("authority.found", "problem")
    assert "cannot be read" in finding.sentence


@pytest.mark.parametrize(
    ("begins", "ends", "level"),
    [
        (NOW - 9e7, NOW - 86_400, "problem"),
        (NOW + 86_400, NOW + 9e7, "problem"),
        (NOW - 9e7, NOW + 5 * 86_400, "warning"),
        (NOW - 9e7, NOW + 40 * 86_400, "ok"),
    ],
)
def test_validity(
    tmp_path: Path, pem: Callable[..., bytes], begins: float, ends: float, level: str
) -> None:
    (tmp_path / "mitmproxy-ca-cert.pem").write_bytes(pem("mitmproxy", begins, ends))
    found = levels(check_authority(read_authority(tmp_path), NOW))
    assert found["authority.validity"] == level


@pytest.mark.skipif(os.name == "nt", reason="no such modes on Windows")
def test_key_that_others_can_read_is_a_problem(confdir: Path) -> None:
    (confdir / "mitmproxy-ca.p12").chmod(0o644)
    authority = read_authority(confdir)
    assert authority.certificate
    checked = check_authority(authority, authority.certificate.begins + 86_400)
    found = [one for one in checked if one.level != "ok"]
    assert [(one.check, one.level) for one in found] == [("authority.key", "problem")]
    assert f"chmod 600 '{confdir / 'mitmproxy-ca.p12'}'" in found[0].next_step


def test_installed_file_of_another_authority_is_noticed(
    confdir: Path, pem: Callable[..., bytes]
) -> None:
    (confdir / "mitmproxy-ca-cert.pem").write_bytes(pem())
    found = levels(check_authority(read_authority(confdir), NOW))
    assert found["authority.copy"] == "warning"
