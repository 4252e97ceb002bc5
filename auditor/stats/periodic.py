"""Find traffic with a rhythm of its own: heartbeats, polls, batches sent by the clock.

It follows no action, so attribution leaves it out. It is a finding by itself: a heartbeat tells
how long somebody listens. A period is a candidate when its power in the spectrum exceeds that of
as many messages at random times, and counts when the autocorrelation confirms it: most messages are followed
by another one after one period, more than accident would do (after BehavIoT, IMC 2023).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats.clock import seconds
from auditor.stats.thresholds import BEAT_SHARE, MIN_BEATS

Times = npt.NDArray[np.floating[Any]]

_BINS = 1 << 14
"""Most bins of a spectrum; longer sessions get wider ones."""

_COPIES = 60
"""Random copies whose strongest power a period must exceed: about p < 0.02."""

_CANDIDATES = 5
"""Strongest periods that are held against the autocorrelation."""

_TOLERANCE = 0.05
"""Timers are late by a little: a twentieth of the period, at least half a second. A tenth would
take a tester who keeps to his schedule for a timer."""

_SHORTEST_S = 2.0
"""Below this a rhythm is one upload in pieces."""

_ONE_BURST_S = 0.5
"""Messages closer than this are one beat."""


def periodic(exchanges: pd.DataFrame, seed: int = 0) -> list[dict[str, Any]]:
    """Return the endpoints with a rhythm, as plain data, the most messages first.

    `period_s` is the median gap of the beats, `share` how many of them keep to it, `covers_s`
    the time between the first and the last.
    """
    found = []
    left = exchanges[exchanges["messages_out"] > 0]
    times = seconds(left["time"])
    for (receiver, endpoint), mine in times.groupby(
        [left["receiver"].astype(object), left["endpoint"].astype(object)], sort=True
    ):
        beats = _beats(np.sort(mine.dropna().to_numpy(dtype=float)))
        rhythm = period(beats, np.random.default_rng([seed, len(beats)]))
        if rhythm:
            found.append(
                {
                    "receiver": str(receiver),
                    "endpoint": str(endpoint),
                    "period_s": round(rhythm[0], 2),
                    "share": round(rhythm[1], 3),
                    "messages": len(mine),
                    "beats": len(beats),
                    "first": round(float(beats[0]), 3),
                    "last": round(float(beats[-1]), 3),
                    "covers_s": round(float(beats[-1] - beats[0]), 1),
                }
            )
    return sorted(found, key=lambda one: (-one["messages"], one["receiver"], one["endpoint"]))


def period(beats: Times, chance: np.random.Generator) -> tuple[float, float] | None:
    """Return the period in seconds and the share of beats that keep to it; None without one.

    `beats` are sorted times in seconds.
    """
    if len(beats) < MIN_BEATS:
        return None
    span = float(beats[-1] - beats[0])
    width = max(0.5, span / _BINS)
    power = _power(beats, width)
    ranked = np.argsort(power)[::-1][:_CANDIDATES]
    bins = 2 * (len(power) - 1)
    lengths = {bins * width / place for place in ranked.tolist() if place}
    lengths.add(float(np.median(np.diff(beats))))
    best = max((_kept(beats, length) for length in sorted(lengths)), key=lambda one: one[1])
    if best[1] < BEAT_SHARE:
        return None
    gap = span / (len(beats) - 1)
    noise = (
        _power(np.cumsum(chance.exponential(gap, len(beats))), width).max() for _ in range(_COPIES)
    )
    return best if power.max() > max(noise) else None


def _beats(times: Times) -> Times:
    """Return the first time of every burst."""
    if not len(times):
        return times
    return np.asarray(times[np.concatenate([[True], np.diff(times) > _ONE_BURST_S])])


def _power(times: Times, width: float) -> Times:
    """Return the power spectrum of counts per bin; the constant part is 0."""
    place = ((times - times[0]) / width).astype(np.int64)
    count = int(place[-1]) + 1
    size = 1 << max(3, (count - 1).bit_length())
    counts = np.bincount(place, minlength=count).astype(float)
    spectrum = np.abs(np.fft.rfft(counts - counts.mean(), size)) ** 2 / len(times)
    spectrum[0] = 0.0
    return np.asarray(spectrum)


def _kept(beats: Times, length: float) -> tuple[float, float]:
    """Return the refined period, and the share of beats with another one after it.

    A share that accident explains is 0: beats as dense as these would meet half of it.
    """
    room = max(_ONE_BURST_S, _TOLERANCE * length)
    if length < _SHORTEST_S:
        return length, 0.0
    due = beats[:-1] + length
    due = due[due <= beats[-1] + room]
    near = np.searchsorted(beats, due + room, "right") - np.searchsorted(beats, due - room, "left")
    share = float((near > 0).mean()) if len(due) >= MIN_BEATS // 2 else 0.0
    span = float(beats[-1] - beats[0])
    accident = 1 - float(np.exp(-len(beats) / span * 2 * room))
    gaps = np.diff(beats)
    fitting = gaps[np.abs(gaps - length) <= room]
    refined = float(np.median(fitting)) if len(fitting) else length
    return refined, share if share >= 2 * accident else 0.0
