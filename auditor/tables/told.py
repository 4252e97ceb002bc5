"""Some messages of a batch, value by value: columns put back into the order in which they left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from auditor.places import Context, Place
from auditor.records import Value
from auditor.tables.batch import Column
from auditor.tables.meanings import Codes, Flags
from auditor.tables.profile import Numbers

_CONTEXTS = {context: number for number, context in enumerate(get_args(Context))}


@dataclass(frozen=True, slots=True)
class Told:
    """The values of messages, message by message."""

    columns: Sequence[Column]
    message: Numbers
    part: Numbers
    """Context, event and outermost item of a list: three numbers for each."""
    code: Codes
    """Number of the meaning."""
    _column_of: Numbers
    _spot: Numbers
    """Place in the column."""

    def of(self, message: int) -> Told:
        """Return the values of one message."""
        start, end = np.searchsorted(self.message, (message, message + 1))
        mine = slice(start, end)
        return Told(
            self.columns,
            self.message[mine],
            self.part[:, mine],
            self.code[mine],
            self._column_of[mine],
            self._spot[mine],
        )

    def place(self, at: int) -> Place:
        """Return the place of a value, given its number here."""
        return self._column(at).place

    def value(self, at: int) -> Value:
        """Return a value."""
        return self._column(at).values[int(self._spot[at])]

    def event(self, at: int) -> str:
        """Return the name of the event that a value belongs to."""
        column = self._column(at)
        kinds = [*column.stack.kinds]
        return kinds[int(column.lines.kind[self._spot[at]])][2]

    def _column(self, at: int) -> Column:
        return self.columns[int(self._column_of[at])]


def told(columns: Sequence[Column], messages: Flags) -> Told:
    """Return the values of some messages; columns of one stack stand together."""
    parts, lines, spots = [np.empty((9, 0), dtype=np.int64)], None, np.empty(0, dtype=np.int64)
    for number, one in enumerate(columns):
        if one.lines is not lines:
            lines, spots = one.lines, np.flatnonzero(messages[one.lines.message])
        if len(spots):
            part = np.empty((9, len(spots)), dtype=np.int64)
            part[0] = lines.message[spots]
            part[1] = lines.row[spots]
            part[2] = lines.number[spots] + one.number
            part[3] = _CONTEXTS[one.place.context]
            part[4] = one.groups.numbers[one.groups.of[spots]]
            part[5] = one.items[spots]
            part[6] = 0 if one.codes is None else one.codes[spots]
            part[7] = number
            part[8] = spots
            parts.append(part)
    every = np.concatenate(parts, axis=1)
    every = every[:, np.lexsort(every[2::-1])]
    return Told(columns, every[0], every[3:6], every[6], every[7], every[8])
