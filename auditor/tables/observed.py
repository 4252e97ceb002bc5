"""Observations while they are gathered: plain numbers in columns, and what they point to once.

Where a value stands is the same for a whole field, and what it is the same for all values with one
meaning. So a row is a handful of numbers and the preview of its value; the texts join it when the
table is made.

A capture of weeks would have more rows than fit into memory. Beyond `MOST` only those of every
second exchange are kept, then of every fourth, and so on: an exchange's number alone decides, so it
does not matter who counts, or when. Exchanges of captures with marks are kept whatever their
number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from auditor.records import Meaning
from auditor.tables.schema import OBSERVATIONS

pa.set_memory_pool(pa.system_memory_pool())  # gives back at once what is let go of

Flags: TypeAlias = npt.NDArray[np.bool_]
Integers: TypeAlias = npt.NDArray[np.int64]
Numbers: TypeAlias = npt.NDArray[np.int32]
"""Of fields, meanings and ways: there are millions of them."""
Reals: TypeAlias = npt.NDArray[np.float64]

_OF_FIELD = ("receiver", "endpoint", "event", "context", "path")
_OF_MEANING = ("unit", "category", "strength", "rule", "basis")


_HALVINGS = 24
MOST = 500_000
"""Rows from which not all are kept."""

MESSAGE = ("exchange", "message", "time", "count")
"""Numbers that stand once for a message."""
ROW = ("field", "meaning", "steps", "event_time", "amount")
"""Numbers that every row has of its own."""
KINDS: dict[str, type[np.generic]] = {
    **dict.fromkeys(("exchange", "message", "count"), np.int64),
    **dict.fromkeys(("time", "event_time", "amount"), np.float64),
    **dict.fromkeys(("field", "meaning", "steps"), np.int32),
}
"""Types of these numbers."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of the table, in its order: those of one batch."""

    exchange: Integers
    message: Integers
    time: Reals
    count: Integers
    """How many rows each message has; the three columns before stand once for a message."""
    field: Numbers
    meaning: Numbers
    steps: Numbers
    event_time: Reals
    amount: Reals
    """The value where it is a number and no secret."""
    value: pa.DictionaryArray


class Observed:
    """The rows of the table of observations."""

    def __init__(self) -> None:
        self._rows: list[Rows] = []
        self._ways: dict[tuple[str, ...], int] = {}
        self._spared: set[int] = set()
        """Exchanges that are kept in any case."""
        self._halved = 0
        self.total = 0
        """Rows there would be if all were kept."""

    def __len__(self) -> int:
        return sum(len(one.field) for one in self._rows)

    def way(self, steps: tuple[str, ...]) -> int:
        """Return the number of decode steps."""
        return self._ways.setdefault(steps, len(self._ways))

    def keeps(self, exchanges: Integers) -> Flags:
        """Say of which exchanges rows are kept."""
        lowest = np.uint64((1 << self._halved) - 1)
        kept = (_scattered(exchanges) & lowest) == 0
        if self._halved and self._spared:
            kept |= np.isin(exchanges, list(self._spared))
        return np.asarray(kept, dtype=bool)

    def spare(self, exchange: int) -> None:
        """Keep the rows of an exchange in any case."""
        self._spared.add(exchange)

    def add(self, rows: Rows) -> None:
        """Take the rows of a batch."""
        self._rows.append(rows)
        self._shrink()

    def merge(self, other: Observed, fields: Integers, meanings: Integers) -> None:
        """Take what was gathered elsewhere.

        `fields` and `meanings` say which number here each number there has.
        """
        ways = np.array([self.way(one) for one in other._ways], dtype=np.int64)
        for one in other._rows:
            there = fields[one.field], meanings[one.meaning], ways[one.steps]
            field, meaning, steps = (each.astype(np.int32) for each in there)
            self._rows.append(replace(one, field=field, meaning=meaning, steps=steps))
        self.total += other.total
        self._spared |= other._spared
        self._halved = max(self._halved, other._halved)
        self._thin()
        self._shrink()

    def _shrink(self) -> None:
        """Keep the rows of half as many exchanges for as long as there are too many."""
        while len(self) > MOST and self._halved < _HALVINGS:  # then all of them are spared
            self._halved += 1
            self._thin()

    def _thin(self) -> None:
        for place, rows in enumerate(self._rows):  # one at a time, which takes less memory
            self._rows[place] = self._kept(rows)
        self._rows = [rows for rows in self._rows if len(rows.field)]

    def _kept(self, rows: Rows) -> Rows:
        kept = self.keeps(rows.exchange)
        if kept.all():
            return rows
        each = np.repeat(kept, rows.count)
        whole = {name: getattr(rows, name)[kept] for name in MESSAGE}
        own = {name: getattr(rows, name)[each] for name in ROW}
        value = rows.value.filter(pa.array(each)).cast(pa.string()).dictionary_encode()
        return Rows(**whole, **own, value=value)

    def frame(
        self,
        fields: pd.DataFrame,
        rows: Integers,
        meanings: Sequence[Meaning],
        sweep: Callable[[str], str],
    ) -> pd.DataFrame:
        """Return the table; `fields` is the finished table that its rows point to.

        `rows` says which row of it each field has become. `sweep` is shown every different
        preview and returns what may be shown of it. Empties this object.
        """
        left = self._apart()
        counts = _joined(left, "count")
        field = rows[_joined(left, "field")]
        data: dict[str, Any] = {
            "exchange": _joined(left, "exchange").repeat(counts),
            "message": _joined(left, "message").repeat(counts),
            "time": _moments(_joined(left, "time").repeat(counts)),
            "event_time": _moments(_joined(left, "event_time")),
            "value": _shown(left.pop("value"), sweep),
            "number": _joined(left, "amount"),
            "field": field,
        }
        for name in _OF_FIELD:
            data[name] = fields[name].astype("category").array.take(field)
        used, codes = np.unique(_joined(left, "meaning"), return_inverse=True)
        for name in _OF_MEANING:
            texts = pd.Series([getattr(meanings[one], name) for one in used], dtype="string")
            data[name] = texts.astype("category").array.take(codes)
        ways = pd.Series([" › ".join(one) for one in self._ways], dtype="string")
        data["steps"] = ways.astype("category").array.take(_joined(left, "steps"))
        names = [column.name for column in OBSERVATIONS]
        table = pd.DataFrame({name: data.pop(name) for name in names}, copy=False)
        if not table["exchange"].is_monotonic_increasing:
            table = table.sort_values("exchange", kind="stable", ignore_index=True)
        return table

    def _apart(self) -> dict[str, list[Any]]:
        """Take all rows out of here, column by column: what is joined can be let go of."""
        parts = sorted(self._rows, key=lambda one: int(one.exchange[0]))
        self._rows = []
        return {name: [getattr(one, name) for one in parts] for name in (*MESSAGE, *ROW, "value")}


def _scattered(exchanges: Integers) -> npt.NDArray[np.uint64]:
    """Return numbers whose last bits look like chance: neighbours are often alike."""
    mixed: npt.NDArray[np.uint64] = exchanges.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return mixed >> np.uint64(40)


def _joined(left: dict[str, list[Any]], name: str) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0, dtype=KINDS[name]), *left.pop(name)])


def _shown(values: Sequence[pa.DictionaryArray], sweep: Callable[[str], str]) -> pd.Series[str]:
    swept = [
        pa.DictionaryArray.from_arrays(
            one.indices, pa.array([sweep(text) for text in one.dictionary.to_pylist()], pa.string())
        ).cast(pa.string())
        for one in values
    ]
    return pd.Series(pd.array(pa.chunked_array(swept, pa.string()), dtype="string"))


def _moments(seconds: Reals) -> pd.Series[pd.Timestamp]:
    whole = pd.Series(seconds * 1000).round()
    return pd.to_datetime(whole, unit="ms", utc=True).astype("datetime64[ms, UTC]")
