"""Find how far a program's clock stands from the tester's."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from auditor.stats.thresholds import LAG_S

Times = npt.NDArray[np.floating[Any]]

REACH_S = 120.0
"""Clocks further apart than this are not set right: windows by event time then find nothing."""

_BIN_S = 0.25
_SPREAD = 3
"""Bins that are taken together: programs answer within some tenths of a second."""
_CLEAR = 6.0
"""Standard deviations that a peak must stand above what accident gives at its place."""
_LEAST = 5
_ALIKE = 0.8
"""Of peaks that reach this share of the highest the nearest counts: regular marks make many."""
_NONE = -0.5
"""A clock behind by less than this needs no correction."""
_EVENTS = 20_000


def offset(told: Times, starts: Times, ends: Times) -> float:
    """Return the seconds to take from times that a program tells, to get the tester's time.

    The place of the clear peak in the distances of events to all marks, idle ones too: no label is
    looked at, so no test is favoured. 0 where there is none, or where events lie soon after the
    marks as they are. Distances up to `REACH_S` are looked at. A delay that is always the same and
    longer than `LAG_S` looks like a clock that is ahead.
    """
    events = np.unique(np.round(told[np.isfinite(told)], 2))
    if len(events) > _EVENTS:
        events = events[:: len(events) // _EVENTS + 1]
    if len(events) < _LEAST or len(starts) < _LEAST:
        return 0.0
    peaks = [peak for marks in (starts, ends) if (peak := _peak(_distances(events, marks)))]
    if not peaks or any(_NONE <= place <= LAG_S for _, place in peaks):
        return 0.0
    return max(peaks, key=lambda one: (one[0], -abs(one[1])))[1]


def _distances(events: Times, marks: Times) -> Times:
    """Return event minus mark of all pairs within `REACH_S`."""
    around = np.sort(marks)
    first = np.searchsorted(around, events - REACH_S, "left")
    counts = np.searchsorted(around, events + REACH_S, "right") - first
    steps = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(np.repeat(events, counts) - around[np.repeat(first, counts) + steps])


def _peak(distances: Times) -> tuple[float, float] | None:
    """Return height and place of the peak, the nearest of those alike; None when none is clear."""
    edges = np.arange(-REACH_S, REACH_S + _BIN_S, _BIN_S)
    heights = np.histogram(distances, edges)[0].astype(float)
    joined = np.convolve(heights, np.ones(_SPREAD), "same")
    usual, height = float(np.median(joined)), float(joined.max())
    middles = (edges[:-1] + edges[1:]) / 2
    if height < _LEAST or height <= usual + _CLEAR * np.sqrt(usual + 1):
        return None
    alike = middles[joined >= _ALIKE * height]
    middle = alike[np.abs(alike).argmin()]
    near = distances[np.abs(distances - middle) <= _BIN_S * _SPREAD / 2]
    return height, float(np.median(near))
