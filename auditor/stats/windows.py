"""Hold what the tester did against what left around that time."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats.clock import happened, seconds
from auditor.stats.firm import Part, by_category, coded, firm_rows
from auditor.stats.summary import unopened
from auditor.stats.thresholds import (
    FLUSH_S,
    LAG_S,
    LEAD_S,
    NEAR_POSITION_S,
    NEAR_S,
)
from auditor.stats.trials import IDLE, make_trials, near

POSITIONS = ("position_s", "in_s", "out_s")
"""Values of a mark that are positions inside a track, in seconds."""

_TO_SECONDS = {"s": 1.0, "ms": 0.001}

_NEEDED = ["receiver", "endpoint", "category", "time", "event_time", "number", "unit"]
"""Columns of observations that are held against marks; texts are costly to copy."""

Times = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Clocks:
    """What is known about times in messages."""

    offsets: Mapping[str, float]
    """Receivers whose times stand off, and by how many seconds."""
    rhythms: Collection[tuple[str, str]]
    """Receiver and endpoint of what leaves by a clock of its own."""


NO_CLOCKS = Clocks({}, ())


def annotate(
    marks: pd.DataFrame,
    observations: pd.DataFrame,
    moves: Collection[str],
    clocks: Clocks = NO_CLOCKS,
) -> pd.DataFrame:
    """Fill in which marks were followed by their own kind of data, and whose positions left.

    `moves` names the actions that move the playhead; other positions are nothing to look for.
    Windows are those of the tests of causes, so that a count here and a count there agree.
    """
    rows = firm_rows(observations if len(marks) else observations.iloc[:0])
    needed = {name: observations[name].array.take(rows) for name in _NEEDED}
    firm = on_our_clock(pd.DataFrame(needed, copy=False), clocks)
    places = _positions(firm)
    opens, closes = _windows(marks)
    done = marks.assign(followed=False)
    free = _without_rhythms(firm, clocks)
    times = happened(free).to_numpy()
    for category in marks["category"].unique().tolist():
        here = (marks["category"] == category).to_numpy()
        mine = np.sort(times[(free["category"] == category).to_numpy()])
        spans = list(zip(opens[here], closes[here], strict=True))
        done.loc[here, "followed"] = _any_within(mine, spans)
    errors = [
        _distance(json.loads(values), span, places) if action in moves else None
        for action, values, span in zip(
            marks["action"], marks["values"], _spans(marks), strict=True
        )
    ]
    done["error_s"] = pd.Series(errors, index=done.index, dtype="float64")
    done["matched"] = done["error_s"].notna()
    return done


def on_our_clock(observations: pd.DataFrame, clocks: Clocks) -> pd.DataFrame:
    """Set the times that messages tell to the tester's clock."""
    if not clocks.offsets:
        return observations
    codes, names = coded(observations["receiver"])
    away = np.array([*(clocks.offsets.get(name, 0.0) for name in names), 0.0])[codes]
    told = observations["event_time"] - pd.to_timedelta(away, unit="s")
    return observations.assign(event_time=told)


def _without_rhythms(observations: pd.DataFrame, clocks: Clocks) -> pd.DataFrame:
    """Leave out values that left by a clock of their own and tell no time: they follow nothing."""
    if not clocks.rhythms:
        return observations
    who, receivers = coded(observations["receiver"])
    where, endpoints = coded(observations["endpoint"])
    beats = np.zeros(len(observations), dtype=bool)
    for receiver, endpoint in clocks.rhythms:
        if receiver in receivers and endpoint in endpoints:
            beats |= (who == receivers.index(receiver)) & (where == endpoints.index(endpoint))
    return observations[~beats | observations["event_time"].notna().to_numpy()]


def followed(marks: pd.DataFrame, times: Times) -> Flags:
    """Say for each mark whether something happened with it or soon after; `times` are sorted."""
    spans = [(start - LEAD_S, end + LAG_S) for start, end in _spans(marks)]
    return _any_within(times, spans)


def disturbed(marks: pd.DataFrame, times: Times) -> tuple[int, int]:
    """Count idle windows, and those in which something happened; `times` are sorted."""
    idle = marks[marks["action"] == IDLE]
    return len(idle), int(_any_within(times, _spans(idle)).sum())


@dataclass(frozen=True, slots=True)
class Counts:
    """How often data of a kind followed its actions, and fell into idle windows."""

    followed: int
    idle: int
    idle_hit: int
    by_clock: bool = False
    """It left by a clock of its own: when it left says nothing about what was done."""


class AtOnce:
    """What the tests of causes say about data of a kind that followed its actions at once."""

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        self._marks, table = tables["marks"], tables["attribution"]
        self._idle = int((self._marks["action"] == IDLE).sum())
        rows = table[
            (table["context"] == "kind")
            & (table["lag"] == "with")
            & (table["statistic"] == "presence")
        ]
        self._hits: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
        names = ("category", "receiver", "action", "hit", "control_hit")
        for category, receiver, action, *hits in zip(
            *(rows[one].tolist() for one in names), strict=True
        ):
            self._hits.setdefault((category, receiver), []).append((action, *hits))

    def counted(self, done: pd.DataFrame, category: str, receiver: str, mine: Part) -> Counts:
        """Count for one kind and receiver; `done` are the marks of the kind.

        The numbers are those of the tests of causes, added up over the actions of the kind. Sessions
        without idle windows have no such test: they are counted by the plain window.
        """
        if not self._idle:
            return Counts(int(followed(done, mine.times).sum()) if len(done) else 0, 0, 0)
        actions = set(done["action"].tolist())
        known = self._hits.get((category, receiver), ())
        hits = [(hit, control_hit) for action, hit, control_hit in known if action in actions]
        if hits:
            return Counts(
                sum(hit for hit, _ in hits), self._idle, max(control_hit for _, control_hit in hits)
            )
        if not len(mine) or mine.tells_time:
            return Counts(0, self._idle, 0)
        times = mine.times
        by_clock = followed(done, times).any() or disturbed(self._marks, times)[1]
        return Counts(0, self._idle, 0, bool(by_clock))


def lanes(
    tables: Mapping[str, pd.DataFrame],
    moves: Collection[str],
    rows: Sequence[Mapping[str, Any]] = (),
) -> dict[str, dict[str, int]]:
    """Count, per category: done, followed, observed, and disturbed idle windows.

    `moves` names the actions that move the playhead; `matched` counts those found again. `observed`
    is of all values that left, listed or not. `rows` are the lanes of `auditor.claims.causes`: what
    they count of idle windows is taken from there.
    """
    marks, firm = tables["marks"], by_category(tables["observations"])
    values = tables["kinds"].groupby("category", observed=True)["values"].sum()
    hands_off = bool((marks["action"] == IDLE).any())
    result = {}
    for name in dict.fromkeys([*marks["category"].tolist(), *firm, *values.index]):
        mine, done = firm.get(name), marks[marks["category"] == name]
        moved = done["action"].isin(list(moves))
        tested = [one for one in rows if one["category"] == name]
        idle = hit = 0
        if tested:
            idle, hit = (max(int(one[key]) for one in tested) for key in ("idle", "idle_hit"))
        elif hands_off:
            idle, hit = disturbed(marks, mine.times if mine else np.zeros(0))
        result[str(name)] = {
            "did": len(done),
            "followed": int(done["followed"].sum()),
            "moved": int(moved.sum()),
            "matched": int(done["matched"].sum()),
            "observed": int(values.get(name, 0)),
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


def _windows(marks: pd.DataFrame) -> tuple[Times, Times]:
    """Return when the window of each mark opens and closes, cut as for the tests of causes."""
    trials = make_trials(marks)
    opens, closes = trials.opens.copy(), trials.closes.copy()
    for action in trials.actions() if trials.idle.any() else ():
        contrast = near(trials, action)
        mine = contrast.places[contrast.labels]
        opens[mine], closes[mine] = (
            contrast.opens[contrast.labels],
            contrast.closes[contrast.labels],
        )
    # Trials stand in order of time, marks as they were noted.
    ends = pd.DataFrame({"from": seconds(marks["start"]), "to": seconds(marks["end"])})
    order = np.lexsort((ends["to"].to_numpy(), ends["from"].to_numpy()))
    first, last = np.empty(len(marks)), np.empty(len(marks))
    first[order], last[order] = opens, closes
    return first, last


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
