"""A rebuilt set against the real one."""

import numpy as np
import pytest

from auditor.reconstruct import score as scoring
from auditor.reconstruct.records import DjSet, Jump, Loop, Play, Stretch, Transition
from auditor.reconstruct.score import MOST_NEAR, Score, matched, score_tempo, things
from tests.reconstruct.counted import Counter


def score(real: DjSet, rebuilt: DjSet, kind: str) -> Score:
    return scoring.score(things(real), things(rebuilt), kind)


def a_set(
    *jumps: Jump, track: str = "t", loops: tuple[Loop, ...] = (), start: float = 0.0
) -> DjSet:
    piece = Stretch(((start, 0.0), (start + 90, 90.0)))
    return DjSet((Play(track, "s", (piece,), jumps, (), loops),), ())


def jump(time: float, to: float | None, cue: bool = False) -> Jump:
    return Jump(time, None, to, time, cue=cue)


def test_counts_and_errors() -> None:
    real = a_set(jump(10, 50), jump(20, 60), jump(30, 70, cue=True))
    rebuilt = a_set(jump(10.4, 50.1), jump(20.2, 61), jump(31, 70, cue=True), jump(60, 5))
    found = score(real, rebuilt, "jump")
    assert (found.real, found.rebuilt, found.matched) == (3, 4, 2)
    assert (found.precision, found.recall) == (0.5, pytest.approx(2 / 3))
    assert found.quantile(0.5) == pytest.approx(0.7)
    assert found.places_s == pytest.approx((0, 0.1))
    cues = score(real, rebuilt, "cue")
    assert (cues.precision, cues.recall) == (1, 1)


@pytest.mark.parametrize(("late", "right"), [(2.0, 1), (2.01, 0)])
def test_how_near_is_near(late: float, right: int) -> None:
    assert score(a_set(jump(10, 50)), a_set(jump(10 + late, 50)), "jump").matched == right


def test_one_thing_is_found_once_and_by_the_nearest() -> None:
    found = score(a_set(jump(10, None)), a_set(jump(9, None), jump(10.1, None)), "jump")
    assert (found.matched, found.errors_s) == (1, pytest.approx((0.1,)))


def test_places_that_nobody_tells_do_not_matter() -> None:
    assert score(a_set(jump(10, None)), a_set(jump(10, 44)), "jump").matched == 1


def test_loops_need_both_ends() -> None:
    real = a_set(loops=(Loop(10, 18, 30, 32, ()),))
    assert score(real, a_set(loops=(Loop(10.5, 18, 30, 32.1, ()),)), "loop").matched == 1
    assert score(real, a_set(loops=(Loop(10.5, 24, 30, 32, ()),)), "loop").matched == 0
    assert score(real, a_set(loops=(Loop(10.5, 18, 30, 33, ()),)), "loop").matched == 0


def test_tracks_and_transitions_need_their_names() -> None:
    assert score(a_set(), a_set(track="u"), "track").matched == 0
    assert score(a_set(), a_set(track=""), "track").matched == 1
    fade = Transition(10, 18, "a", "b")
    assert (
        score(DjSet((), (fade,)), DjSet((), (Transition(10, 18, "b", "a"),)), "transition").matched
        == 0
    )
    assert (
        score(DjSet((), (fade,)), DjSet((), (Transition(11, 19, "", "b"),)), "transition").matched
        == 1
    )


def test_nothing_gives_no_shares() -> None:
    found = score(a_set(), a_set(), "jump")
    assert (found.precision, found.recall, found.quantile(0.5)) == (None, None, None)


def test_what_stands_on_one_side_only() -> None:
    found, right = matched(
        things(a_set(jump(10, 5), jump(40, 9))), things(a_set(jump(10.1, 5), jump(70, 9)))
    )
    assert ("jump", (10,)) in found
    assert ("jump", (40,)) not in found
    assert ("jump", (70,)) not in right


def test_tempo() -> None:
    points = tuple((float(t), 1.05 * t) for t in range(0, 100, 5))
    rebuilt = DjSet((Play("t", "s", (Stretch(points),)),), ())
    found = score_tempo(np.array([(10, 30, 1.05), (40, 60, 1.02), (200, 220, 1.05)]), rebuilt)
    assert (found.real, found.matched) == (3, 1)


def test_a_mark_of_tempo_is_held_against_what_was_told_then() -> None:
    many = 5_000
    seen = Counter(4 * many)
    pieces = tuple(
        Stretch(seen.row((10.0 * n, 0.0), (10.0 * n + 8, 8 * (1.02 if n % 2 else 1.05))))
        for n in range(many)
    )
    plays = tuple(Play(str(n), str(n), pieces[n : n + 10]) for n in range(0, many, 10))
    marks = [(10.0 * n, 10.0 * n + 9, 1.05) for n in range(many)]
    found = score_tempo(np.array(marks), DjSet(plays, ()))
    assert (found.real, found.matched) == (many, many // 2)


@pytest.mark.parametrize("apart", [0.0, 0.0001])
def test_what_is_done_at_once_is_compared_with_what_is_nearest(
    monkeypatch: pytest.MonkeyPatch, apart: float
) -> None:
    many = 5_000
    seen = Counter(many * MOST_NEAR)
    monkeypatch.setattr(scoring, "_distance", seen.calls_of(scoring._distance))
    crowd = a_set(*(jump(10 + apart * n, float(n)) for n in range(many)))
    found = score(crowd, crowd, "jump")
    assert found.matched == many
    assert seen.count + found.left_out == many**2


def test_nothing_is_left_out_of_what_hands_can_do() -> None:
    busy = a_set(*(jump(10 + n / 25, None) for n in range(250)))
    assert score(busy, busy, "jump").left_out > 0
    busy = a_set(*(jump(10 + n / 20, None) for n in range(250)))
    assert (score(busy, busy, "jump").left_out, score(busy, busy, "jump").matched) == (0, 250)


def test_the_larger_side_is_looked_up_by_the_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set of many marks may be compared with what each of many receivers was told."""
    looked: list[int] = []
    windows = scoring._windows
    monkeypatch.setattr(
        scoring, "_windows", lambda one, other: (looked.append(len(one)), windows(one, other))[1]
    )
    real = a_set(*(jump(10.0 * n, 5.0) for n in range(5_000)))
    for one in (0, 49_990):
        small = a_set(jump(one + 0.5, 5.0), jump(one + 5, 5.0))
        assert score(real, small, "jump").matched == 1
        assert score(small, real, "jump").matched == 1
    assert looked == [2] * 4
