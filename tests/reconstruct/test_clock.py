"""The player's clock against that of the recording."""

import pytest

from auditor.reconstruct.clock import set_right
from auditor.reconstruct.records import Report


def report(session: str, time: float, sent: float = 900.0) -> Report:
    return Report(time, sent, session, "start", "t", 0.0)


def test_each_session_is_moved_by_its_own_distance() -> None:
    moved, clock = set_right([report("a", 10), report("b", 20)], {"a": 0.6, "b": 0.8})
    assert [one.time for one in moved] == [10.6, 20.8]
    assert (clock.behind_s, clock.sessions) == (pytest.approx(0.7), 2)
    assert clock.spread_s == pytest.approx(0.1)


def test_a_track_loaded_long_before_is_left_out() -> None:
    moved, clock = set_right([report("c", 10)], {"a": 0.6, "b": 0.8, "c": -40.0})
    assert clock.sessions == 2
    assert moved[0].time == pytest.approx(10.6)


def test_sessions_that_disagree_move_nothing() -> None:
    reports = (report("a", 10), report("b", 20))
    assert set_right(reports, {"a": 0.0, "b": 30.0})[0] == reports
    assert set_right(reports, {"a": 0.6})[1].sessions == 0
    assert set_right(reports, {})[0] == reports


def test_nothing_happens_after_it_was_told() -> None:
    moved, _ = set_right([report("a", 10, sent=10.2)], {"a": 0.6, "b": 0.6})
    assert moved[0].time == 10.2
