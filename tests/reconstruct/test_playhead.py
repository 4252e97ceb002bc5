"""Stretches, jumps and pauses of one playhead."""

import pytest

from auditor.reconstruct.playhead import moves, sessions, stretches
from auditor.reconstruct.records import Kind, Report


def report(
    time: float, kind: Kind, place: float | None = None, to: float | None = None, track: str = "t"
) -> Report:
    return Report(time, time, "s", kind, track, place, to)


def told(*reports: Report) -> tuple[list[tuple[float, float | None, float | None]], list[float]]:
    """Return jumps as (time, from, to) and the lengths of pauses."""
    jumps, pauses = moves(stretches(reports))
    return (
        [(one.time, one.from_s, one.to_s) for one in jumps],
        [one.end - one.start for one in pauses],
    )


def test_a_start_elsewhere_is_a_jump() -> None:
    found = told(
        report(0, "start", 8), report(5, "stop", 13), report(5, "start", 60), report(9, "stop", 64)
    )
    assert found == ([(5, 13, 60)], [])


def test_a_start_at_the_same_place_is_a_pause() -> None:
    found = told(report(0, "start", 8), report(5, "stop", 13), report(7, "start", 13))
    assert found == ([], [2])


def test_a_jump_while_it_rests_is_both() -> None:
    found = told(report(0, "start", 8), report(5, "stop", 13), report(7, "start", 40))
    assert found == ([(7, 13, 40)], [2])


@pytest.mark.parametrize(("place", "jumps"), [(18.35, 0), (19.65, 0), (18.33, 1), (19.67, 1)])
def test_what_a_pitch_fader_explains_is_no_jump(place: float, jumps: int) -> None:
    found, _ = told(
        report(0, "start", 8), report(10, "position", 18), report(11, "position", place)
    )
    assert found == [(11, 19, place)] * jumps


def test_a_jump_that_only_a_checkpoint_shows_lies_between_reports() -> None:
    jumps, _ = moves(stretches([report(0, "start", 0), report(30, "position", 90)]))
    assert (jumps[0].since, jumps[0].time, jumps[0].from_s) == (0, 30, 30)


def test_told_jumps() -> None:
    assert told(report(0, "start", 0), report(4, "jump", 4, 50), report(6, "stop", 52)) == (
        [(4, 4, 50)],
        [],
    )
    assert told(report(0, "start", 0), report(4, "jump", None, 50))[0] == [(4, 4, 50)]
    resting = [report(0, "start", 0), report(4, "stop", 4), report(5, "jump", 4, 50)]
    assert told(*resting, report(6, "start", 50)) == ([(6, 4, 50)], [2])


def test_without_places_there_are_pauses_but_no_jumps() -> None:
    assert told(report(0, "start"), report(5, "stop"), report(8, "start")) == ([], [3])


def test_a_place_that_was_heard() -> None:
    jumps, _ = moves(
        stretches(
            [
                report(0, "start", 10),
                report(5, "stop", 15),
                report(5, "start", 60),
                report(8, "stop", 63),
                report(8, "start", 12),
                report(9, "stop", 13),
                report(9, "start", 40),
            ]
        )
    )
    assert [one.heard for one in jumps] == [False, True, False]


def test_one_player_that_changes_its_track_is_two_plays() -> None:
    found = list(
        sessions(
            [
                report(9, "start", 0, track="b"),
                report(0, "start", 0),
                report(8, "stop", 8, track=""),
            ]
        )
    )
    assert [(track, len(mine)) for _, track, mine in found] == [("t", 2), ("b", 1)]


def test_a_stop_comes_before_a_start_of_the_same_moment() -> None:
    ((_, _, mine),) = sessions(
        [report(5, "start", 60), report(5, "stop", 13), report(0, "start", 8)]
    )
    assert [one.kind for one in mine] == ["start", "stop", "start"]
