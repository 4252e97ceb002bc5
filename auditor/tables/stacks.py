"""Rows of many messages, stacked where they are judged alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from auditor.catalogue.model import FieldRule
from auditor.classify.events import NO_WHENS, Whens
from auditor.classify.passages import Passage, column
from auditor.classify.senses import Sense
from auditor.places import At
from auditor.records import Meaning, Value

Numbers = npt.NDArray[np.int64]


class Lines(NamedTuple):
    """Where the values of a column come from: one entry for each."""

    message: Numbers
    """Number of the message in the batch."""
    row: Numbers
    """Number of the row among all rows of the batch, in the order in which they left."""
    number: Numbers
    """Of the value in a row that is a list, else 0."""
    item: Numbers
    """Index of the outermost item of a list that it is in, else -1."""


class Groups(NamedTuple):
    """The events of endpoints whose rows are in one stack."""

    numbers: Sequence[int]
    first: Numbers
    """The first value of a column that belongs to each."""
    of: Numbers
    """Which of them each value belongs to."""
    runs: tuple[Numbers, Numbers]
    """Each pair of one of them and a message that carried it, once."""


@dataclass(slots=True)
class Stack:
    """Rows that one sense judges, from any number of messages."""

    sense: Sense
    rows: list[Sequence[Value]] = field(default_factory=list)
    ats: list[At] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    """Four numbers for each passage: message, group, number of its first row in the batch, and
    number of its rows. No two have both message and group in common."""
    rules: dict[int, list[FieldRule | None]] = field(default_factory=dict)
    """Rules of the values of a column, where they depend on their messages."""
    whens: list[float | None] = field(default_factory=list)
    """For each of the first rows, when what it tells of happened; too short when nobody says."""
    own_whens: dict[int, list[tuple[int, Sequence[float | None]]]] = field(default_factory=dict)
    """For columns of which some values have moments of their own: first row, and moments."""
    known: dict[tuple[int, int], Meaning] = field(default_factory=dict)
    """What was recognised, by row of the stack and number."""

    def add(self, passage: Passage, message: int, group: int, start: int) -> None:
        """Lay the rows of a passage on top."""
        (_, rows, ats), _, _, rules, whens, known = passage
        self.runs += (message, group, start, len(rows))
        if whens is not NO_WHENS:
            self._add_whens(whens)
        if rules:
            for number, mine in rules.items():
                self.rules.setdefault(number, []).extend(mine)
        for (row, number), meaning in known.items() if known else ():
            self.known[len(self.rows) + row, number] = meaning
        self.rows += rows
        self.ats += ats

    def _add_whens(self, whens: Whens) -> None:
        row = len(self.rows)
        if whens.rows:
            if len(self.whens) < row:
                self.whens += [None] * (row - len(self.whens))
            self.whens += whens.rows
        for number, mine in whens.own.items():
            self.own_whens.setdefault(number, []).append((row, mine))

    @property
    def sizes(self) -> Numbers:
        """How many values of a column each row has."""
        if self.sense.layout.is_list:
            return np.array([*map(len, self.rows)], dtype=np.int64)
        return np.ones(len(self.rows), dtype=np.int64)

    def column(self, number: int) -> list[Value]:
        """Return a column of values."""
        return column(self.sense.layout, self.rows, number)

    def moments(self) -> npt.NDArray[np.float64]:
        """Return when what each row tells of happened; not a number where nobody says."""
        found = np.full(len(self.rows), np.nan)
        found[: len(self.whens)] = self.whens
        return found

    def moments_of(self, number: int, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the same for the values of a column, given `moments`."""
        sizes = self.sizes
        found = np.repeat(rows, sizes) if self.sense.layout.is_list else rows
        if number in self.own_whens:
            found, starts = found.copy(), np.cumsum(sizes) - sizes
            for row, mine in self.own_whens[number]:
                found[starts[row] : starts[row] + len(mine)] = mine
        return found

    def lines(self) -> tuple[Lines, Groups]:
        """Return where the values of any column come from, and to which groups they belong."""
        message, group, start, count = np.array(self.runs, dtype=np.int64).reshape(-1, 4).T
        ends = np.cumsum(count)
        row = np.arange(len(self.rows)) + np.repeat(start - ends + count, count)
        item = np.array([at[0] if at else -1 for at in self.ats], dtype=np.int64)
        numbers, first, runs = np.unique(group, return_index=True, return_inverse=True)
        first, of = (ends - count)[first], np.repeat(runs, count)
        lines = Lines(np.repeat(message, count), row, np.zeros_like(row), item)
        if self.sense.layout.is_list:
            sizes = self.sizes
            starts = np.cumsum(sizes) - sizes
            inner = np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
            outer = np.repeat(item, sizes)
            lines = Lines(
                np.repeat(lines.message, sizes),
                np.repeat(row, sizes),
                inner,
                np.where(outer < 0, inner, outer),
            )
            first, of = starts[first], np.repeat(of, sizes)
        return lines, Groups(numbers.tolist(), first, of, (runs, message))
