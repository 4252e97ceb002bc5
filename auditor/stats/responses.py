"""What happened in each window: one row per window, one column per thing that can be tested.

Columns are fields of messages (by the row of the fields table), kinds of data per receiver,
messages per endpoint, and channels that stayed sealed: connections nobody could open, and
messages nobody could decode. Of those only number and size are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats.clock import seconds
from auditor.stats.firm import firm_rows
from auditor.stats.skew import offset
from auditor.stats.summary import unopened
from auditor.stats.thresholds import LONGEST_FLUSH_S
from auditor.stats.trials import Contrast, Trials

Times = npt.NDArray[np.floating[Any]]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.floating[Any]]

TEXTS = ("receiver", "endpoint", "event", "context", "path", "category")

_MESSAGES = 1 << 32
"""More than one exchange can have, so that both numbers fit into one."""


@dataclass(frozen=True, slots=True)
class Happenings:
    """Single things that happened: when, in which column, with what size; sorted by time."""

    time: Times
    column: Numbers
    weight: Times

    def counted(self, contrast: Contrast, columns: int) -> Matrix:
        """Return the sum of the weights in each window, for each column."""
        first = np.searchsorted(self.time, contrast.opens, "left")
        last = np.searchsorted(self.time, contrast.closes, "left")
        rows = [
            np.bincount(self.column[start:end], self.weight[start:end], columns)
            for start, end in zip(first, last, strict=True)
        ]
        return np.array(rows, dtype=float).reshape(len(rows), columns)


@dataclass(frozen=True, slots=True)
class Batches:
    """Values of fields without a time of their own, by the message that carried them."""

    message: Numbers
    """Sorted."""
    column: Numbers
    following: Numbers
    """Per window and endpoint, the message that came next; −1 for none."""

    def counted(self, contrast: Contrast, columns: int) -> Matrix:
        """Return how many values the next message after each window held, for each column."""
        wanted = self.following[contrast.places]
        first = np.searchsorted(self.message, wanted.ravel(), "left")
        counts = np.searchsorted(self.message, wanted.ravel(), "right") - first
        steps = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        column = self.column[np.repeat(first, counts) + steps]
        window = np.repeat(np.arange(len(wanted)), counts.reshape(wanted.shape).sum(axis=1))
        found = np.bincount(window * columns + column, minlength=len(wanted) * columns)
        return found.astype(float).reshape(len(wanted), columns)


@dataclass(frozen=True, slots=True)
class Responses:
    """Everything that can be counted in windows."""

    columns: pd.DataFrame
    """One row per column: `field` (−1 where it is none), the texts, `told` (its values have a
    time of their own) and `beats` (it goes by a clock of its own)."""
    happened: dict[str, Happenings]
    """`count`, `change`, `known` and `bytes`."""
    batched: dict[str, Batches]
    offsets: dict[str, float]
    """Receivers whose clock stands off, and by how many seconds."""


def make_responses(
    tables: dict[str, pd.DataFrame], trials: Trials, rhythms: set[tuple[str, str]]
) -> Responses:
    """Return what can be counted; `rhythms` are receiver and endpoint of periodic traffic."""
    fields = _Fields(tables, trials, rhythms)
    parts = [fields.columns, fields.kinds]
    number = len(fields.columns) + len(fields.kinds)
    sized: list[tuple[Times, Numbers, Times]] = []
    for context, rows, weight in _channels(tables):
        names, column = _groups(rows, context)
        names["beats"] = [
            context == "message" and (one, other) in rhythms
            for one, other in zip(names["receiver"], names["endpoint"], strict=True)
        ]
        parts.append(names)
        sized.append((rows["at"].to_numpy(dtype=float), column + number, weight))
        number += len(names)
    happened = {name: _sorted(*one) for name, one in fields.happened().items()}
    times, column, weight = (np.concatenate(part) for part in zip(*sized, strict=True))
    told = happened["count"]
    happened["count"] = _sorted(
        np.concatenate([told.time, times]),
        np.concatenate([told.column, column]),
        np.concatenate([told.weight, np.ones(len(times))]),
    )
    happened["bytes"] = _sorted(times, column, weight)
    return Responses(
        pd.concat(parts, ignore_index=True), happened, fields.batches(trials), fields.offsets
    )


class _Fields:
    """Observations as numbers: column, time, message, and whether the value is new or known."""

    def __init__(
        self, tables: dict[str, pd.DataFrame], trials: Trials, rhythms: set[tuple[str, str]]
    ) -> None:
        rows = tables["observations"]
        found, column = np.unique(rows["field"].to_numpy(dtype=np.int64), return_inverse=True)
        self._column = column.ravel().astype(np.int64)
        self._left = seconds(rows["time"]).to_numpy(dtype=float)
        told = seconds(rows["event_time"]).to_numpy(dtype=float, copy=True)
        self._message = rows["exchange"].to_numpy(dtype=np.int64) * _MESSAGES + rows[
            "message"
        ].to_numpy(dtype=np.int64)
        count = np.bincount(self._column, minlength=len(found))
        timed = np.bincount(self._column, np.isfinite(told), len(found)) * 2 >= np.maximum(count, 1)
        self.columns = _named(tables["fields"], found, timed, rhythms)
        self.offsets: dict[str, float] = {}
        self._correct(told, trials)
        use = timed[self._column] & np.isfinite(told)
        self._at = np.where(use, told, self._left)
        self._changed = self._changes(rows["value"])
        self._known = (
            rows["known"].fillna(value=False).to_numpy(dtype=bool)
            if "known" in rows
            else np.zeros(len(rows), dtype=bool)
        )
        self.kinds, self._kind, self._firm = self._kinds(rows)

    def happened(self) -> dict[str, tuple[Times, Numbers, Times]]:
        """Return times, columns and weights of each statistic; kinds count as columns too."""
        firm, kind = self._firm, self._kind + len(self.columns)
        times = np.concatenate([self._at, self._at[firm]])
        column = np.concatenate([self._column, kind])
        parts: dict[str, tuple[Times, Numbers, Times]] = {
            "count": (times, column, np.ones(len(times)))
        }
        for name, mine in (("change", self._changed), ("known", self._known)):
            parts[name] = (self._at[mine], self._column[mine], np.ones(int(mine.sum())))
        return parts

    def batches(self, trials: Trials) -> dict[str, Batches]:
        """Return the values of fields without a time of their own, by message."""
        untold = ~self.columns["told"].to_numpy(dtype=bool)
        endpoint = pd.factorize(pd.MultiIndex.from_frame(self.columns[["receiver", "endpoint"]]))[0]
        mine = untold[self._column]
        following = _following(
            trials, self._left[mine], self._message[mine], endpoint[self._column[mine]]
        )
        found = {}
        for name, which in (
            ("count", mine),
            ("change", mine & self._changed),
            ("known", mine & self._known),
        ):
            order = np.argsort(self._message[which], kind="stable")
            found[name] = Batches(
                self._message[which][order], self._column[which][order], following
            )
        return found

    def _correct(self, told: Times, trials: Trials) -> None:
        """Set the told times to the tester's clock, receiver by receiver."""
        receivers, names = pd.factorize(self.columns["receiver"])
        for number, name in enumerate(names):
            mine = receivers[self._column] == number
            away = offset(told[mine], trials.start, trials.end)
            if away:
                told[mine] -= away
                self.offsets[str(name)] = round(away, 2)

    def _changes(self, values: pd.Series[Any]) -> Flags:
        """Say which values differ from the one before them in their field."""
        codes = pd.factorize(values)[0]
        order = np.lexsort((self._at, self._column))
        same = self._column[order][1:] == self._column[order][:-1]
        changed = np.zeros(len(codes), dtype=bool)
        changed[order[1:]] = same & (codes[order][1:] != codes[order][:-1])
        return changed

    def _kinds(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, Numbers, Numbers]:
        """Return columns for kinds of data per receiver; what goes by a clock does not count."""
        by_clock = self.columns["beats"].to_numpy() & ~self.columns["told"].to_numpy(dtype=bool)
        places = firm_rows(rows)
        places = places[~by_clock[self._column[places]]]
        who, receivers = pd.factorize(rows["receiver"].iloc[places])
        what, categories = pd.factorize(rows["category"].iloc[places])
        pairs, codes = np.unique(who * (len(categories) + 1) + what, return_inverse=True)
        at, of = np.divmod(pairs, len(categories) + 1)
        names = pd.DataFrame(
            {
                "receiver": np.asarray(receivers, dtype=object)[at],
                "category": np.asarray(categories, dtype=object)[of],
            }
        )
        names = names.assign(
            field=-1, endpoint="", event="", context="kind", path=names["category"], beats=False
        )
        told = self.columns["told"].to_numpy(dtype=bool)[self._column[places]]
        all_ = np.bincount(codes, minlength=len(names))
        names["told"] = np.bincount(codes, told, len(names)) * 2 >= np.maximum(all_, 1)
        return names, codes.ravel().astype(np.int64), places


def _named(
    fields: pd.DataFrame, found: Numbers, told: Flags, rhythms: set[tuple[str, str]]
) -> pd.DataFrame:
    names = fields.iloc[found][list(TEXTS)].astype(object).reset_index(drop=True)
    pairs = zip(names["receiver"], names["endpoint"], strict=True)
    return names.assign(field=found, told=told, beats=[pair in rhythms for pair in pairs])


def _channels(tables: dict[str, pd.DataFrame]) -> list[tuple[str, pd.DataFrame, Times]]:
    """Return messages, sealed connections and unread messages, each with its sizes."""
    sent = tables["exchanges"]
    sent = sent[sent["messages_out"] > 0]
    shut = unopened(tables["connections"]).assign(endpoint="")
    unread = tables["unread"]
    dark = unread[unread["direction"] == "out"]
    return [
        (name, rows.assign(at=seconds(rows[when])), rows[size].to_numpy(dtype=float))
        for name, rows, when, size in (
            ("message", sent, "time", "bytes_out"),
            ("connection", shut, "started", "bytes_up"),
            ("unread", dark, "time", "size"),
        )
    ]


def _groups(rows: pd.DataFrame, context: str) -> tuple[pd.DataFrame, Numbers]:
    keys = rows[["receiver", "endpoint"]].astype(object)
    codes, found = pd.factorize(pd.MultiIndex.from_frame(keys))
    names = pd.DataFrame(list(found), columns=["receiver", "endpoint"], dtype=object)
    names = names.assign(event="", context=context, path="", category="", field=-1, told=False)
    return names, codes.astype(np.int64)


def _sorted(times: Times, column: Numbers, weight: Times) -> Happenings:
    order = np.argsort(times, kind="stable")
    return Happenings(times[order], column[order], weight[order])


def _following(trials: Trials, left: Times, message: Numbers, endpoint: Numbers) -> Numbers:
    """Return, per window and endpoint, the first message that left after the window began."""
    count = int(endpoint.max()) + 1 if len(endpoint) else 0
    result = np.full((len(trials.start), count), -1, dtype=np.int64)
    for number in range(count):
        mine = endpoint == number
        sent, first = np.unique(message[mine], return_index=True)
        times = left[mine][first]
        order = np.argsort(times, kind="stable")
        sent, times = sent[order], times[order]
        place = np.searchsorted(times, trials.start, "left")
        inside = place < len(times)
        inside[inside] = times[place[inside]] - trials.start[inside] <= LONGEST_FLUSH_S
        result[inside, number] = sent[place[inside]]
    return result
