"""What a message says, sheet by sheet: the classifier's result in the form it is worked out in.

Most values mean nothing to anybody, so only those that do have a record of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auditor.records import NO_MEANING, Meaning, Observation, Sheet


class Said(NamedTuple):
    """What one value of a sheet means."""

    row: int
    number: int
    """Of the value in its row."""
    meaning: Meaning
    when: float | None
    """When that happened according to the message itself, in seconds since 1970."""


class Passage(NamedTuple):
    """A sheet, all of one event, with what its values mean."""

    sheet: Sheet
    event: str = ""
    """Name of the event, where the endpoint has events."""
    said: Sequence[Said] = ()
    """The values whose meaning anybody knows, column by column."""

    def observations(self) -> Iterator[Observation]:
        """Yield one observation for every leaf, row by row."""
        told = {(one.row, one.number): one for one in self.said}
        for row, values in enumerate(self.sheet.rows):
            for number in range(len(values)):
                one = told.get((row, number), _NOTHING_SAID)
                yield Observation(self.sheet.leaf(row, number), one.meaning, self.event, one.when)


_NOTHING_SAID = Said(0, 0, NO_MEANING, None)
