"""Hold what the tester did against what left around that time."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats.clock import happened, seconds
from auditor.stats.summary import firm_observations, unopened
from auditor.stats.thresholds import (
    FLUSH_S,
    LAG_S,
    LEAD_S,
    NEAR_POSITION_S,
    NEAR_S,
)

POSITIONS = ("position_s", "in_s", "out_s")
"""Values of a mark that are positions inside a track, in seconds."""

_TO_SECONDS = {"s": 1.0, "ms": 0.001}

Times = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]


def annotate(
    marks: pd.DataFrame, observations: pd.DataFrame, moves: Collection[str]
) -> pd.DataFrame:
    """Fill in which marks were followed by their own kind of data, and whose positions left.

    `moves` names the actions that move the playhead; other positions are nothing to look for.
    """
    firm = firm_observations(observations)
    places = _positions(firm)
    done = marks.assign(followed=False)
    for category in marks["category"].unique().tolist():
        here = marks["category"] == category
        done.loc[here, "followed"] = followed(marks[here], firm[firm["category"] == category])
    errors = [
        _distance(json.loads(values), span, places) if action in moves else None
        for action, values, span in zip(
            marks["action"], marks["values"], _spans(marks), strict=True
        )
    ]
    done["error_s"] = pd.Series(errors, index=done.index, dtype="float64")
    done["matched"] = done["error_s"].notna()
    return done


def followed(marks: pd.DataFrame, observations: pd.DataFrame) -> Flags:
    """Say for each mark whether one of these observations happened with it or soon after."""
    if marks.empty:
        return np.zeros(0, dtype=bool)
    times = np.sort(happened(observations))
    spans = [(start - LEAD_S, end + LAG_S) for start, end in _spans(marks)]
    return _any_within(times, spans)


def disturbed(marks: pd.DataFrame, observations: pd.DataFrame) -> tuple[int, int]:
    """Count idle windows, and those in which one of these observations happened."""
    idle = marks[marks["action"] == "idle"] if len(marks) else marks
    if idle.empty:
        return 0, 0
    return len(idle), int(_any_within(np.sort(happened(observations)), _spans(idle)).sum())


def lanes(
    marks: pd.DataFrame, observations: pd.DataFrame, moves: Collection[str]
) -> dict[str, dict[str, int]]:
    """Count, per category: done, followed, observed, and disturbed idle windows.

    `moves` names the actions that move the playhead; `matched` counts those found again.
    """
    firm = firm_observations(observations)
    result = {}
    for name in dict.fromkeys([*marks["category"].tolist(), *firm["category"].tolist()]):
        mine, done = firm[firm["category"] == name], marks[marks["category"] == name]
        moved = done["action"].isin(list(moves))
        idle, hit = disturbed(marks, mine)
        result[str(name)] = {
            "did": len(done),
            "followed": int(done["followed"].sum()),
            "moved": int(moved.sum()),
            "matched": int(done["matched"].sum()),
            "observed": len(mine),
            "idle": idle,
            "idle_hit": hit,
        }
    result.pop("", None)
    return result


def readable(marks: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> float | None:
    """Return the share of bytes that could be read while these marks were made, and shortly after.

    None when nothing left in that time.
    """
    exchanges, closed = tables["exchanges"], unopened(tables["connections"])
    starts, ends = seconds(marks["start"]).to_numpy(), seconds(marks["end"]).to_numpy() + FLUSH_S
    inside = _inside(seconds(exchanges["time"]).to_numpy(), starts, ends)
    sent = int(exchanges.loc[inside, "bytes_out"].sum())
    read = int(exchanges.loc[inside, "bytes_read"].sum())
    shut = _inside(seconds(closed["started"]).to_numpy(), starts, ends)
    sent += int(closed.loc[shut, "bytes_up"].sum())
    return read / sent if sent else None


def _spans(marks: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(seconds(marks["start"]), seconds(marks["end"]), strict=True))


def _any_within(times: Times, spans: Sequence[tuple[float, float]]) -> Flags:
    """Say for each span whether one of the sorted times lies in it, ends included."""
    starts = np.searchsorted(times, [start for start, _ in spans], "left")
    ends = np.searchsorted(times, [end for _, end in spans], "right")
    return np.asarray(ends > starts, dtype=bool)


def _inside(times: Times, starts: Times, ends: Times) -> Flags:
    """Say for each time whether any window holds it: more have begun than have ended."""
    begun = np.searchsorted(np.sort(starts), times, "right")
    ended = np.searchsorted(np.sort(ends), times, "left")
    return np.asarray(begun > ended, dtype=bool)


def _positions(firm: pd.DataFrame) -> tuple[Times, Times]:
    """Return times and positions, in seconds, of all values that can be positions in a track."""
    mine = firm[
        firm["unit"].isin(list(_TO_SECONDS)) & firm["number"].notna() & firm["event_time"].notna()
    ]
    factor = mine["unit"].map(_TO_SECONDS).astype("float64")
    return seconds(mine["event_time"]).to_numpy(), (mine["number"] * factor).to_numpy()


def _distance(
    values: dict[str, Any], span: tuple[float, float], places: tuple[Times, Times]
) -> float | None:
    """Return how far off the mark's positions were found; None unless all of them were."""
    wanted = [
        float(values[name]) for name in POSITIONS if isinstance(values.get(name), int | float)
    ]
    times, positions = places
    near = positions[(times >= span[0] - NEAR_S) & (times <= span[1] + NEAR_S)]
    if not wanted or not len(near):
        return None
    worst = max(float(np.abs(near - position).min()) for position in wanted)
    return worst if worst <= NEAR_POSITION_S else None
