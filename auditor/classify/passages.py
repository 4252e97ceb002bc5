"""What a message says, sheet by sheet, with what is known of its values before they are looked at.

Most values mean nothing to anybody, and those that do are judged a column at a time. So a passage
holds what a column of values is judged by; who works on many messages judges them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from auditor.catalogue.model import FieldRule
from auditor.classify.clock import NO_WHENS, Whens
from auditor.classify.events import NO_EVENTS
from auditor.classify.senses import Field, Rules, Sense
from auditor.places import Layout
from auditor.records import NO_MEANING, Meaning, Observation, Sheet, Value


class Said(NamedTuple):
    """What one value of a sheet means."""

    row: int
    number: int
    """Of the value in its row."""
    meaning: Meaning
    when: float | None
    """When that happened according to the message itself, in seconds since 1970."""


class Passage(NamedTuple):
    """A sheet, and what its values are judged by."""

    sheet: Sheet
    senses: Mapping[str, Sense]
    """What is known of the rows of each event."""
    events: Sequence[str] = NO_EVENTS
    """Name of the event of each row; empty where the rows have none."""
    rules: Mapping[int, Rules] = {}
    """Rules that hold for the values of a column, where that depends on the rest of the message;
    for lists, the column 0 has all values."""
    whens: Whens = NO_WHENS
    known: Mapping[tuple[int, int], Meaning] = {}
    """Meanings of values that were recognised, by row and number."""

    def event(self, row: int) -> str:
        """Return the event of a row."""
        return self.events[row] if self.events else ""

    def usual_rules(self, number: int) -> list[FieldRule | None]:
        """Return the rules of the values of a column where they depend on nothing but events."""
        return [field.rule for field in self.fields(number)]

    def fields(self, number: int) -> list[Field]:
        """Return what each value of a column is judged by."""
        where, rows, _ = self.sheet
        spots = _spots(where, rows, number)
        return [self.senses[self.event(row)].fields[number] for row, _ in spots]

    @property
    def said(self) -> list[Said]:
        """The values whose meaning anybody knows, row by row."""
        where, rows, _ = self.sheet
        found = {}
        for number in speaking(self.senses.values()):
            rules = self.rules.get(number)
            for place, (row, at) in enumerate(_spots(where, rows, number)):
                field = self.senses[self.event(row)].fields[number]
                if not field.is_mute:
                    meaning = field.meaning(rows[row][at], rules[place] if rules else field.rule)
                    when = self.whens.when(number, place, row)
                    found[row, at] = Said(row, at, meaning, when)
        for (row, at), meaning in self.known.items():
            before = found.get((row, at))
            when = self.whens.rows[row] if self.whens.rows else None
            found[row, at] = Said(row, at, meaning, before.when if before else when)
        return [found[spot] for spot in sorted(found)]

    def observations(self) -> Iterator[Observation]:
        """Yield one observation for every leaf, row by row."""
        told = {(one.row, one.number): one for one in self.said}
        for row, values in enumerate(self.sheet.rows):
            event = self.event(row)
            for number in range(len(values)):
                one = told.get((row, number), _NOTHING_SAID)
                yield Observation(self.sheet.leaf(row, number), one.meaning, event, one.when)


def speaking(senses: Iterable[Sense]) -> list[int]:
    """Return the numbers of the columns that mean something to at least one of the senses."""
    return sorted({number for sense in senses for number, _ in sense.columns})


_NOTHING_SAID = Said(0, 0, NO_MEANING, None)


def column(where: Layout, rows: Sequence[Sequence[Value]], number: int) -> list[Value]:
    """Return one value of every row; all values, row by row, where rows are lists."""
    if where.is_list:
        return [value for row in rows for value in row]
    return [row[number] for row in rows]


def _spots(
    where: Layout, rows: Sequence[Sequence[Value]], number: int
) -> Iterator[tuple[int, int]]:
    """Yield row and number of each value of a column."""
    if where.is_list:
        return ((row, at) for row, values in enumerate(rows) for at in range(len(values)))
    return ((row, number) for row in range(len(rows)))
