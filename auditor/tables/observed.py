"""Observations while they are gathered: plain numbers in columns, and what they point to once.

Where a value stands is the same for a whole field, and what it is the same for all values with one
meaning. So a row is a handful of numbers and the preview of its value; the texts join it when the
table is made.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from auditor.records import Meaning

_MEMORY = 100_000
_CHUNK = 50_000
"""Previews that are kept as Python texts; then they are packed."""

_OF_FIELD = ("receiver", "endpoint", "event", "context", "path")
_OF_MEANING = ("unit", "category", "strength", "rule", "basis")


class Observed:
    """The rows of the table of observations."""

    def __init__(self) -> None:
        self._exchange, self._message, self._time = array("q"), array("q"), array("d")
        self._rows = array("q")
        """How many rows each message has; the three columns before stand once for a message."""
        self._field, self._meaning, self._steps = array("l"), array("l"), array("l")
        self._event_time, self._number = array("d"), array("d")
        self._values: list[str] = []
        self._packed: list[pa.DictionaryArray] = []
        self._meanings: dict[Meaning, int] = {}
        self._near: dict[int, tuple[Meaning, int]] = {}
        """By the identity of a meaning, which is kept so that no other one can get it."""
        self._ways: dict[tuple[str, ...], int] = {}
        self._closed = 0

    def add(
        self,
        field: int,
        meaning: Meaning,
        preview: str,
        number: float,
        event_time: float | None,
        steps: tuple[str, ...],
    ) -> None:
        """Take one observation of the message that is closed next.

        `field` is a row of the fields table, `number` the value where it is a number and no
        secret, else NaN.
        """
        self._field.append(field)
        self._values.append(preview)
        self._number.append(number)
        self._event_time.append(np.nan if event_time is None else event_time)
        near = self._near.get(id(meaning))
        self._meaning.append(self._code(meaning) if near is None else near[1])
        self._steps.append(self._ways.setdefault(steps, len(self._ways)))

    def close(self, exchange: int, message: int, time: float) -> None:
        """End a message: the observations since the last one belong to it."""
        count = len(self._field) - self._closed
        if count:
            self._exchange.append(exchange)
            self._message.append(message)
            self._time.append(time)
            self._rows.append(count)
            self._closed = len(self._field)
        if len(self._values) >= _CHUNK:
            self._pack()

    def merge(self, other: Observed, fields: Sequence[int]) -> None:
        """Take what was gathered elsewhere; `fields` says which row here each row there is."""
        self._pack()
        other._pack()
        for name in ("_exchange", "_message", "_time", "_rows", "_event_time", "_number"):
            getattr(self, name).extend(getattr(other, name))
        self._field.extend(_recoded(other._field, fields))
        self._meaning.extend(_recoded(other._meaning, [self._code(one) for one in other._meanings]))
        ways = [self._ways.setdefault(one, len(self._ways)) for one in other._ways]
        self._steps.extend(_recoded(other._steps, ways))
        self._packed += other._packed
        self._closed = len(self._field)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is found by identity, which means nothing in another process."""
        return {**self.__dict__, "_near": {}}

    def frame(
        self, fields: pd.DataFrame, rows: Sequence[int], sweep: Callable[[str], str]
    ) -> pd.DataFrame:
        """Return the table; `fields` is the finished table that its rows point to.

        `rows` says which row of it each field has become. `sweep` is shown every different
        preview and returns what may be shown of it.
        """
        self._pack()
        field = np.asarray(rows, dtype=np.int64)[np.frombuffer(self._field, self._field.typecode)]
        counts = np.frombuffer(self._rows, dtype=np.int64)
        data: dict[str, Any] = {
            "exchange": np.frombuffer(self._exchange, dtype=np.int64).repeat(counts),
            "message": np.frombuffer(self._message, dtype=np.int64).repeat(counts),
            "time": _moments(np.frombuffer(self._time, dtype=np.float64).repeat(counts)),
            "event_time": _moments(np.frombuffer(self._event_time, dtype=np.float64)),
            "value": self._shown(sweep),
            "number": np.frombuffer(self._number, dtype=np.float64),
            "field": field,
        }
        for name in _OF_FIELD:
            data[name] = fields[name].astype("category").array.take(field)
        codes = np.frombuffer(self._meaning, dtype=self._meaning.typecode)
        for name in _OF_MEANING:
            texts = pd.Series([getattr(one, name) for one in self._meanings], dtype="string")
            data[name] = texts.astype("category").array.take(codes)
        ways = pd.Series([" › ".join(one) for one in self._ways], dtype="string")
        taken = np.frombuffer(self._steps, dtype=self._steps.typecode)
        data["steps"] = ways.astype("category").array.take(taken)
        table = pd.DataFrame(data)
        if not table["exchange"].is_monotonic_increasing:
            table = table.sort_values("exchange", kind="stable", ignore_index=True)
        return table

    def _pack(self) -> None:
        if self._values:
            self._packed.append(pa.array(self._values, pa.string()).dictionary_encode())
            self._values = []

    def _shown(self, sweep: Callable[[str], str]) -> pd.Series[str]:
        swept = [
            pa.DictionaryArray.from_arrays(
                one.indices, pa.array([sweep(text) for text in one.dictionary.to_pylist()])
            ).cast(pa.string())
            for one in self._packed
        ]
        self._packed = []
        return pd.Series(pd.array(pa.chunked_array(swept, pa.string()), dtype="string"))

    def _code(self, meaning: Meaning) -> int:
        code = self._meanings.setdefault(meaning, len(self._meanings))
        if len(self._near) >= _MEMORY:
            self._near.clear()
        self._near[id(meaning)] = (meaning, code)
        return code


def _recoded(codes: array[int], new: Sequence[int]) -> array[int]:
    """Return other numbers for numbers; `new` holds what each becomes."""
    old = np.frombuffer(codes, codes.typecode)
    return array(codes.typecode, np.asarray(new, codes.typecode)[old].tobytes())


def _moments(seconds: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pd.Series[pd.Timestamp]:
    whole = pd.Series(seconds * 1000).round()
    return pd.to_datetime(whole, unit="ms", utc=True).astype("datetime64[ms, UTC]")
