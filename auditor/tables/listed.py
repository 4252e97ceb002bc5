"""Choose the observations that have a row of their own, and write their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auditor.records import Meaning, Value
from auditor.tables.batch import Batch, Column
from auditor.tables.meanings import Codes, Flags, Traits
from auditor.tables.observed import KINDS, ROW, Observed, Rows
from auditor.tables.profile import Numbers
from auditor.tables.show import Show


@dataclass(frozen=True, slots=True)
class Listing:
    """What it takes to write rows."""

    traits: Traits
    meanings: Sequence[Meaning]
    show: Show
    observed: Observed

    def add(self, batch: Batch, columns: Sequence[Column], whole: Flags) -> None:
        """Write the rows of a batch.

        `whole` says which messages carry an interaction: of those, what stands aside is listed,
        too. Rows of a message are in the order of the outermost items that they are in: what one
        event of a batch says stands together.
        """
        rows = self._rows(batch, columns, whole)
        if rows is not None:
            self.observed.add(rows)

    def _rows(self, batch: Batch, columns: Sequence[Column], whole: Flags) -> Rows | None:
        told = [(one, one.codes) for one in columns if one.codes is not None]
        if not told:
            return None
        codes = np.concatenate([each for _, each in told])
        sent = np.concatenate([one.lines.message for one, _ in told])
        picked = self._picked(codes, sent, whole, self.observed.keeps(batch.exchanges))
        if not len(picked):
            return None
        which = np.repeat(np.arange(len(told)), [len(each) for _, each in told])[picked]
        spots = _Spots([one for one, _ in told], which, picked)
        codes, sent = codes[picked], sent[picked]
        texts, numbers = self.show.column(
            spots.values(), self.meanings, codes, self.traits.is_open[codes]
        )
        number = spots.each(lambda one: one.lines.number) + spots.all(lambda one: one.number)
        row, item = spots.each(lambda one: one.lines.row), spots.each(lambda one: one.items)
        order = np.lexsort((number, row, item, sent))
        rows = {
            "field": spots.each(lambda one: one.rows),
            "meaning": codes,
            "steps": spots.all(lambda one: self.observed.way(one.place.steps)),
            "event_time": spots.each(lambda one: one.whens),
            "amount": numbers,
        }
        count = np.bincount(sent, minlength=len(batch.parcels))
        some = np.flatnonzero(count)
        messages = [batch.parcels[place].sent for place in some.tolist()]
        return Rows(
            exchange=batch.exchanges[some],
            message=np.array([one.index for one in messages], dtype=np.int64),
            time=np.array([one.time for one in messages], dtype=np.float64),
            count=count[some],
            **{name: rows[name][order].astype(KINDS[name], copy=False) for name in ROW},
            value=pa.array(texts, pa.string()).take(pa.array(order)).dictionary_encode(),
        )

    def _picked(self, codes: Codes, sent: Numbers, whole: Flags, kept: Flags) -> Numbers:
        """Return the places of the values that have a row, given meanings and messages of all."""
        aside = self.traits.is_aside[codes] & whole[sent]
        listed = self.traits.is_listed[codes] | aside
        self.observed.total += int(np.count_nonzero(listed))
        return np.flatnonzero(listed & kept[sent])


@dataclass(frozen=True, slots=True)
class _Spots:
    """Some of the values of many columns that stand one after the other."""

    columns: Sequence[Column]
    which: Numbers
    """Column of each."""
    picked: Numbers
    """Place of each among all values."""

    def values(self) -> list[Value]:
        """Return the values."""
        every = [*chain.from_iterable(one.values for one in self.columns)]
        return [every[place] for place in self.picked.tolist()]

    def each(self, of: Callable[[Column], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return what columns have for each value."""
        return np.concatenate([of(one) for one in self.columns])[self.picked]

    def all(self, of: Callable[[Column], int]) -> Numbers:
        """Return what columns have for all of their values; others are not asked."""
        used, places = np.unique(self.which, return_inverse=True)
        return np.array([of(self.columns[one]) for one in used.tolist()])[places]
