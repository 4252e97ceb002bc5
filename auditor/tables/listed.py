"""Choose the observations that have a row of their own, and write their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auditor.records import Meaning
from auditor.tables.batch import Batch, Column
from auditor.tables.meanings import Flags, Traits
from auditor.tables.observed import KINDS, ROW, Observed, Rows
from auditor.tables.profile import Numbers
from auditor.tables.show import Show

_Part: TypeAlias = tuple[dict[str, npt.NDArray[Any]], pa.Array]
"""Columns of numbers, and previews: the rows of one column of a batch, in its order."""


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
        kept = self.observed.keeps(batch.exchanges)
        parts = [part for one in columns if (part := self._part(one, whole, kept)) is not None]
        if not parts:
            return None
        one = {name: np.concatenate([part[name] for part, _ in parts]) for name in parts[0][0]}
        text = pa.chunked_array([text for _, text in parts], pa.string())
        order = np.lexsort((one["number"], one["row"], one["item"], one["sent"]))
        count = np.bincount(one["sent"], minlength=len(batch.parcels))
        some = np.flatnonzero(count)
        sent = [batch.parcels[place].sent for place in some.tolist()]
        return Rows(
            exchange=batch.exchanges[some],
            message=np.array([each.index for each in sent], dtype=np.int64),
            time=np.array([each.time for each in sent], dtype=np.float64),
            count=count[some],
            **{name: one[name][order].astype(KINDS[name], copy=False) for name in ROW},
            value=text.take(pa.array(order)).combine_chunks().dictionary_encode(),
        )

    def _part(self, column: Column, whole: Flags, kept: Flags) -> _Part | None:
        """Return the rows of one column."""
        codes, lines, traits = column.codes, column.lines, self.traits
        if codes is None:
            return None
        aside = traits.is_aside[codes] & whole[lines.message]
        chosen = np.flatnonzero(traits.is_listed[codes] | aside)
        self.observed.total += len(chosen)
        chosen = chosen[kept[lines.message[chosen]]]
        if not len(chosen):
            return None
        values = column.values
        picked: slice | Numbers = slice(None)
        if len(chosen) < len(values):
            picked, values = chosen, [values[place] for place in chosen.tolist()]
        codes = codes[picked]
        is_open = bool(traits.is_open[codes].all())
        texts, numbers = self.show.column(values, self.meanings, codes, is_open=is_open)
        part = {
            "sent": lines.message[picked],
            "item": _items(column)[picked],
            "row": lines.row[picked],
            "number": lines.number[picked] + column.number,
            "field": column.rows[picked],
            "meaning": codes,
            "steps": np.full(len(values), self.observed.way(column.place.steps)),
            "event_time": column.whens[picked],
            "amount": numbers,
        }
        return part, pa.array(texts, pa.string())


def _items(column: Column) -> Numbers:
    """Return the outermost item of a list that each value is in, else -1."""
    where, items = column.stack.layout, column.lines.item
    if where.is_list or not where.tails or not where.tails[column.number]:
        return items
    return np.where(items < 0, where.tails[column.number][0], items)
