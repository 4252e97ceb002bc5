"""Find where two tracks were heard at the same time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from auditor.reconstruct.records import Play, Transition

LEAST_S = 0.5
"""A shorter overlap is a player that starts the next track before the last one has died away."""

APART_S = 5.0
"""Overlaps of the same two tracks that are closer belong to one transition: somebody cut in it."""


def find_transitions(plays: Sequence[Play]) -> tuple[Transition, ...]:
    """Return the overlaps of each two plays, in order of time; pauses do not count as heard."""
    found = []
    ordered = sorted(plays, key=lambda play: play.start)
    starts = [play.start for play in ordered]
    for number, one in enumerate(ordered, 1):
        for other in ordered[number : bisect_left(starts, one.end)]:
            if one.session != other.session:
                found += _pair(one, other)
    return tuple(sorted(found, key=lambda transition: (transition.start, transition.end)))


def _pair(first: Play, second: Play) -> list[Transition]:
    spans: list[list[float]] = []
    for start, end in _common(_heard(first), _heard(second)):
        if spans and start - spans[-1][1] <= APART_S:
            spans[-1][1] = end
        else:
            spans.append([start, end])
    return [
        Transition(start, end, first.track, second.track)
        for start, end in spans
        if end - start >= LEAST_S
    ]


def _heard(play: Play) -> list[tuple[float, float]]:
    return [(one.start, one.end) for one in play.stretches if one.end > one.start]


def _common(
    one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return what two sorted lists of spans have in common."""
    found, left, right = [], 0, 0
    while left < len(one) and right < len(other):
        start, end = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        if start < end:
            found.append((start, end))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return found
