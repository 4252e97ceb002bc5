"""Facts about the machine that runs the tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from auditor.doctor import machine
from auditor.doctor.machine import gather, look_at, read_environment, this_system, version_of

posix_only = pytest.mark.skipif(os.name == "nt", reason="no such modes on Windows")


def test_gather(confdir: Path, tmp_path: Path) -> None:
    found = gather(confdir, tmp_path / "a" / "b", 8080, "utf-8")
    assert found.system == this_system()
    assert found.python == sys.version_info[:3]
    assert found.mitmproxy == version_of("mitmproxy")
    assert found.authority.certificate
    assert found.place.folder == tmp_path
    assert found.place.free
    assert {store.kind for store in found.stores} >= {"system", "bundle"}
    assert [path.name for path in tmp_path.iterdir()] == ["confdir"]


def test_missing_package_has_no_version() -> None:
    assert version_of("no-such-package-at-all") is None


@posix_only
def test_place_keeps_modes(tmp_path: Path) -> None:
    assert look_at(tmp_path).private is True


@posix_only
def test_disk_without_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.stat, "S_IMODE", lambda _: 0o777)
    assert look_at(tmp_path).private is False


def test_place_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine, "_keeps_modes", refuse)
    assert look_at(tmp_path).error == "Permission denied"


def test_desktop_variable_of_macos_and_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    monkeypatch.setattr(machine, "output_of", lambda _: "/a/mitmproxy-ca-cert.pem\n")
    monkeypatch.setattr(machine, "registry_value", lambda _, name: f"C:\\{name}")
    assert read_environment("macos")["NODE_EXTRA_CA_CERTS"] == "/a/mitmproxy-ca-cert.pem"
    assert read_environment("windows")["NODE_EXTRA_CA_CERTS"] == "C:\\NODE_EXTRA_CA_CERTS"
    assert "NODE_EXTRA_CA_CERTS" not in read_environment("linux")
