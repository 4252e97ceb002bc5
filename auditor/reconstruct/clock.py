"""Compare the player's clock with that of the recording, from the traffic alone.

A player tells when it began a playback, much later and by its own clock; but the request for the
same playback left at once. The distance is how far its clock is behind, and whoever receives both
can work it out just as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

import numpy as np
import pandas as pd

from auditor.reconstruct.columns import Columns
from auditor.reconstruct.records import Clock, Report

STEADY_S = 0.75
"""Sessions whose distance is farther from the median say something else: a track that was loaded
long before it was played, for example."""

LEAST = 2
"""Sessions that must agree."""


def distances(labels: Iterable[str], columns: Columns) -> dict[str, float]:
    """Return for each label of a session how much later its request left than its first report tells.

    One that was not requested, or of which no report says when, is left out.
    """
    wanted = sorted(set(labels) - {""})
    rows = np.flatnonzero(columns.table["value"].isin(wanted))
    when, told = columns.moments("time", rows), columns.moments("event_time", rows)
    silent = np.isnan(told)
    values = pd.Series(columns.values(rows))
    asked = pd.Series(when[silent]).groupby(values[silent].to_numpy()).min()
    first = pd.Series(told[~silent]).groupby(values[~silent].to_numpy()).min()
    apart = (asked - first).dropna()
    return dict(zip(apart.index.tolist(), apart.tolist(), strict=True))


def set_right(
    reports: Sequence[Report], apart: Mapping[str, float]
) -> tuple[tuple[Report, ...], Clock]:
    """Move reports to the clock of the recording, each session by its own distance.

    Without enough sessions that agree nothing is moved. No report is moved past its own sending.
    """
    middle = median(apart.values()) if apart else 0.0
    steady = {one: value for one, value in apart.items() if abs(value - middle) <= STEADY_S}
    if len(steady) < LEAST:
        return tuple(reports), Clock(0.0, 0.0, 0)
    values = list(steady.values())
    spread = (max(values) - min(values)) / 2
    moved = []
    for one in reports:
        latest = max(one.time, one.sent)
        moved.append(replace(one, time=min(one.time + steady.get(one.session, middle), latest)))
    return tuple(moved), Clock(median(values), spread, len(values))
