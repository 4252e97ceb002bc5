"""The positive control passes only when everything planted was found again."""

from __future__ import annotations

from pathlib import Path

from auditor.capture.control import PLANTS, Control, find, run_control
from auditor.catalogue import load_catalogue
from auditor.records import Leaf, Meaning, Observation
from auditor.selftest.plants import make_plants


def observations(*facts: tuple[object, str]) -> list[Observation]:
    return [
        Observation(Leaf.of("body", "a", value), Meaning(category, "medium"))  # type: ignore[arg-type]
        for value, category in facts
    ]


def test_a_plant_is_found_when_all_its_values_have_their_kind() -> None:
    plant = next(one for one in make_plants(1) if one.id == "json")
    seen = [(one.value, one.category) for one in plant.facts]
    assert find([plant], observations(*seen)) == ("json",)
    assert find([plant], observations(*seen[1:])) == ()
    assert find([plant], observations((seen[0][0], "other"), *seen[1:])) == ()


def test_every_plant_that_is_sent_exists_and_can_be_read() -> None:
    known = {one.id: one for one in make_plants(1)}
    assert all(known[name].expected for name in PLANTS)


def test_a_proxy_that_does_not_answer_is_a_failed_control(tmp_path: Path) -> None:
    control = run_control(("127.0.0.1", 9), tmp_path / "none.pem", tmp_path, load_catalogue(), 1)
    assert not control.passed
    assert len(control.missed) == len(PLANTS)
    assert control.facts()["problem"]


def test_nothing_found_is_not_passed() -> None:
    assert not Control((), ()).passed
    assert not Control(("json",), ("query",)).passed
    assert Control(("json",), ()).passed
