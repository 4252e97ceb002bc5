"""Rhythms: found through lateness and noise, and not in what follows accident or a tester."""

import numpy as np
import pytest

from auditor.stats.periodic import period, periodic
from tests.stats.made import exchanges

HOUR = 3600.0


def clock(length: float, chance: np.random.Generator, lost: float = 0.05) -> np.ndarray:
    beats = np.cumsum(length + chance.exponential(0.2, int(HOUR / length)))
    noise = chance.uniform(0, HOUR, len(beats) // 10)
    return np.sort(np.concatenate([beats[chance.random(len(beats)) > lost], noise]))


@pytest.mark.parametrize("length", [5.0, 30.0, 60.0, 240.0])
def test_clock_is_found(length: float) -> None:
    chance = np.random.default_rng(int(length))
    found = period(clock(length, chance), chance)
    assert found
    assert found[0] == pytest.approx(length, abs=0.6)
    assert found[1] > 0.7


def test_accident_and_bursts_have_no_rhythm() -> None:
    chance = np.random.default_rng(7)
    for _ in range(40):
        assert not period(np.sort(chance.uniform(0, HOUR, int(chance.integers(8, 200)))), chance)
        bursts = np.repeat(chance.uniform(0, HOUR, 12), 6) + chance.exponential(3, 72)
        assert not period(np.sort(bursts), chance)


def test_a_tester_with_a_schedule_is_no_clock() -> None:
    chance = np.random.default_rng(8)
    for _ in range(20):
        assert not period(np.cumsum(chance.uniform(11, 16, 200)), chance)


def test_too_few_for_a_rhythm() -> None:
    assert not period(np.arange(7) * 30.0, np.random.default_rng(1))


def test_finding_tells_how_long_somebody_was_there() -> None:
    beats = clock(30.0, np.random.default_rng(9))
    rows = exchanges(*[(float(at), 10, 10) for at in beats], endpoint="POST /ping")
    [one] = periodic(rows)
    assert (one["receiver"], one["endpoint"]) == ("tidal", "POST /ping")
    assert one["messages"] == len(beats)
    assert one["covers_s"] == pytest.approx(beats[-1] - beats[0], abs=0.1)
    assert periodic(rows) == [one], "the same seed, the same finding"
    assert periodic(rows.assign(receiver=rows["receiver"].astype("category"))) == [one]
    assert not periodic(rows.assign(messages_out=0))
