"""Compare a rebuilt set with the real one: what was found, what was made up, how far off in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from auditor.reconstruct.columns import Floats, Rows
from auditor.reconstruct.records import SAME_S, DjSet
from auditor.reconstruct.tempo import LEAST_S, Told

NEAR_S = 2.0
"""A thing is found when the rebuilt one is this close in time; a DJ set is told in beats of half a
second, so more would be no find."""

MOST_NEAR = 100
"""So many things of a kind may be that close to another: two hands press some twenty buttons a second
at most. Among more, which one was meant cannot be told, and only the middle ones are compared."""

KINDS = ("track", "pause", "jump", "cue", "loop", "transition")
"""`jump`: every jump outside of loops, also those to cue points. `cue`: those that are called so."""

NEAR_RATE = 0.01
"""A tempo is found when it is this close: one percent is what a pitch fader is set by."""


Key: TypeAlias = tuple[str, tuple[float, ...]]
"""Kind and moments of an event."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing of a set, flat: moments to compare, and places where they are known."""

    times: tuple[float, ...]
    """One moment, or start and end."""
    places: tuple[float | None, ...] = ()
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Events:
    """All things of one kind in a set, in order of time."""

    events: Sequence[Event]
    times: Floats
    """The first moment of each."""

    @classmethod
    def of(cls, one: DjSet, kind: str) -> Events:
        """Return the things of a kind."""
        found = events(one, kind)
        return cls(found, np.array([event.times[0] for event in found], dtype=np.float64))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.events)


Things: TypeAlias = Mapping[str, Events]
"""What is in a set, by kind."""


def things(one: DjSet) -> Things:
    """Return what is in a set: worked out once, however many sets it is compared with."""
    return {kind: Events.of(one, kind) for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Score:
    """How well one kind of thing was rebuilt; shares are None where nothing can be divided by."""

    kind: str
    real: int
    rebuilt: int
    matched: int
    errors_s: tuple[float, ...]
    """Distance in time of every moment of every match, sorted."""
    places_s: tuple[float, ...] = ()
    """Distance of every place that both sides know, sorted."""
    left_out: int = 0
    """Pairs that were close enough in time and not compared, because there were too many."""

    @property
    def precision(self) -> float | None:
        """Share of the rebuilt that is real."""
        return self.matched / self.rebuilt if self.rebuilt else None

    @property
    def recall(self) -> float | None:
        """Share of the real that was rebuilt."""
        return self.matched / self.real if self.real else None

    def quantile(self, share: float) -> float | None:
        """Return an error in time that this share of the errors does not exceed."""
        return float(np.quantile(self.errors_s, share)) if self.errors_s else None


def events(one: DjSet, kind: str) -> list[Event]:
    """Return all things of a kind, in order of time."""
    found = []
    for play in one.plays:
        match kind:
            case "track" if play.begun:
                found.append(Event((play.start,), (play.stretches[0].start_s,), (play.track,)))
            case "pause":
                found += [Event((rest.start, rest.end), (rest.position_s,)) for rest in play.pauses]
            case "jump":
                found += [Event((jump.time,), (jump.to_s,)) for jump in play.jumps]
            case "cue":
                found += [Event((jump.time,), (jump.to_s,)) for jump in play.jumps if jump.cue]
            case "loop":
                found += [
                    Event((loop.start, loop.end), (loop.in_s, loop.out_s) if loop.out_s else ())
                    for loop in play.loops
                ]
    if kind == "transition":
        found += [
            Event((fade.start, fade.end), (), (fade.from_track, fade.to_track))
            for fade in one.transitions
        ]
    return sorted(found, key=lambda event: event.times)


def score(real: Things, rebuilt: Things, kind: str) -> Score:
    """Match both sides one to one, the nearest pairs first."""
    wanted, got = real[kind], rebuilt[kind]
    pairs, left_out = match(wanted, got)
    errors = [
        abs(one - other)
        for left, right in pairs
        for one, other in zip(wanted.events[left].times, got.events[right].times, strict=True)
    ]
    places = [
        abs(one - other)
        for left, right in pairs
        for one, other in zip(wanted.events[left].places, got.events[right].places, strict=False)
        if one is not None and other is not None
    ]
    return Score(
        kind,
        len(wanted),
        len(got),
        len(pairs),
        tuple(sorted(errors)),
        tuple(sorted(places)),
        left_out,
    )


def matched(real: Things, rebuilt: Things) -> tuple[frozenset[Key], frozenset[Key]]:
    """Return what of the real set was found, and what of the rebuilt one is real."""
    found: set[Key] = set()
    right: set[Key] = set()
    for kind in KINDS:
        wanted, got = real[kind], rebuilt[kind]
        pairs, _ = match(wanted, got)
        found |= {(kind, wanted.events[left].times) for left, _ in pairs}
        right |= {(kind, got.events[other].times) for _, other in pairs}
    return frozenset(found), frozenset(right)


def match(wanted: Events, got: Events) -> tuple[list[tuple[int, int]], int]:
    """Return pairs of indices: each side at most once, the nearest in time first.

    Each thing of the smaller side is compared with `MOST_NEAR` of the other side at most. The second
    value counts the pairs that were close enough in time, and left out.
    """
    if len(got) < len(wanted):
        firsts, lasts, left_out = _windows(got.times, wanted.times)
        close = [(left, right) for right, left in _pairs(firsts, lasts)]
    else:
        firsts, lasts, left_out = _windows(wanted.times, got.times)
        close = list(_pairs(firsts, lasts))
    near = [
        (distance, left, right)
        for left, right in close
        if (distance := _distance(wanted.events[left], got.events[right])) is not None
    ]
    pairs: list[tuple[int, int]] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for _, left, right in sorted(near):
        if left not in used[0] and right not in used[1]:
            pairs.append((left, right))
            used[0].add(left)
            used[1].add(right)
    return sorted(pairs), left_out


def score_tempo(real: Floats, rebuilt: DjSet) -> Score:
    """Compare tempos that were set with those of what was heard then.

    `real` has a row each: from, until, and track seconds per second. Marks need not name the deck's
    track, so the play that fits best stands for it. Only what was told in those spans is looked at.
    """
    told = Told.of(rebuilt.plays)
    starts, ends = real[:, 0], real[:, 1]
    points = np.searchsorted(told.times, ends, "right") - np.searchsorted(told.times, starts)
    errors = []
    for start, end, rate in real[(points > 1) & (ends - starts >= LEAST_S)].tolist():
        rates = [abs(found.rate - rate) for found in told.between(start, end)]
        errors += [min(rates)] if rates and min(rates) <= NEAR_RATE else []
    return Score("tempo", len(real), len(real), len(errors), (), tuple(sorted(errors)))


def _windows(times: Floats, moments: Floats) -> tuple[Rows, Rows, int]:
    """Return the first and behind the last of `moments` near each of `times`, and count the left out.

    Of too many those around the same time are taken; of too many at one time, those around the same
    place in the row, so that equal rows find each other.
    """
    low = np.searchsorted(moments, times - NEAR_S, side="left")
    high = np.searchsorted(moments, times + NEAR_S, side="right")
    in_row = np.arange(len(times)) - np.searchsorted(times, times)
    middle = np.searchsorted(moments, times) + in_row
    first = np.clip(middle - MOST_NEAR // 2, low, np.maximum(low, high - MOST_NEAR))
    last = np.minimum(first + MOST_NEAR, high)
    return first, last, int((high - low - (last - first)).sum())


def _pairs(firsts: Rows, lasts: Rows) -> Iterator[tuple[int, int]]:
    for number, window in enumerate(zip(firsts.tolist(), lasts.tolist(), strict=True)):
        for other in range(*window):
            yield number, other


def _distance(one: Event, other: Event) -> float | None:
    far = max(abs(left - right) for left, right in zip(one.times, other.times, strict=True))
    if far > NEAR_S:
        return None
    for left, right in zip(one.places, other.places, strict=False):
        if left is not None and right is not None and abs(left - right) > SAME_S:
            return None
    if one.tracks and other.tracks and _differ(one.tracks, other.tracks):
        return None
    return far


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Say whether two sides name different tracks; a name that only one side tells is no difference."""
    return any(left and right and left != right for left, right in zip(one, other, strict=True))
