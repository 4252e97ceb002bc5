"""A batch of messages, column by column: values that stand alike are judged and counted together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from auditor.pipeline import Sent
from auditor.places import Place
from auditor.records import Exchange, Site, Value
from auditor.tables.meanings import Codes, Meanings
from auditor.tables.profile import Numbers, Profiles
from auditor.tables.stacks import Groups, Lines, Stack


class Taken(NamedTuple):
    """An exchange of a batch."""

    capture: int
    exchange: Exchange
    site: Site
    sent: tuple[Sent, ...]


class Parcel(NamedTuple):
    """A message of a batch."""

    exchange: Exchange
    site: Site
    sent: Sent


@dataclass(slots=True)
class Batch:
    """Exchanges that are counted together; which ones they are changes nothing."""

    taken: list[Taken] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    stacks: dict[int, Stack] = field(default_factory=dict)
    """By the identity of their sense."""
    rows: int = 0
    values: int = 0

    def add(self, taken: Taken, profiles: Profiles) -> None:
        """Take an exchange."""
        self.taken.append(taken)
        for sent in taken.sent:
            self._add(Parcel(taken.exchange, taken.site, sent), profiles)

    def _add(self, parcel: Parcel, profiles: Profiles) -> None:
        _, site, sent = parcel
        message, stacks = len(self.parcels), self.stacks
        self.parcels.append(parcel)
        receiver, endpoint = site.receiver, site.endpoint
        for passage in sent.passages:
            rows, sense, event = passage[0][1], passage[1], passage[2]
            stack = stacks.get(id(sense))
            if stack is None:
                stack = stacks[id(sense)] = Stack(sense)
            stack.add(passage, message, profiles.group(receiver, endpoint, event), self.rows)
            self.rows += len(rows)
            is_list = sense.layout.is_list
            self.values += sum(map(len, rows)) if is_list else len(rows) * len(rows[0])

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """When each message left."""
        return np.array([one.sent.time for one in self.parcels], dtype=np.float64)

    @property
    def exchanges(self) -> Numbers:
        """Number of the exchange of each message."""
        return np.array([one.exchange.number for one in self.parcels], dtype=np.int64)


class Column(NamedTuple):
    """The values of a stack at one place."""

    place: Place
    number: int
    """Of the value in its row; 0 for lists."""
    values: Sequence[Value]
    kinds: frozenset[type]
    """Types of the values."""
    codes: Codes | None
    """Number of the meaning of each value; None where nobody knows any."""
    whens: npt.NDArray[np.float64]
    """When what each value tells of happened; not a number where nobody says."""
    lines: Lines
    groups: Groups
    stack: Stack
    fields: Numbers
    """Row of the field that each of the groups has here."""

    @property
    def rows(self) -> Numbers:
        """Row of the field that each value belongs to."""
        return self.fields[self.groups.of]


Open: TypeAlias = Callable[[Column], Numbers]
"""Return the fields of a column that has none yet, one for each of its groups."""


def columns(batch: Batch, meanings: Meanings, open_: Open) -> Iterator[Column]:
    """Yield all columns of a batch, judged, with their fields."""
    for stack in batch.stacks.values():
        where, (lines, groups) = stack.sense.layout, stack.lines()
        moments = stack.moments()
        fields = dict(stack.sense.columns)
        for number, place in enumerate(where.places):
            values = stack.column(number)
            codes: Codes | None = None
            if number in fields:
                told = fields[number].told(values, stack.rules.get(number))
                mine = meanings.codes(told.meanings)
                codes = np.repeat(mine, len(values)) if told.codes is None else mine[told.codes]
            if stack.known:
                codes = _recognised(stack, number, len(values), codes, meanings)
            whens = stack.moments_of(number, moments)
            kinds = frozenset(map(type, values))
            found = Column(place, number, values, kinds, codes, whens, lines, groups, stack, _NONE)
            yield found._replace(fields=open_(found))


_NONE: Numbers = np.empty(0, dtype=np.int64)


def _recognised(
    stack: Stack, number: int, count: int, codes: Codes | None, meanings: Meanings
) -> Codes | None:
    """Give the values of a column that were recognised their meaning."""
    is_list = stack.sense.layout.is_list
    starts = np.cumsum(stack.sizes) - stack.sizes
    for (row, at), meaning in stack.known.items():
        if is_list or at == number:
            codes = np.zeros(count, dtype=np.intp) if codes is None else codes
            codes[starts[row] + (at if is_list else 0)] = meanings.code(meaning)
    return codes
