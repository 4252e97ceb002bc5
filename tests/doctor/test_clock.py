"""The clock."""

from dataclasses import replace

import pytest

from auditor.doctor.clock import check_clock
from auditor.doctor.facts import Authority, Certificate, Clock
from auditor.doctor.machine import read_clock, wrong_zone
from tests.doctor.conftest import NOW

GOOD = Clock((NOW, 100.0), (NOW + 1.0, 101.0), "CET", 3600, installed=NOW - 1e6)


def levels(clock: Clock, authority: Authority) -> dict[str, str]:
    return {one.check.removeprefix("clock."): one.level for one in check_clock(clock, authority)}


@pytest.fixture
def nobody(tmp_path: object) -> Authority:
    return Authority(tmp_path, None)  # type: ignore[arg-type]


def test_good_clock(nobody: Authority) -> None:
    assert levels(GOOD, nobody) == {"steady": "ok", "plausible": "ok", "zone": "ok"}
    assert "UTC+01:00" in check_clock(GOOD, nobody)[2].sentence
    assert "UTC-03:30" in check_clock(replace(GOOD, offset=-12_600), nobody)[2].sentence


@pytest.mark.parametrize("jump", [-3600.0, -0.3, 0.3, 86_400.0])
def test_jump(nobody: Authority, jump: float) -> None:
    jumped = replace(GOOD, last=(GOOD.last[0] + jump, GOOD.last[1]))
    assert levels(jumped, nobody)["steady"] == "warning"
    assert f"{jump:+.1f} seconds" in check_clock(jumped, nobody)[0].sentence


def test_clock_before_the_installation(nobody: Authority) -> None:
    assert levels(replace(GOOD, installed=NOW + 9e5), nobody)["plausible"] == "problem"
    assert levels(replace(GOOD, installed=NOW + 3600), nobody)["plausible"] == "ok"


def test_clock_before_the_authority(nobody: Authority) -> None:
    young = replace(nobody, certificate=Certificate("", "", "", NOW + 60, NOW + 9e6))
    assert levels(GOOD, young)["plausible"] == "problem"


def test_zone(nobody: Authority) -> None:
    assert levels(replace(GOOD, zone="-00"), nobody)["zone"] == "warning"
    assert levels(replace(GOOD, zone_wrong="Berlin"), nobody)["zone"] == "warning"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("", ""),
        ("Europe/Berlin", ""),
        (":Europe/Berlin", ""),
        ("CET-1CEST", ""),
        ("Europe/Berlim", "Europe/Berlim"),
        ("/no/such/zone", "/no/such/zone"),
    ],
)
def test_names_of_zones(name: str, wrong: str) -> None:
    assert wrong_zone(name) == wrong


def test_clock_of_this_machine_is_read(nobody: Authority) -> None:
    clock = read_clock((NOW, 0.0))
    assert clock.last[0] >= clock.installed > 1_600_000_000
    assert -50_400 <= clock.offset <= 50_400
