"""Observations while they are gathered: plain numbers in columns, and what they point to once.

Where a value stands is the same for a whole field, and what it is the same for all values with one
meaning. So a row is a handful of numbers and the preview of its value; the texts join it when the
table is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from auditor.records import Meaning

Integers: TypeAlias = npt.NDArray[np.int64]
Reals: TypeAlias = npt.NDArray[np.float64]

_OF_FIELD = ("receiver", "endpoint", "event", "context", "path")
_OF_MEANING = ("unit", "category", "strength", "rule", "basis")


ROW = ("field", "meaning", "steps", "event_time", "amount")
"""Numbers that every row has of its own."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of the table, in its order: those of one batch."""

    exchange: Integers
    message: Integers
    time: Reals
    count: Integers
    """How many rows each message has; the three columns before stand once for a message."""
    field: Integers
    meaning: Integers
    steps: Integers
    event_time: Reals
    amount: Reals
    """The value where it is a number and no secret."""
    value: pa.DictionaryArray


class Observed:
    """The rows of the table of observations."""

    def __init__(self) -> None:
        self._rows: list[Rows] = []
        self._ways: dict[tuple[str, ...], int] = {}

    def __len__(self) -> int:
        return sum(len(one.field) for one in self._rows)

    def way(self, steps: tuple[str, ...]) -> int:
        """Return the number of decode steps."""
        return self._ways.setdefault(steps, len(self._ways))

    def add(self, rows: Rows) -> None:
        """Take the rows of a batch."""
        self._rows.append(rows)

    def merge(self, other: Observed, fields: Integers, meanings: Integers) -> None:
        """Take what was gathered elsewhere.

        `fields` and `meanings` say which number here each number there has.
        """
        ways = np.array([self.way(one) for one in other._ways], dtype=np.int64)
        for one in other._rows:
            self._rows.append(
                Rows(
                    one.exchange,
                    one.message,
                    one.time,
                    one.count,
                    fields[one.field],
                    meanings[one.meaning],
                    ways[one.steps],
                    one.event_time,
                    one.amount,
                    one.value,
                )
            )

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
        parts = sorted(self._rows, key=lambda one: int(one.exchange[0]))
        self._rows = []
        counts = _joined(parts, "count")
        field = rows[_joined(parts, "field")]
        data: dict[str, Any] = {
            "exchange": _joined(parts, "exchange").repeat(counts),
            "message": _joined(parts, "message").repeat(counts),
            "time": _moments(_joined(parts, "time", np.float64).repeat(counts)),
            "event_time": _moments(_joined(parts, "event_time", np.float64)),
            "value": _shown([one.value for one in parts], sweep),
            "number": _joined(parts, "amount", np.float64),
            "field": field,
        }
        for name in _OF_FIELD:
            data[name] = fields[name].astype("category").array.take(field)
        used, codes = np.unique(_joined(parts, "meaning"), return_inverse=True)
        for name in _OF_MEANING:
            texts = pd.Series([getattr(meanings[one], name) for one in used], dtype="string")
            data[name] = texts.astype("category").array.take(codes)
        ways = pd.Series([" › ".join(one) for one in self._ways], dtype="string")
        data["steps"] = ways.astype("category").array.take(_joined(parts, "steps"))
        del parts
        table = pd.DataFrame(data)
        if not table["exchange"].is_monotonic_increasing:
            table = table.sort_values("exchange", kind="stable", ignore_index=True)
        return table


def _joined(parts: Sequence[Rows], name: str, kind: type = np.int64) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0, dtype=kind), *(getattr(one, name) for one in parts)])


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
