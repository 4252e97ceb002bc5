"""Work out the tempo: seconds of track per second of wall time, with an interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.reconstruct.records import SAME_S, Stretch, Tempo

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


def between(pieces: Sequence[Stretch], start: float, end: float) -> Tempo | None:
    """Return the tempo of what was heard in a span of time."""
    inside = []
    for piece in pieces:
        points = tuple(point for point in piece.points if start <= point[0] <= end)
        if len(points) > 1:
            inside.append(Stretch(points))
    return tempo(inside)
