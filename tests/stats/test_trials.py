"""Windows: where they open and close, what they are matched with, and which labels may change places."""

import numpy as np
import pytest

from auditor.stats.trials import every, late, make_trials, near
from tests.stats.made import T, marks


def spans(trials: object, name: str) -> list[float]:
    return [round(float(one) - T, 2) for one in getattr(trials, name)]


def test_windows_with_room_run_from_lead_to_lag() -> None:
    trials = make_trials(marks(("seek", 100, 101), ("idle", 120, 128), ("seek", 150, 150)))
    assert spans(trials, "opens") == [98.5, 118.5, 148.5]
    assert spans(trials, "closes") == [106, 133, 155]


def test_dense_windows_end_where_the_next_begins() -> None:
    trials = make_trials(marks(("seek", 100, 100), ("loop-on", 102, 102), ("idle", 103, 108)))
    assert spans(trials, "opens") == [98.5, 101.5, 102.75]
    assert spans(trials, "closes") == [101.5, 102.75, 113]


def test_marks_that_lie_in_each_other_do_not_cut() -> None:
    trials = make_trials(marks(("crossfade", 10, 16), ("play", 10, 10.1), ("pause", 15.9, 16)))
    found = dict(zip(trials.action, spans(trials, "closes"), strict=True))
    assert found["crossfade"] == 21
    assert 10.1 < found["play"] <= 15.9


def test_idle_windows_are_cut_to_the_length_of_the_action() -> None:
    trials = make_trials(
        marks(("seek", 0, 1), ("idle", 20, 40), ("seek", 60, 61), ("idle", 80, 100))
    )
    found = near(trials, "seek")
    assert found.labels.tolist() == [True, True, False, False]
    assert np.ptp(found.closes - found.opens) == pytest.approx(0)
    assert (found.opens[2:] - T).tolist() == [28, 88], "in the middle"


def test_long_actions_are_cut_to_the_length_of_idle_windows() -> None:
    trials = make_trials(
        marks(("fx", 0, 30), ("idle", 50, 52), ("fx", 80, 110), ("idle", 130, 132))
    )
    found = near(trials, "fx")
    assert (found.closes - found.opens).tolist() == pytest.approx([8.5] * 4)


def test_later_lags_are_held_against_everything_else() -> None:
    trials = make_trials(marks(("seek", 0, 1), ("idle", 20, 28), ("fx", 40, 41)))
    for contrast in (late(trials, "fx"), every(trials, "fx")):
        assert contrast.labels.tolist() == [True, False, False]
        assert contrast.places.tolist() == [2, 0, 1]
    assert (late(trials, "fx").opens - T).tolist() == [46, 6, 33]
    assert (late(trials, "fx").closes - T).tolist() == [101, 61, 88]


def test_blocks_last_about_ten_minutes() -> None:
    trials = make_trials(marks(*[("seek", 20.0 * n, 20.0 * n) for n in range(91)]))
    counts = np.bincount(trials.block)
    assert counts[counts > 0].tolist() == [30, 30, 31]


def test_blocks_end_with_the_condition() -> None:
    import pandas as pd

    on = marks(("seek", 0, 0), ("idle", 10, 12), condition="consent-on")
    off = marks(("seek", 60, 60), ("idle", 70, 72), condition="consent-off")
    trials = make_trials(pd.concat([on, off]))
    assert trials.block[0] == trials.block[1] != trials.block[2] == trials.block[3]


def test_no_marks() -> None:
    trials = make_trials(marks())
    assert trials.actions() == []
    assert not len(trials.block)
