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
        """Write the rows of a batch; learn what is hidden also where that has no row.

        `whole` says which messages carry an interaction: of those, what stands aside is listed,
        too. Rows of a message are in the order of the outermost items that they are in: what one
        event of a batch says stands together.
        """
        told = [(one, one.codes) for one in columns if one.codes is not None]
        if not told:
            return
        values = [*chain.from_iterable(one.values for one, _ in told)]
        codes = np.concatenate([each for _, each in told])
        sent = np.concatenate([one.lines.message for one, _ in told])
        picked = self._picked(codes, sent, whole, self.observed.keeps(batch.exchanges))
        self._learn(values, codes, picked)
        if len(picked):
            which = np.repeat(np.arange(len(told)), [len(each) for _, each in told])
            spots = _Spots([one for one, _ in told], which[picked], picked)
            shown = [values[place] for place in picked.tolist()]
            self.observed.add(self._rows(batch, spots, shown, codes[picked], sent[picked]))

    def _learn(self, values: Sequence[Value], codes: Codes, picked: Numbers) -> None:
        """Remember hidden values that have no row; those that have one are learned with it."""
        hidden = ~self.traits.is_open[codes]
        hidden[picked] = False
        places = np.flatnonzero(hidden)
        secrets = [values[place] for place in places.tolist()]
        # Python finds 1 and true equal.
        for _, value, code in set(
            zip(map(type, secrets), secrets, codes[places].tolist(), strict=True)
        ):
            self.show.preview(value, self.meanings[code])

    def _rows(
        self, batch: Batch, spots: _Spots, values: Sequence[Value], codes: Codes, sent: Numbers
    ) -> Rows:
        opens = self.traits.is_open[codes]
        texts, numbers = self.show.column(values, self.meanings, codes, opens)
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

    def each(self, of: Callable[[Column], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return what columns have for each value."""
        return np.concatenate([of(one) for one in self.columns])[self.picked]

    def all(self, of: Callable[[Column], int]) -> Numbers:
        """Return what columns have for all of their values; others are not asked."""
        used, places = np.unique(self.which, return_inverse=True)
        return np.array([of(self.columns[one]) for one in used.tolist()])[places]
