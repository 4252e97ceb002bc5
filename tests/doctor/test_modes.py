"""Capture modes, as `auditor capture` would choose them."""

from dataclasses import replace

import pytest

from auditor.capture.system import Rights
from auditor.catalogue.applications import find_application
from auditor.doctor import modes
from auditor.doctor.facts import Machine
from auditor.doctor.modes import check_modes, find_abilities


def test_local_mode_where_everything_is_there(machine: Machine) -> None:
    assert [one.level for one in check_modes(machine, None)] == ["ok", "ok", "ok"]


def test_the_obstacle_is_named(machine: Machine) -> None:
    assert machine.abilities
    without = replace(machine.abilities, rights=Rights(root=True, sudo=False))
    (local, *_) = check_modes(replace(machine, abilities=without, port=8888), None)
    assert local.level == "note"
    assert "sudo" in local.sentence
    assert "8888" in local.next_step


def test_application_without_a_version_for_this_system(machine: Machine) -> None:
    (local, *_) = check_modes(machine, find_application("rekordbox"))
    assert local.level == "note"
    assert "rekordbox" in local.sentence


def test_broken_mitmproxy_is_a_finding(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("libsomething.so: cannot open shared object file")

    monkeypatch.setattr(modes, "this_system", broken)
    assert find_abilities() is None
    (finding,) = check_modes(replace(machine, abilities=None), None)
    assert finding.level == "problem"


def test_this_machine_can_be_asked() -> None:
    assert find_abilities()
