"""Observations while they are gathered: plain numbers in columns, and what they point to once.

Where a value stands is the same for a whole field, and what it is the same for all values with one
meaning. So a row is a handful of numbers and the preview of its value; the texts join it when the
table is made.
"""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import pandas as pd

from auditor.records import Meaning

_MEMORY = 100_000

_OF_FIELD = ("receiver", "endpoint", "event", "context", "path")
_OF_MEANING = ("unit", "category", "strength", "rule", "basis")


class Observed:
    """The rows of the table of observations."""

    def __init__(self) -> None:
        self._exchange, self._message, self._field = array("q"), array("q"), array("q")
        self._meaning, self._steps = array("q"), array("q")
        self._time, self._event_time, self._number = array("d"), array("d"), array("d")
        self._values: list[str] = []
        self._meanings: dict[Meaning, int] = {}
        self._near: dict[int, tuple[Meaning, int]] = {}
        """The same by identity: most observations share their meaning with others."""
        self._ways: dict[tuple[str, ...], int] = {}

    def add(
        self,
        message: tuple[int, int, float],
        field: int,
        meaning: Meaning,
        shown: tuple[str, float | None],
        event_time: float | None,
        steps: tuple[str, ...],
    ) -> None:
        """Take one: of a message (exchange, number, time), in a row of the fields table.

        `shown` is the preview of its value, and the value itself where it is a number and no secret.
        """
        exchange, number, time = message
        self._exchange.append(exchange)
        self._message.append(number)
        self._time.append(time)
        self._field.append(field)
        self._values.append(shown[0])
        self._number.append(np.nan if shown[1] is None else shown[1])
        self._event_time.append(np.nan if event_time is None else event_time)
        near = self._near.get(id(meaning))
        self._meaning.append(self._code(meaning) if near is None else near[1])
        self._steps.append(self._ways.setdefault(steps, len(self._ways)))

    def frame(self, fields: pd.DataFrame) -> pd.DataFrame:
        """Return the table; `fields` is the finished table that its rows point to."""
        rows = np.frombuffer(self._field, dtype=np.int64)
        data: dict[str, Any] = {
            "exchange": np.frombuffer(self._exchange, dtype=np.int64),
            "message": np.frombuffer(self._message, dtype=np.int64),
            "time": _moments(self._time),
            "event_time": _moments(self._event_time),
            "value": pd.Series(self._values, dtype="string"),
            "number": np.frombuffer(self._number, dtype=np.float64),
            "field": rows,
        }
        for name in _OF_FIELD:
            data[name] = fields[name].array.take(rows)
        codes = np.frombuffer(self._meaning, dtype=np.int64)
        for name in _OF_MEANING:
            texts = pd.array([getattr(one, name) for one in self._meanings], dtype="string")
            data[name] = texts.take(codes)
        ways = pd.array([" › ".join(one) for one in self._ways], dtype="string")
        data["steps"] = ways.take(np.frombuffer(self._steps, dtype=np.int64))
        return pd.DataFrame(data)

    def _code(self, meaning: Meaning) -> int:
        code = self._meanings.setdefault(meaning, len(self._meanings))
        if len(self._near) >= _MEMORY:
            self._near.clear()
        self._near[id(meaning)] = (meaning, code)
        return code


def _moments(seconds: array[float]) -> pd.Series[pd.Timestamp]:
    whole = pd.Series(np.frombuffer(seconds, dtype=np.float64) * 1000).round()
    return pd.to_datetime(whole, unit="ms", utc=True).astype("datetime64[ms, UTC]")
