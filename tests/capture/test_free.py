"""A recording without a schedule: until it is ended, then its tail."""

from __future__ import annotations

from auditor.capture.free import Free


def test_ends_by_key_after_the_tail() -> None:
    free = Free(60, None, 100)
    assert free.view(500).phase == "waiting"
    free.press("s", 500)
    free.press("q", 500)
    assert (free.view(510).phase, free.view(510).countdown) == ("tail", 50)
    free.tick(559)
    assert not free.finished
    free.tick(560)
    assert free.finished


def test_second_key_ends_at_once() -> None:
    free = Free(60, None, 100)
    free.press("q", 110)
    free.press("q", 111)
    assert free.finished


def test_duration_begins_the_tail_by_itself() -> None:
    free = Free(5, 10, 100)
    free.tick(112)
    assert (free.view(112).phase, free.view(112).countdown) == ("tail", 3)
    free.tick(115)
    assert free.finished


def test_late_tick_passes_through_both() -> None:
    free = Free(0, 10, 100)
    free.tick(500)
    assert free.finished
