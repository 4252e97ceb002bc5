"""Find where two tracks were heard at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeAlias

import numpy as np

from auditor.reconstruct.records import Play, Transition

LEAST_S = 0.5
"""A shorter overlap is a player that starts the next track before the last one has died away."""

APART_S = 5.0
"""Overlaps of the same two tracks that are closer belong to one transition: somebody cut in it."""

MOST_AT_ONCE = 16
"""A transition leads from a track to one of the next. Four decks, with each of the four stems of a
track played by itself, are sixteen playheads; a loop or a jump takes no playhead more, and shots of a
sampler come and go. Where more are heard, nobody leads from each to each."""


class _Heard(NamedTuple):
    """A stretch with the number of its play, in the order they began."""

    start: float
    end: float
    play: int


_Spans: TypeAlias = list[list[float]]


def find_transitions(plays: Sequence[Play]) -> tuple[tuple[Transition, ...], int]:
    """Return the overlaps of each two plays, in order of time; pauses do not count as heard.

    What begins is held against the `MOST_AT_ONCE` stretches that began last and are still heard, so
    there are at most so many overlaps per stretch. The second value counts those left out.
    """
    ordered = sorted(plays, key=lambda play: play.start)
    heard = sorted(
        (
            _Heard(one.start, one.end, number)
            for number, play in enumerate(ordered)
            for one in play.stretches
            if one.end > one.start
        ),
        key=itemgetter(0),
    )
    spans: dict[tuple[int, int], _Spans] = {}
    for before, after in _together(heard):
        first, second = sorted((before.play, after.play))
        if ordered[first].session != ordered[second].session:
            end = min(before.end, after.end)
            _add(spans.setdefault((first, second), []), after.start, end)
    found = sorted(
        (start, end, first, second)
        for (first, second), mine in spans.items()
        for start, end in mine
        if end - start >= LEAST_S
    )
    transitions = (
        Transition(start, end, ordered[first].track, ordered[second].track)
        for start, end, first, second in found
    )
    return tuple(transitions), _left_out(heard)


def _together(heard: Sequence[_Heard]) -> Iterator[tuple[_Heard, _Heard]]:
    """Yield each stretch with those that are heard when it begins, at most `MOST_AT_ONCE`."""
    begun: list[_Heard] = []
    for one in heard:
        going: list[_Heard] = []
        while begun and len(going) < MOST_AT_ONCE:
            last = begun.pop()  # what has ended is never looked at again
            if last.end > one.start:
                going.append(last)
        going.reverse()
        for other in going:
            yield other, one
        begun += (*going, one)


def _left_out(heard: Sequence[_Heard]) -> int:
    """Count the overlaps that are more than `MOST_AT_ONCE` where a stretch begins."""
    starts, ends = (np.array([one[side] for one in heard], dtype=np.float64) for side in (0, 1))
    going = np.arange(len(heard)) - np.searchsorted(np.sort(ends), starts, side="right")
    return int(np.maximum(going - MOST_AT_ONCE, 0).sum())


def _add(spans: _Spans, start: float, end: float) -> None:
    """Add an overlap of two plays, which begins no earlier than those before it."""
    if spans and start - spans[-1][1] <= APART_S:
        spans[-1][1] = end
    else:
        spans.append([start, end])
