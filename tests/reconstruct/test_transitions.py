"""Two tracks at the same time."""

from auditor.reconstruct.records import Play, Stretch
from auditor.reconstruct.transitions import MOST_AT_ONCE, find_transitions
from tests.reconstruct.counted import Counter


def play(name: str, *spans: tuple[float, float], session: str = "") -> Play:
    pieces = tuple(Stretch(((start, 0.0), (end, end - start))) for start, end in spans)
    return Play(name, session or name, pieces)


def found(*plays: Play) -> list[tuple[str, str, float, float]]:
    return [
        (one.from_track, one.to_track, one.start, one.length_s)
        for one in find_transitions(plays)[0]
    ]


def test_the_later_track_is_the_one_that_comes() -> None:
    assert found(play("b", (52, 90)), play("a", (0, 60))) == [("a", "b", 52, 8)]


def test_a_break_inside_is_one_transition_and_a_long_one_is_two() -> None:
    assert found(play("a", (0, 60)), play("b", (40, 50), (54, 80))) == [("a", "b", 40, 20)]
    assert len(found(play("a", (0, 60)), play("b", (20, 30), (50, 80)))) == 2


def test_pauses_do_not_count_as_heard() -> None:
    assert found(play("a", (0, 20), (70, 90)), play("b", (30, 60))) == []


def test_what_is_no_transition() -> None:
    assert found(play("a", (0, 60)), play("b", (59.6, 90))) == []
    assert found(play("a", (0, 60)), play("b", (60, 90))) == []
    assert found(play("a", (0, 60), session="s"), play("b", (50, 90), session="s")) == []


def test_three_at_once_are_three_pairs() -> None:
    assert len(found(play("a", (0, 60)), play("b", (30, 90)), play("c", (40, 100)))) == 3


def test_of_many_at_once_each_is_held_against_those_before_it() -> None:
    many, most = 5_000, MOST_AT_ONCE
    seen = Counter(2 * many)
    plays = [
        Play(str(n), str(n), seen.row(Stretch(((float(n), 0.0), (9_000.0, 9_000.0 - n)))))
        for n in range(many)
    ]
    transitions, left_out = find_transitions(plays)
    assert len(transitions) == most * many - most * (most + 1) // 2
    assert len(transitions) + left_out == many * (many - 1) // 2
    assert {int(one.to_track) - int(one.from_track) for one in transitions} == {*range(1, most + 1)}


def test_what_is_over_takes_no_place() -> None:
    """A track that rested for long is still found, however many came and went in between."""
    old = play("old", (0, 10), (900, 1000))
    short = [play(str(n), (20 + 30 * (n % 20), 49 + 30 * (n % 20))) for n in range(10 * 20)]
    assert find_transitions([old, *short])[1] == 0
    assert ("old", "new", 910, 90) in found(old, *short, play("new", (910, 1200)))


def test_nothing_is_left_out_of_a_mix() -> None:
    mix = [play(str(n), (n, 60)) for n in range(MOST_AT_ONCE + 1)]
    transitions, left_out = find_transitions(mix)
    assert (len(transitions), left_out) == (len(mix) * (len(mix) - 1) // 2, 0)
    assert find_transitions([*mix, play("one more", (40, 60))])[1] == 1
