"""A batch of messages, column by column: values that stand alike are judged and counted together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from auditor.catalogue.model import FieldRule
from auditor.classify.senses import Field, Sense
from auditor.pipeline import Sent
from auditor.places import Layout, Place
from auditor.records import Exchange, Site, Value
from auditor.tables.meanings import Codes, Meanings
from auditor.tables.profile import Numbers
from auditor.tables.stacks import Group, Groups, Lines, Stack


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
    stacks: dict[Layout, Stack] = field(default_factory=dict)
    rows: int = 0
    values: int = 0

    def add(self, taken: Taken) -> None:
        """Take an exchange."""
        self.taken.append(taken)
        for sent in taken.sent:
            self._add(Parcel(taken.exchange, taken.site, sent))

    def _add(self, parcel: Parcel) -> None:
        _, site, sent = parcel
        message, stacks = len(self.parcels), self.stacks
        self.parcels.append(parcel)
        for passage in sent.passages:
            where, rows, _ = passage[0]
            stack = stacks.get(where)
            if stack is None:
                stack = stacks[where] = Stack(where)
            stack.add(passage, message, self.rows, site.receiver, site.endpoint)
            self.rows += len(rows)
            self.values += sum(map(len, rows)) if where.is_list else len(rows) * len(rows[0])

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """When each message left."""
        return np.array([one.sent.time for one in self.parcels], dtype=np.float64)

    @property
    def exchanges(self) -> Numbers:
        """Number of the exchange of each message."""
        return np.array([one.exchange.number for one in self.parcels], dtype=np.int64)


_NONE: Numbers = np.empty(0, dtype=np.int64)


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
    fields: Numbers = _NONE
    """Row of the field that each of the groups has here, once the fields are open."""

    @property
    def rows(self) -> Numbers:
        """Row of the field that each value belongs to."""
        return self.fields[self.groups.of]

    @property
    def items(self) -> Numbers:
        """Index of the outermost item of a list that each value is in, else -1."""
        where, items = self.stack.layout, self.lines.item
        if where.is_list or not where.tails or not where.tails[self.number]:
            return items
        return np.where(items < 0, where.tails[self.number][0], items)


def columns(batch: Batch, meanings: Meanings, group: Group) -> Iterator[Column]:
    """Yield all columns of a batch, judged; their fields are not open yet."""
    for stack in batch.stacks.values():
        lines, groups = stack.lines(group)
        senses, of_kind = stack.senses()
        sense, moments = of_kind[lines.kind], stack.moments()
        for number, place in enumerate(stack.layout.places):
            values = stack.column(number)
            codes = _judged(stack, number, values, (senses, sense), meanings)
            if stack.known:
                codes = _recognised(stack, number, len(values), codes, meanings)
            whens = stack.moments_of(number, moments)
            kinds = frozenset(map(type, values))
            yield Column(place, number, values, kinds, codes, whens, lines, groups, stack)


def _judged(
    stack: Stack,
    number: int,
    values: Sequence[Value],
    by: tuple[Sequence[Sense], Numbers],
    meanings: Meanings,
) -> Codes | None:
    """Return the numbers of what the values of a column mean; None where nobody knows any.

    `by` has the senses of the stack, and for each value the place there of the one that judges it.
    """
    senses, sense = by
    fields = [one.fields[number] for one in senses]
    worth = [one for one in dict.fromkeys(fields) if not one.is_mute]
    if not worth:
        return None
    ruled = stack.ruled(number, len(values)) if number in stack.rules else {}
    if len(worth) == len(set(fields)) == 1:
        return _codes(worth[0], values, range(len(values)), ruled, meanings)
    places = {one: place for place, one in enumerate(worth)}
    of = np.array([places.get(one, -1) for one in fields])[sense]
    codes = np.zeros(len(values), dtype=np.intp)
    for place, one in enumerate(worth):
        mine = np.flatnonzero(of == place)
        if len(mine):
            spots = mine.tolist()
            codes[mine] = _codes(one, [values[spot] for spot in spots], spots, ruled, meanings)
    return codes


def _codes(
    field: Field,
    values: Sequence[Value],
    spots: Sequence[int],
    ruled: Mapping[int, FieldRule | None],
    meanings: Meanings,
) -> Codes:
    """Return the numbers of what values of one field mean; `spots` are their places in `ruled`."""
    told = field.told(values, [ruled[spot] for spot in spots] if field.asks else None)
    mine = meanings.codes(told.meanings)
    return np.repeat(mine, len(values)) if told.codes is None else mine[told.codes]


def _recognised(
    stack: Stack, number: int, count: int, codes: Codes | None, meanings: Meanings
) -> Codes | None:
    """Give the values of a column that were recognised their meaning."""
    is_list = stack.layout.is_list
    starts = np.cumsum(stack.sizes) - stack.sizes
    for (row, at), meaning in stack.known.items():
        if is_list or at == number:
            codes = np.zeros(count, dtype=np.intp) if codes is None else codes
            codes[starts[row] + (at if is_list else 0)] = meanings.code(meaning)
    return codes
