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

from auditor.places import At
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
        self._open: list[tuple[At, int, int, int, float, float, str]] = []
        self._aside: list[bool] = []

    def add(
        self,
        spot: tuple[At, int, tuple[str, ...]],
        meaning: Meaning,
        shown: tuple[str, float],
        event_time: float | None,
        *,
        is_aside: bool,
    ) -> None:
        """Take one observation of the message that is closed next.

        `spot` is its indices, its row of the fields table, and its decode steps. `shown` is the preview, and the value where it is a
        number and no secret, else NaN. What `is_aside` is kept only beside others.
        """
        at, field, steps = spot
        near = self._near.get(id(meaning))
        code = self._code(meaning) if near is None else near[1]
        when = np.nan if event_time is None else event_time
        way = self._ways.setdefault(steps, len(self._ways))
        self._open.append((at, field, code, way, when, shown[1], shown[0]))
        self._aside.append(is_aside)

    def close(self, exchange: int, message: int, time: float, *, whole: bool) -> None:
        """End a message: the observations since the last one belong to it.

        Unless it is kept as a `whole`, what stands aside is left out.

        They are put in the order of the outermost items that they are in: what one event of a
        batch says stands together.
        """
        if not whole:
            self._open = [
                one for one, aside in zip(self._open, self._aside, strict=True) if not aside
            ]
        self._aside.clear()
        if self._open:
            self._exchange.append(exchange)
            self._message.append(message)
            self._time.append(time)
            self._rows.append(len(self._open))
            self._open.sort(key=lambda one: one[0][:1])
            _, fields, meanings, steps, moments, numbers, values = zip(*self._open, strict=True)
            self._field.extend(fields)
            self._meaning.extend(meanings)
            self._steps.extend(steps)
            self._event_time.extend(moments)
            self._number.extend(numbers)
            self._values.extend(values)
            self._open = []
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
