"""Compare the player's clock with that of the recording, from the traffic alone.

A player tells when it began a playback, much later and by its own clock; but the request for the
same playback left at once. The distance is how far its clock is behind, and whoever receives both
can work it out just as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from auditor.reconstruct.records import Clock, Report
from auditor.reconstruct.rows import Row

STEADY_S = 0.75
"""Sessions whose distance is farther from the median say something else: a track that was loaded
long before it was played, for example."""

LEAST = 2
"""Sessions that must agree."""


def distances(sessions: Iterable[str], rows: Sequence[Row]) -> dict[str, float]:
    """Return for each session how much later its request left than its first report tells."""
    wanted = set(sessions) - {""}
    told: dict[str, float] = {}
    asked: dict[str, float] = {}
    for row in rows:
        if row.value in wanted:
            mine, when = (asked, row.sent) if row.time is None else (told, row.time)
            mine[row.value] = min(when, mine.get(row.value, when))
    return {one: asked[one] - told[one] for one in wanted if one in asked and one in told}


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
