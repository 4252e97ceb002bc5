"""What each message of a batch carries, by kind of data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auditor.tables.batch import Batch, Column
from auditor.tables.meanings import RANK, Flags, Traits

Table = npt.NDArray[np.int64]
"""A row for each message, a column for each category."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How often the values of messages mean what."""

    any: Table
    """Values of each kind of data, candidates too."""
    firm: Table
    """Of these, the values of which that is more than a candidate."""
    weight: Table
    """The sum of their ranks, see `meanings.RANK`."""
    best: Table
    """Rank of the strongest."""

    @classmethod
    def of(cls, batch: Batch, columns: Sequence[Column], traits: Traits, kinds: int) -> Carried:
        """Count the values of columns; `kinds` is the number of categories."""
        size = len(batch.parcels), kinds
        codes = [one.codes for one in columns if one.codes is not None]
        messages = [one.lines.message for one in columns if one.codes is not None]
        code = np.concatenate([np.empty(0, dtype=np.intp), *codes])
        cell = np.concatenate([np.empty(0, dtype=np.int64), *messages]) * kinds
        cell, rank = cell + traits.category[code], traits.rank[code]
        any_, firm, weight = (
            np.bincount(cell, chosen, minlength=size[0] * kinds).astype(np.int64).reshape(size)
            for chosen in (rank > 0, rank > 1, rank)
        )
        best = np.zeros(size, dtype=np.int64)
        for one in (1, 2, 3):
            best.reshape(-1)[cell[rank == one]] = one
        return cls(any_, firm, weight, best)

    def whole(self, interactions: Sequence[int]) -> Flags:
        """Say which messages carry interactions, given the numbers of these categories."""
        return np.asarray(self.any[:, interactions].any(axis=1), dtype=bool)


class Kept:
    """Who was sent which kinds of data, and how much, candidates not counted."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[int, int, int]] = {}
        """By receiver and category: messages, values, rank of the strongest."""

    def add(self, key: tuple[str, str], values: int, rank: int, messages: int = 1) -> None:
        """Take what a message, or several, carried."""
        before = self._told.get(key, (0, 0, 0))
        self._told[key] = (before[0] + messages, before[1] + values, max(before[2], rank))

    def merge(self, other: Kept) -> None:
        """Take what was counted elsewhere."""
        for key, (messages, values, rank) in other._told.items():
            self.add(key, values, rank, messages)

    def rows(self) -> list[tuple[object, ...]]:
        """Return the rows of the table of kinds."""
        names = {rank: name for name, rank in RANK.items()}
        return [
            (*key, messages, values, names[rank])
            for key, (messages, values, rank) in sorted(self._told.items())
        ]


def cells(table: Table) -> Iterator[tuple[int, int, int]]:
    """Yield message, category and value of everything that is not zero, message by message."""
    messages, categories = np.nonzero(table)
    values = table[messages, categories]
    yield from zip(messages.tolist(), categories.tolist(), values.tolist(), strict=True)
