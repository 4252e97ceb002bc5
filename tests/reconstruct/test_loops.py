"""Loops and cue points among jumps."""

import pytest

from auditor.reconstruct.loops import count_visits, find_loops
from auditor.reconstruct.records import Jump


def returns(
    count: int, length: float = 2.0, late: float = 0.0, into: float = 30.0, start: float = 100.0
) -> list[Jump]:
    return [
        Jump(start + n * (length + late), into + length, into, start + n * (length + late))
        for n in range(count)
    ]


def test_two_returns_are_a_loop_and_one_is_none() -> None:
    (loop,), rest = find_loops(returns(2))
    assert (loop.in_s, loop.out_s, loop.start, loop.end, rest) == (30, 32, 98, 102, [])
    assert find_loops(returns(1)) == ([], returns(1))


def test_the_length_lies_between_what_was_told_and_what_it_took() -> None:
    (loop,), _ = find_loops(returns(4, late=0.2))
    assert loop.length_s == pytest.approx(2.1)
    assert loop.error_s == pytest.approx(0.1)


@pytest.mark.parametrize(
    "others",
    [
        [Jump(102, 32, 40, 102)],
        [Jump(102, 33, 30, 102)],
        [Jump(103, 32, 30, 103)],
        [Jump(102, None, 30, 102)],
    ],
    ids=["goes elsewhere", "comes from elsewhere", "rests", "nobody knows from where"],
)
def test_what_is_no_round(others: list[Jump]) -> None:
    assert find_loops(returns(1) + others)[0] == []


def test_jumps_forward_are_no_loop() -> None:
    ahead = [Jump(time, 30, 32, time) for time in (0, 2, 4)]
    assert find_loops(ahead) == ([], ahead)


def test_a_loop_played_faster() -> None:
    rounds = returns(3, length=4.0)
    quick = [Jump(100 + n * 4 / 1.5, 34, 30, 0) for n in range(3)]
    assert len(find_loops(rounds)[0]) == 1
    assert find_loops(quick)[0] == []
    (loop,), _ = find_loops(quick, rate=1.5)
    assert loop.start == pytest.approx(100 - 4 / 1.5)


def test_two_loops_and_a_jump_between_them() -> None:
    jumps = [*returns(3), Jump(110, 40, 90, 110), *returns(2, into=95, start=120)]
    loops, rest = find_loops(jumps)
    assert [loop.in_s for loop in loops] == [30, 95]
    assert [jump.to_s for jump in rest] == [90]


def test_places_that_are_visited_again() -> None:
    once, again, start = Jump(0, 9, 50.0, 0), Jump(9, 70, 20.0, 9), Jump(5, 60, 8.0, 5)
    counted = count_visits([[once, again, start], [Jump(30, 9, 20.04, 30)]], [8.0])
    assert [[(one.visits, one.cue) for one in play] for play in counted] == [
        [(1, False), (2, True), (2, True)],
        [(2, True)],
    ]
    assert count_visits([[Jump(0, 9, 5.0, 0, heard=True)]], [])[0][0].cue
