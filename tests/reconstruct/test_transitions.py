"""Two tracks at the same time."""

from auditor.reconstruct.records import Play, Stretch
from auditor.reconstruct.transitions import find_transitions


def play(name: str, *spans: tuple[float, float], session: str = "") -> Play:
    pieces = tuple(Stretch(((start, 0.0), (end, end - start))) for start, end in spans)
    return Play(name, session or name, pieces)


def found(*plays: Play) -> list[tuple[str, str, float, float]]:
    return [
        (one.from_track, one.to_track, one.start, one.length_s) for one in find_transitions(plays)
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
