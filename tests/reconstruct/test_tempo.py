"""Track seconds per second, and how sure."""

import random

import pytest

from auditor.reconstruct.records import Play, Stretch
from auditor.reconstruct.tempo import Told, tempo


def piece(
    start: float, length: float, rate: float, delay: float = 0.0, reports: int = 2
) -> Stretch:
    step = length / (reports - 1)
    return Stretch(
        tuple(
            (start + n * step, 10.0 + (rate * (n * step) - delay if n else 0.0))
            for n in range(reports)
        )
    )


def test_one_stretch() -> None:
    found = tempo([piece(0, 50, 1.04)])
    assert found is not None
    assert found.rate == pytest.approx(1.04)
    assert found.error == pytest.approx(0.25 * 2**0.5 / 50)


def test_a_player_that_starts_late_does_not_look_slow() -> None:
    found = tempo([piece(100 * n, 5 + 4 * n, 0.96, delay=0.3) for n in range(4)])
    assert found is not None
    assert found.rate == pytest.approx(0.96)
    assert found.error < 1e-6


def test_reports_inside_a_stretch_narrow_the_interval() -> None:
    dice = random.Random(3)  # noqa: S311
    points = tuple((float(n), 1.02 * n + dice.gauss(0, 0.05)) for n in range(60))
    found = tempo([Stretch(points)])
    assert found is not None
    assert abs(found.rate - 1.02) <= found.error < 0.002


def test_the_interval_holds_what_it_promises() -> None:
    dice = random.Random(11)  # noqa: S311
    held = 0
    for _ in range(200):
        pieces = [
            Stretch(((t, 0.0), (t + length, length * 1.03 - 0.1 + dice.gauss(0, 0.05))))
            for t, length in ((60.0 * n, dice.uniform(4, 40)) for n in range(12))
        ]
        found = tempo(pieces)
        assert found is not None
        held += abs(found.rate - 1.03) <= found.error
    assert 0.88 <= held / 200 <= 0.99


def test_what_says_nothing() -> None:
    assert tempo([]) is None
    assert tempo([piece(0, 1.5, 1)]) is None
    assert tempo([Stretch(((0.0, None), (30.0, None)))]) is None


def test_a_span_of_time() -> None:
    line = Stretch(
        tuple((float(t), t * 1.0 if t < 50 else 50 + (t - 50) * 1.05) for t in range(100))
    )
    told = Told.of([Play("t", "s", (line,))])
    (early,), (late,) = told.between(0, 49), told.between(50, 99)
    assert (round(early.rate, 3), round(late.rate, 3)) == (1.0, 1.05)
    assert list(told.between(200, 300)) == []
