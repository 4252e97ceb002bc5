"""Work out the tempo: seconds of track per second of wall time, with an interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np

from auditor.reconstruct.columns import Floats, Rows
from auditor.reconstruct.records import SAME_S, Play, Stretch, Tempo

LEAST_S = 2.0
"""Shorter stretches say little about tempo."""

NORMAL = 1.96
"""Half width of a 95 % interval in standard errors."""


def tempo(pieces: Sequence[Stretch]) -> Tempo | None:
    """Return the tempo of one play; None when no stretch is long enough.

    Least squares over all stretches at once: position = place of the stretch + rate × time. A
    stretch with only its two ends also tells how late the player starts, so with three or more of
    them the length heard is fitted as rate × length − delay. With fewer, a line through the ends,
    and the error of two positions that are known to `SAME_S`.
    """
    usable = [one for one in (_points(piece) for piece in pieces) if one is not None]
    if not usable:
        return None
    many = [points for points in usable if len(points) > 2]  # noqa: PLR2004 - more than its ends
    if many:
        return _slope(many)
    times = np.array([points[-1, 0] - points[0, 0] for points in usable])
    heard = np.array([points[-1, 1] - points[0, 1] for points in usable])
    if len(usable) > 2 and np.ptp(times) >= LEAST_S:  # noqa: PLR2004 - a line with a constant
        return _fit(times, heard)
    floor = SAME_S * np.sqrt(2 * len(usable)) / times.sum()
    return Tempo(float(heard.sum() / times.sum()), float(floor), len(usable))


def _points(stretch: Stretch) -> np.ndarray[tuple[int, int], np.dtype[np.float64]] | None:
    known = np.array([one for one in stretch.points if one[1] is not None], dtype=np.float64)
    if len(known) < 2 or known[-1, 0] - known[0, 0] < LEAST_S:  # noqa: PLR2004 - two ends
        return None
    return known


def _slope(groups: Sequence[np.ndarray[tuple[int, int], np.dtype[np.float64]]]) -> Tempo:
    """Fit one rate and one place per stretch."""
    times = np.concatenate([one[:, 0] - one[:, 0].mean() for one in groups])
    places = np.concatenate([one[:, 1] - one[:, 1].mean() for one in groups])
    rate = float(times @ places / (times @ times))
    free = max(1, len(times) - len(groups) - 1)
    off = float(((places - rate * times) ** 2).sum() / free)
    return Tempo(rate, _error(off, float(times @ times)), len(times))


def _fit(
    times: np.ndarray[tuple[int], np.dtype[np.float64]],
    heard: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Tempo:
    """Fit heard = rate × time − delay."""
    middle = times - times.mean()
    rate = float(middle @ heard / (middle @ middle))
    off = heard - heard.mean() - rate * middle
    variance = float((off**2).sum() / max(1, len(times) - 2))
    return Tempo(rate, _error(variance, float(middle @ middle)), len(times))


def _error(variance: float, spread: float) -> float:
    return NORMAL * float(np.sqrt(variance / spread))


@dataclass(frozen=True, slots=True)
class Told:
    """All points of some plays in order of time: a span of time is looked up, not searched for."""

    times: Floats
    order: Rows
    """Which of `points` each is."""
    points: Sequence[tuple[int, int, tuple[float, float | None]]]
    """Number of the play, of its stretch, and the point; play by play, stretch by stretch."""

    @classmethod
    def of(cls, plays: Sequence[Play]) -> Told:
        """Return the points of plays."""
        points = [
            (number, place, point)
            for number, play in enumerate(plays)
            for place, piece in enumerate(play.stretches)
            for point in piece.points
        ]
        times = np.array([time for _, _, (time, _) in points], dtype=np.float64)
        order = np.argsort(times, kind="stable")
        return cls(times[order], order, points)

    def between(self, start: float, end: float) -> Iterator[Tempo]:
        """Yield the tempo of each play of which enough was heard in a span of time."""
        if end - start < LEAST_S:
            return
        first = np.searchsorted(self.times, start, side="left")
        last = np.searchsorted(self.times, end, side="right")
        inside = [self.points[number] for number in np.sort(self.order[first:last]).tolist()]
        for _, play in groupby(inside, key=itemgetter(0)):
            pieces = [
                Stretch(tuple(point for _, _, point in piece))
                for _, piece in groupby(play, key=itemgetter(1))
            ]
            found = tempo(pieces)
            if found is not None:
                yield found
