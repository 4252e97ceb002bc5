"""Rows of many messages, stacked where they stand alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from auditor.catalogue.model import FieldRule
from auditor.classify.clock import NO_WHENS, Whens
from auditor.classify.passages import Passage, column
from auditor.classify.senses import Rules, Sense
from auditor.places import At, Layout
from auditor.records import Meaning, Value
from auditor.tables.sorting import different

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
    kind: Numbers
    """Number of the kind of its row."""


class Groups(NamedTuple):
    """The events of endpoints whose rows are in one stack."""

    numbers: Numbers
    first: Numbers
    """The first value of a column that belongs to each."""
    of: Numbers
    """Which of them each value belongs to."""
    runs: tuple[Numbers, Numbers]
    """Each pair of one of them and a message that carried it, once."""


Kind: TypeAlias = tuple[str, str, str, Sense]
"""What rows have in common: receiver, endpoint, event, and what their values are judged by."""
Group: TypeAlias = Callable[[str, str, str], int]
"""Return the number of an event of an endpoint, given receiver, endpoint and event."""


@dataclass(slots=True)
class Stack:
    """Rows of one layout, from any number of messages."""

    layout: Layout
    rows: list[Sequence[Value]] = field(default_factory=list)
    ats: list[At] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    """Three numbers for each passage: message, number of its first row in the batch, and number of
    its rows."""
    kinds: dict[Kind, int] = field(default_factory=dict)
    """The different kinds of rows, numbered."""
    of: list[int] = field(default_factory=list)
    """For each row, the number of its kind."""
    rules: dict[int, list[tuple[int, Rules]]] = field(default_factory=dict)
    """For columns where some rules depend on their messages: a row, and the rules of the values
    from there."""
    whens: list[float | None] = field(default_factory=list)
    """For each of the first rows, when what it tells of happened; too short when nobody says."""
    own_whens: dict[int, list[tuple[int, Sequence[float | None]]]] = field(default_factory=dict)
    """For columns of which some values have moments of their own: first row, and moments."""
    known: dict[tuple[int, int], Meaning] = field(default_factory=dict)
    """What was recognised, by row of the stack and number."""

    def add(self, passage: Passage, message: int, start: int, receiver: str, endpoint: str) -> None:
        """Lay the rows of a passage on top; the first one is row `start` of the batch."""
        (_, rows, ats), senses, events, rules, whens, known = passage
        self.runs += (message, start, len(rows))
        if whens is not NO_WHENS:
            self._add_whens(whens)
        for number, mine in rules.items() if rules else ():
            self.rules.setdefault(number, []).append((len(self.rows), mine))
        for (row, number), meaning in known.items() if known else ():
            self.known[len(self.rows) + row, number] = meaning
        kinds = self.kinds
        numbers = {
            event: kinds.setdefault((receiver, endpoint, event, sense), len(kinds))
            for event, sense in senses.items()
        }
        if len(numbers) == 1:
            self.of += [*numbers.values()] * len(rows)
        else:
            self.of += map(numbers.__getitem__, events)
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
        if self.layout.is_list:
            return np.array([*map(len, self.rows)], dtype=np.int64)
        return np.ones(len(self.rows), dtype=np.int64)

    def column(self, number: int) -> list[Value]:
        """Return a column of values."""
        return column(self.layout, self.rows, number)

    def senses(self) -> tuple[list[Sense], Numbers]:
        """Return the different senses that rows are judged by, and for each kind its place there."""
        place: dict[Sense, int] = {}
        of_kind = [place.setdefault(sense, len(place)) for *_, sense in self.kinds]
        return [*place], np.array(of_kind, dtype=np.int64)

    def ruled(self, number: int, count: int) -> Mapping[int, FieldRule | None]:
        """Return the rules that depend on messages, for values of a column of `count` values."""
        starts = np.cumsum(self.sizes) - self.sizes
        return {
            int(starts[row]) + place: rule
            for row, rules in self.rules.get(number, ())
            for place, rule in enumerate(rules)
        }

    def moments(self) -> npt.NDArray[np.float64]:
        """Return when what each row tells of happened; not a number where nobody says."""
        found = np.full(len(self.rows), np.nan)
        found[: len(self.whens)] = self.whens
        return found

    def moments_of(self, number: int, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the same for the values of a column, given `moments`."""
        sizes = self.sizes
        found = np.repeat(rows, sizes) if self.layout.is_list else rows
        if number in self.own_whens:
            found, starts = found.copy(), np.cumsum(sizes) - sizes
            for row, mine in self.own_whens[number]:
                found[starts[row] : starts[row] + len(mine)] = mine
        return found

    def lines(self, group: Group) -> tuple[Lines, Groups]:
        """Return where the values of any column come from, and to which groups they belong."""
        message, start, count = np.array(self.runs, dtype=np.int64).reshape(-1, 3).T
        ends = np.cumsum(count)
        row = np.arange(len(self.rows)) + np.repeat(start - ends + count, count)
        item = np.array([at[0] if at else -1 for at in self.ats], dtype=np.int64)
        kind = np.array(self.of, dtype=np.int64)
        lines = Lines(np.repeat(message, count), row, np.zeros_like(row), item, kind)
        groups = np.array([group(*names) for *names, _ in self.kinds], dtype=np.int64)[kind]
        if self.layout.is_list:
            sizes = self.sizes
            inner = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            outer = np.repeat(item, sizes)
            lines = Lines(
                np.repeat(lines.message, sizes),
                np.repeat(row, sizes),
                inner,
                np.where(outer < 0, inner, outer),
                np.repeat(kind, sizes),
            )
        return lines, self._groups(np.repeat(message, count), groups)

    def _groups(self, message: Numbers, group: Numbers) -> Groups:
        """Return the groups that have values, given the message and the group of each row."""
        sizes = self.sizes
        if self.layout.is_list:
            filled = sizes > 0
            message, group, sizes = message[filled], group[filled], sizes[filled]
        numbers, of = np.unique(group, return_inverse=True)
        first = np.empty(len(numbers), dtype=np.int64)
        first[of[::-1]] = (np.cumsum(sizes) - sizes)[::-1]  # the first of each is written last
        messages = int(message.max(initial=0)) + 1
        which, run = np.divmod(different(of * messages + message), messages)
        return Groups(numbers, first, np.repeat(of, sizes), (which, run))
