"""Tell loops and cue points among jumps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from auditor.reconstruct.records import SAME_S, Jump, Loop

LEAST_RETURNS = 2
"""One return looks like a jump to a cue point; two from one place to one place are a loop."""

SLACK_S, SLACK = 0.35, 0.1
"""A round may take this much, plus this share of it, longer or shorter than its length."""

CUE_S = 0.05
"""Jumps that go to one cue point end this close to each other: the player is told the place."""


def find_loops(jumps: Sequence[Jump], rate: float = 1.0) -> tuple[list[Loop], list[Jump]]:
    """Return the loops and the jumps that belong to none; the jumps are of one play, in order.

    A loop is a run of jumps back, each from the same `out` to the same `in`, with a round between
    them that takes as long as the piece is. The first time through ends with the first return, so
    the loop began one round before it. `rate` is the tempo of the play.
    """
    loops: list[Loop] = []
    rest: list[Jump] = []
    place = 0
    while place < len(jumps):
        size = _run(jumps, place, rate)
        if size >= LEAST_RETURNS:
            loops.append(_loop(jumps[place : place + size], rate))
        else:
            size = 1
            rest.append(jumps[place])
        place += size
    return loops, rest


def count_visits(plays: Sequence[Sequence[Jump]], starts: Sequence[float]) -> list[list[Jump]]:
    """Fill in how often each place was jumped to, over all plays of one track.

    `starts` are the places where plays of it began: also those are a cue point. A place that is
    visited twice, or that had been heard, is called a cue point: a DJ who jumps there knew it. A
    jump to a new place is called a jump, though it may have been the first use of a cue point.
    """
    targets = sorted(
        [one.to_s for jumps in plays for one in jumps if one.to_s is not None] + [*starts]
    )
    return [[_counted(one, targets) for one in jumps] for jumps in plays]


def _counted(jump: Jump, targets: Sequence[float]) -> Jump:
    if jump.to_s is None:
        return jump
    first, last = jump.to_s - CUE_S, jump.to_s + CUE_S
    visits = bisect_right(targets, last) - bisect_left(targets, first)
    cue = visits > 1 or jump.heard
    return Jump(jump.time, jump.from_s, jump.to_s, jump.since, visits, jump.heard, cue)


def _run(jumps: Sequence[Jump], place: int, rate: float) -> int:
    """Return how many jumps from a place on are rounds of one loop."""
    first = jumps[place]
    if first.to_s is None or first.from_s is None or first.from_s - first.to_s < SAME_S:
        return 1
    length = first.from_s - first.to_s
    size = 1
    for number in range(place + 1, len(jumps)):
        before, one = jumps[number - 1], jumps[number]
        if one.to_s is None or one.from_s is None:
            break
        away = max(abs(one.to_s - first.to_s), abs(one.from_s - first.from_s))
        late = abs((one.time - before.time) * rate - length)
        if away > SAME_S or late > SLACK_S + SLACK * length:
            break
        size += 1
    return size


def _loop(rounds: Sequence[Jump], rate: float) -> Loop:
    """Return the loop of some rounds.

    A player that needs a moment to start again tells a shorter piece than was heard, and takes
    longer for a round. The length lies between the two, and half their distance is its error.
    """
    into = median(one.to_s for one in rounds if one.to_s is not None)
    told = median(one.from_s for one in rounds if one.from_s is not None) - into
    times = tuple(one.time for one in rounds)
    heard = rate * median(after - before for before, after in pairwise(times))
    length, error = (told + heard) / 2, abs(told - heard) / 2
    return Loop(times[0] - length / rate, times[-1], into, into + length, times, error)
