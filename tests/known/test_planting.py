"""Planted values: the same for a seed, unlike anything else, and possible to set."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from auditor.known import KnownValues, plant, weigh


@pytest.mark.parametrize("seed", [f"seed {number}" for number in range(40)])
def test_planted_values(seed: str) -> None:
    values = plant(seed, 6)
    assert values == plant(seed, 6)
    kinds = Counter(one.kind for one in values)
    assert kinds["cue-name"] == kinds["cue-position"] == 6
    texts = [one.value for one in values if isinstance(one.value, str)]
    assert all(re.fullmatch(r"[B-Z]{4}-(SET|NOTE|LOOP|CUE)-[B-Z]{4}", text) for text in texts)
    assert len({text[:4] for text in texts}) == 1
    positions = [float(one.value) for one in values if one.kind in {"cue-position", "loop-in"}]
    assert all(late - early > 4 for early, late in pairwise(positions))
    for one in values:
        if one.unit == "s":
            assert 100 <= float(one.value) < 241
            assert re.fullmatch(r"\d{4}[1379][1379]", f"{float(one.value) * 1000:.0f}")
        assert weigh(one) == {"": "alone", "s": "together", "bpm": "field"}[one.unit]


def test_other_seeds_give_other_values() -> None:
    values = {one.value for number in range(200) for one in plant(f"{number}") if one.unit == ""}
    assert len(values) == 200 * 7


def test_planted_values_are_found() -> None:
    values = plant("x")
    found = KnownValues(values).search([f"label={one.value}" for one in values if not one.unit])
    assert found == [(number, number) for number in range(7)]
