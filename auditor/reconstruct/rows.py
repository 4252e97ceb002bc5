"""Take from the tables what readers look at: plain rows, in the order they stood in a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite
from typing import Any

import pandas as pd

from auditor import paths
from auditor.reconstruct.columns import Floats, address, indicated, numbers_of, seconds

SCALE = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
"""Seconds per unit."""

_COLUMNS = (
    "exchange",
    "message",
    "receiver",
    "endpoint",
    "event",
    "context",
    "path",
    "value",
    "unit",
    "category",
    "rule",
)


@dataclass(frozen=True, slots=True)
class Row:
    """An observation; times in seconds since 1970."""

    exchange: int
    message: int
    receiver: str
    endpoint: str
    event: str
    context: str
    path: str
    value: str
    unit: str
    category: str
    rule: str
    sent: float
    time: float | None
    """When it happened, if the message says."""
    number: float | None
    """The value where it is a number, also one that was written as text."""
    indicates: frozenset[str]

    @property
    def address(self) -> str:
        """Receiver and endpoint as the catalogue names them, whatever the host."""
        return address(self.receiver, self.endpoint)

    @property
    def name(self) -> str:
        """The last name of the path."""
        return next(reversed(paths.keys(self.path)), "")

    @property
    def seconds(self) -> float | None:
        """The value in seconds, where its unit is one of time."""
        scale = SCALE.get(self.unit)
        return None if self.number is None or scale is None else self.number * scale

    @property
    def happened(self) -> float:
        """When it happened, else when it left."""
        return self.sent if self.time is None else self.time


def rows_of(observations: pd.DataFrame, fields: pd.DataFrame) -> list[Row]:
    """Return observations as rows; texts may be plain or categorical columns."""
    columns: list[Sequence[Any]] = [
        observations[name].astype("object").tolist() for name in _COLUMNS
    ]
    columns += [seconds(observations["time"]).tolist(), _known(seconds(observations["event_time"]))]
    columns += [
        _known(numbers_of(observations)),
        indicated(fields, observations["field"].to_numpy()),
    ]
    return list(map(Row, *columns))


def messages(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows of one message at a time."""
    for _, group in groupby(rows, key=lambda row: (row.exchange, row.message)):
        yield list(group)


def items(rows: Iterable[Row], repeats: Callable[[str], bool] = lambda _: False) -> list[list[Row]]:
    """Split rows into items of a list, by their order: tables do not keep the index of an item.

    A new item begins where a path comes for the second time. Paths of which `repeats` is true
    may come often in one item, as long as nothing else comes between.
    """
    found: list[list[Row]] = []
    seen: set[str] = set()
    left = False
    """The inner list of this item has been left."""
    for row in rows:
        inner = repeats(row.path)
        again = left and "" in seen if inner else row.path in seen
        if again or not found:
            found.append([])
            seen, left = set(), False
        seen.add("" if inner else row.path)
        left = not inner and "" in seen
        found[-1].append(row)
    return found


def by_name(item: Sequence[Row]) -> Mapping[str, Row]:
    """Return the rows of an item by the last name of their paths; the first of a name counts."""
    found: dict[str, Row] = {}
    for row in item:
        found.setdefault(row.name, row)
    return found


def label(row: Row | None) -> str:
    """Return a value that tells things apart, empty if it does not."""
    return row.value if row is not None and is_label(row.value) else ""


def is_label(value: str) -> bool:
    """Say whether a value tells things apart; bytes are shown by their length only, so they don't."""
    return value not in {"", "null"} and not value.endswith(" bytes›")


def _known(numbers: Floats) -> list[float | None]:
    """Return numbers, with None for those that are none."""
    return [one if isfinite(one) else None for one in numbers.tolist()]
