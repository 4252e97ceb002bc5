"""Find how far a program's clock stands from the tester's."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.floating[Any]]

REACH_S = 120.0
"""Clocks further apart than this are not set right: windows by event time then find nothing."""

_BIN_S = 0.25
_SPREAD = 3
"""Bins that are taken together: programs answer within some tenths of a second."""
_CLEAR = 6.0
"""Standard deviations that a peak must stand above what accident gives at its place."""
_LEAST = 5
_EVENTS = 20_000


def offset(told: Times, marks: Times) -> float:
    """Return the seconds to take from times that a program tells, to get the tester's time.

    The place of the clear peak in the distances of events to all marks, idle ones too: no label is
    looked at, so no test is favoured. 0 where there is none, or where none is needed. Distances
    up to `REACH_S` are looked at. A delay that is always the same looks like a clock that is ahead.
    """
    events = np.unique(np.round(told[np.isfinite(told)], 2))
    if len(events) > _EVENTS:
        events = events[:: len(events) // _EVENTS + 1]
    if len(events) < _LEAST or len(marks) < _LEAST:
        return 0.0
    around = np.sort(marks)
    first = np.searchsorted(around, events - REACH_S, "left")
    last = np.searchsorted(around, events + REACH_S, "right")
    counts = last - first
    steps = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    distances = np.repeat(events, counts) - around[np.repeat(first, counts) + steps]
    return _peak(distances)


def _peak(distances: Times) -> float:
    edges = np.arange(-REACH_S, REACH_S + _BIN_S, _BIN_S)
    heights = np.histogram(distances, edges)[0].astype(float)
    joined = np.convolve(heights, np.ones(_SPREAD), "same")
    usual = float(np.median(joined))
    highest = int(np.argmax(joined))
    clear = joined[highest] > usual + _CLEAR * np.sqrt(usual + 1)
    if not clear or joined[highest] < _LEAST:
        return 0.0
    half = _BIN_S * _SPREAD / 2
    middle = (edges[highest] + edges[highest + 1]) / 2
    near = distances[np.abs(distances - middle) <= half]
    found = float(np.median(near))
    return 0.0 if abs(found) < 2 * _BIN_S else found
