"""Clocks that stand off are found from the distances of events to all marks."""

import numpy as np
import pytest

from auditor.stats.skew import offset

CHANCE = np.random.default_rng(1)
MARKS = np.cumsum(CHANCE.uniform(11, 16, 100))
HIT = CHANCE.random(100) < 0.4


@pytest.mark.parametrize("skew", [-100.0, -0.8, 20.0, 110.0])
def test_clock_that_stands_off(skew: float) -> None:
    told = MARKS[HIT] + skew + CHANCE.uniform(0, 0.3, int(HIT.sum()))
    assert offset(told, MARKS, MARKS) == pytest.approx(skew, abs=0.5)


@pytest.mark.parametrize("late", [-0.2, 0.0, 1.0, 4.0])
def test_events_soon_after_the_marks_are_left_alone(late: float) -> None:
    assert offset(MARKS[HIT] + late, MARKS, MARKS) == 0


def test_event_at_either_end_of_an_action_is_left_alone() -> None:
    assert offset(MARKS[HIT] + 8.0, MARKS, MARKS + 8.0) == 0
    assert offset(MARKS[HIT], MARKS, MARKS + 8.0) == 0


def test_nothing_to_go_by() -> None:
    assert offset(CHANCE.uniform(0, MARKS[-1], 300), MARKS, MARKS) == 0
    assert offset(MARKS[:4], MARKS, MARKS) == 0
    assert offset(MARKS[HIT] + 3600, MARKS, MARKS) == 0, "too far off to look for"
    assert offset(np.full(9, np.nan), MARKS, MARKS) == 0
