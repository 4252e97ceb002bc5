"""What each message of a batch carries, by kind of data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auditor.tables.batch import Batch, Column
from auditor.tables.meanings import Flags, Traits

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

    @classmethod
    def of(cls, batch: Batch, columns: Sequence[Column], traits: Traits, kinds: int) -> Carried:
        """Count the values of columns; `kinds` is the number of categories."""
        size = len(batch.parcels), kinds
        codes = [one.codes for one in columns if one.codes is not None]
        messages = [one.lines.message for one in columns if one.codes is not None]
        code = np.concatenate([np.empty(0, dtype=np.intp), *codes])
        cell = np.concatenate([np.empty(0, dtype=np.int64), *messages]) * kinds
        cell, rank = cell + traits.category[code], traits.rank[code]
        tables = (
            np.bincount(cell, chosen, minlength=size[0] * kinds).astype(np.int64).reshape(size)
            for chosen in (rank > 0, rank > 1, rank)
        )
        return cls(*tables)

    def whole(self, interactions: Sequence[int]) -> Flags:
        """Say which messages carry interactions, given the numbers of these categories."""
        return self.any[:, interactions].any(axis=1)


def cells(table: Table) -> Iterator[tuple[int, int, int]]:
    """Yield message, category and value of everything that is not zero, message by message."""
    messages, categories = np.nonzero(table)
    values = table[messages, categories]
    yield from zip(messages.tolist(), categories.tolist(), values.tolist(), strict=True)
