"""Strong and medium observations, by kind of data and receiver: rows of the table, and no copies.

Texts of observations are categories. So a condition on a text is looked up once for each different
text, and then by its number; and a large table is never copied for the sake of a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats.clock import happened

FIRM = ("strong", "medium")
"""Strengths that count; weak observations are candidates and never decide anything."""


Times = npt.NDArray[np.floating[Any]]
Numbers = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]


def coded(texts: pd.Series[Any]) -> tuple[Numbers, list[Any]]:
    """Return a number for each text, −1 for a missing one, and the text for each number."""
    found = pd.Categorical(texts)
    return np.asarray(found.codes), found.categories.tolist()


def firm_rows(table: pd.DataFrame) -> Numbers:
    """Return the rows of strong and medium observations, or of fields that have such."""
    codes, names = coded(table["strength"])
    return np.flatnonzero(np.array([*(one in FIRM for one in names), False])[codes])


@dataclass(frozen=True, slots=True)
class Part:
    """Some observations, by their rows."""

    observations: pd.DataFrame
    """The whole table."""
    rows: Numbers
    """Ascending."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def fields(self) -> list[int]:
        """Their rows of the fields table, ascending."""
        found: list[int] = np.sort(pd.unique(self._column("field"))).tolist()
        return found

    @property
    def times(self) -> Times:
        """When they happened in seconds since 1970, sorted: by their own account, else as they left."""
        mine = self.observations[["event_time", "time"]].iloc[self.rows]
        return np.sort(happened(mine).to_numpy(dtype=float))

    @property
    def tells_time(self) -> bool:
        """Whether one of them says when it happened."""
        return bool(self.observations["event_time"].iloc[self.rows].notna().any())

    def _column(self, name: str) -> Numbers:
        return np.asarray(self.observations[name].to_numpy()[self.rows])


def by_category(observations: pd.DataFrame) -> dict[str, Part]:
    """Return the firm observations of each kind of data, in the order in which kinds first came."""
    rows = firm_rows(observations)
    codes, names = coded(observations["category"])
    return {str(names[code]): Part(observations, mine) for code, mine in _split(codes[rows], rows)}


def by_receiver(observations: pd.DataFrame) -> dict[tuple[str, str], Part]:
    """Return the firm observations of each kind of data and receiver."""
    every = rows_by_receiver(observations)
    return {pair: Part(observations, rows) for pair, rows in every.items()}


def rows_by_receiver(table: pd.DataFrame) -> dict[tuple[str, str], Numbers]:
    """Return the firm rows of each kind of data and receiver, of observations or of fields."""
    rows = firm_rows(table)
    what, categories = coded(table["category"])
    who, receivers = coded(table["receiver"])
    pairs = what[rows].astype(np.int64) * len(receivers) + who[rows]
    pairs[(what[rows] < 0) | (who[rows] < 0)] = -1
    found = {}
    for pair, mine in _split(pairs, rows):
        category, receiver = divmod(pair, len(receivers))
        found[str(categories[category]), str(receivers[receiver])] = mine
    return found


def _split(keys: Numbers, rows: Numbers) -> list[tuple[int, Numbers]]:
    """Return the rows with each key, in the order of the first ones; negative keys are left out."""
    use = keys >= 0
    if not use.all():
        keys, rows = keys[use], rows[use]
    if not len(rows):
        return []
    # Few different keys fit into few bytes, and those are sorted in one pass.
    small = keys.astype(np.min_scalar_type(int(keys.max(initial=0))))
    order = np.argsort(small, kind="stable")
    ranked = small[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    found = zip(ranked[starts].tolist(), np.split(rows[order], starts[1:]), strict=True)
    return sorted(found, key=lambda pair: pair[1][0])
