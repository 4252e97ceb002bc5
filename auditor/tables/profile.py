"""Keep what is known of every field: how often it was sent, with what values, what it is.

There may be as many fields as values in a small capture, so a field is a row of one array; what is
added to it comes for whole columns of values. In which portions changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from auditor.records import Meaning, Value
from auditor.tables.different import Different
from auditor.tables.meanings import Codes, Meanings, Traits
from auditor.tables.sorting import different

Numbers: TypeAlias = npt.NDArray[np.int64]

Values: TypeAlias = tuple[Numbers, Sequence[Value], frozenset[type]]
"""A column of values: the row of the field of each, the values, and their types."""

FieldKey = tuple[str, str, str, str, str]
"""Receiver, endpoint, event, context and path, as captured: not redacted."""

TYPES: tuple[type, ...] = (int, float, bool, str, bytes, type(None))
"""Types of values, in the order of their bits."""
BITS = {kind: 1 << place for place, kind in enumerate(TYPES)}

_PLACE = 32
"""Bits for the place of a field in its key."""
_NEVER = np.iinfo(np.int64).max
_ROW = np.dtype(
    [
        ("exchange", "i8"),  # that had it first
        ("spot", "i8"),  # where in there: grows with the values of an exchange
        ("count", "i8"),
        ("messages", "i8"),
        ("first", "f8"),
        ("last", "f8"),
        ("types", "u1"),
        ("rank", "i1"),  # of the best meaning
        ("noted", "i8"),  # exchange that the best meaning comes from
        ("meaning", "i8"),
    ]
)
_NEW = np.array([(_NEVER, 0, 0, 0, np.inf, -np.inf, 0, 0, _NEVER, 0)], dtype=_ROW)


class Fields(NamedTuple):
    """What is known of all fields, in the order in which they were first sent."""

    groups: Sequence[tuple[str, str, str]]
    """Receiver, endpoint and event."""
    group: Numbers
    """Place in `groups`, for each field."""
    places: Sequence[tuple[str, str]]
    """Context and path."""
    place: Numbers
    """Place in `places`, for each field."""
    counted: npt.NDArray[Any]
    """`count`, `messages`, `first`, `last`, `types` as bits of `BITS`, and `meaning`: the number of
    the strongest, the first one of equals."""
    distinct: Numbers
    """Different values, counted up to `different.DISTINCT_CAP`."""
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Counted:
    """The fields of an audit as another process counted them."""

    groups: list[tuple[str, str, str]]
    """Receiver, endpoint and event."""
    group: Numbers
    """Place in `groups`, for each field."""
    places: list[tuple[str, str]]
    """Context and path."""
    place: Numbers
    """Place in `places`, for each field."""
    rows: npt.NDArray[Any]
    examples: list[str]
    different: Different
    meanings: list[Meaning]


class Profiles:
    """The fields of a whole audit."""

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        self._groups: dict[tuple[str, str, str], int] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._keys = np.empty(0, dtype=np.int64)
        """Group and place of each field in one number, sorted."""
        self._row_of = np.empty(0, dtype=np.int64)
        """The row of each of them."""
        self._rows = np.repeat(_NEW, 1024)
        self._examples: list[str] = []
        self._different = Different()

    def __len__(self) -> int:
        return len(self._examples)

    def group(self, receiver: str, endpoint: str, event: str) -> int:
        """Return the number of an event of an endpoint."""
        return self._groups.setdefault((receiver, endpoint, event), len(self._groups))

    def key(self, groups: Numbers, place: tuple[str, str]) -> Numbers:
        """Return a number for each field: of each group, the one with this context and path."""
        return groups << _PLACE | self._place(place)

    def _place(self, place: tuple[str, str]) -> int:
        return self._places.setdefault(place, len(self._places))

    def open(
        self, keys: Numbers, exchanges: Numbers, spots: Numbers, show: Callable[[int], str]
    ) -> Numbers:
        """Return the rows of fields, which may come more than once; new ones if needed.

        `exchanges` says which exchange had each of them first, `spots` grows inside of that; they
        may not be earlier than those of a field that is open. `show` returns an example, given the
        place in `keys`: the first one stays.
        """
        order = np.lexsort((spots, exchanges, keys))
        sorted_ = keys[order]
        first = order[np.flatnonzero(np.diff(sorted_, prepend=-1))]
        found = keys[first]
        at = np.searchsorted(self._keys, found)
        known = at < len(self._keys)
        known[known] = self._keys[at[known]] == found[known]
        rows = np.empty(len(found), dtype=np.int64)
        rows[known] = self._row_of[at[known]]
        new = first[~known]
        rows[~known] = mine = np.arange(len(self), len(self) + len(new))
        self._examples += [show(place) for place in new.tolist()]
        self._make_room()
        self._rows["exchange"][mine], self._rows["spot"][mine] = exchanges[new], spots[new]
        self._keys = np.insert(self._keys, at[~known], keys[new])
        self._row_of = np.insert(self._row_of, at[~known], mine)
        return rows[np.searchsorted(found, keys)]

    def _make_room(self) -> None:
        missing = len(self._examples) - len(self._rows)
        if missing > 0:
            more = np.repeat(_NEW, max(missing, len(self._rows)))
            self._rows = np.concatenate([self._rows, more])

    def count(self, columns: Iterable[Values]) -> None:
        """Take columns of values: the row of the field of each, the values, and their types."""
        mine = self._rows[: len(self)]
        joined = [*_joined(columns)]
        for rows, values, kinds in joined:
            if len(kinds) == 1:
                mine["types"][rows] |= BITS[next(iter(kinds))]
            else:
                np.bitwise_or.at(mine["types"], rows, [BITS[type(one)] for one in values])
            mine["count"] += np.bincount(rows, minlength=len(mine))
        self._different.add(joined)

    def carried(self, rows: Numbers, messages: Numbers, times: npt.NDArray[np.float64]) -> None:
        """Take which messages carried which fields; each pair counts once.

        `messages` are numbers in a batch of messages, `times` says when each of those left.
        """
        rows, messages = np.divmod(different(rows * len(times) + messages), len(times))
        mine = self._rows[: len(self)]
        mine["messages"] += np.bincount(rows, minlength=len(mine))
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        fields, when = rows[starts], times[messages]
        first, last = np.minimum.reduceat(when, starts), np.maximum.reduceat(when, starts)
        mine["first"][fields] = np.minimum(mine["first"][fields], first)
        mine["last"][fields] = np.maximum(mine["last"][fields], last)

    def note(self, rows: Numbers, codes: Codes, exchanges: Numbers, traits: Traits) -> None:
        """Take meanings of values, in the order in which they left.

        The strongest says what a field is, the first of equals. One without a kind of data only
        where there is nothing else.
        """
        worth = traits.speaks[codes]
        rows, codes, exchanges = rows[worth], codes[worth], exchanges[worth]
        rank = traits.rank[codes]
        order = np.lexsort((-rank, rows))  # stable: the first of equals stays first
        rows, codes, exchanges, rank = rows[order], codes[order], exchanges[order], rank[order]
        best = np.ones(len(rows), dtype=bool)
        best[1:] = rows[1:] != rows[:-1]
        rows, codes, exchanges, rank = rows[best], codes[best], exchanges[best], rank[best]
        mine = self._rows
        better = (rank > mine["rank"][rows]) | (mine["noted"][rows] == _NEVER)
        rows = rows[better]
        mine["rank"][rows], mine["meaning"][rows] = rank[better], codes[better]
        mine["noted"][rows] = exchanges[better]

    def counted(self) -> Counted:
        """Return everything, for another process."""
        group, place = self._pairs()
        return Counted(
            list(self._groups),
            group,
            list(self._places),
            place,
            self._rows[: len(self)].copy(),
            self._examples,
            self._different,
            self._meanings.all,
        )

    def merge(self, other: Counted) -> tuple[Numbers, Codes]:
        """Take fields that were counted elsewhere.

        Return which row here each row there is, and which meaning here each meaning there is.
        """
        groups = np.array([self.group(*one) for one in other.groups], dtype=np.int64)
        places = np.array([*map(self._place, other.places)], dtype=np.int64)
        keys = groups[other.group] << _PLACE | places[other.place]
        rows = self.open(keys, np.full_like(keys, _NEVER), np.zeros_like(keys), lambda _: "")
        mine, theirs = self._rows[rows], other.rows
        sooner = (theirs["exchange"] < mine["exchange"]) | (
            (theirs["exchange"] == mine["exchange"]) & (theirs["spot"] < mine["spot"])
        )
        for place in np.flatnonzero(sooner).tolist():
            self._examples[rows[place]] = other.examples[place]
        mine["exchange"][sooner], mine["spot"][sooner] = (
            theirs["exchange"][sooner],
            theirs["spot"][sooner],
        )
        codes = self._meanings.codes(other.meanings)
        better = (theirs["rank"] > mine["rank"]) | (
            (theirs["rank"] == mine["rank"]) & (theirs["noted"] < mine["noted"])
        )
        mine["rank"][better], mine["noted"][better] = (
            theirs["rank"][better],
            theirs["noted"][better],
        )
        mine["meaning"][better] = codes[theirs["meaning"][better]]
        mine["count"] += theirs["count"]
        mine["messages"] += theirs["messages"]
        mine["types"] |= theirs["types"]
        mine["first"] = np.minimum(mine["first"], theirs["first"])
        mine["last"] = np.maximum(mine["last"], theirs["last"])
        self._rows[rows] = mine
        self._different.merge(other.different, rows)
        return rows, codes

    def places(self) -> Numbers:
        """Return for every row its place in the order of `fields`."""
        order = self._order()
        found = np.empty_like(order)
        found[order] = np.arange(len(order))
        return found

    def fields(self) -> Fields:
        """Return everything, field by field."""
        order = self._order()
        group, place = self._pairs()
        return Fields(
            list(self._groups),
            group[order],
            list(self._places),
            place[order],
            self._rows[order],
            self._different.counts(len(self))[order],
            [self._examples[row] for row in order.tolist()],
        )

    def clear(self) -> None:
        """Forget all fields: they take memory that tables need."""
        self.__init__(self._meanings)  # type: ignore[misc]

    def _order(self) -> Numbers:
        mine = self._rows[: len(self)]
        return np.lexsort((mine["spot"], mine["exchange"]))

    def _pairs(self) -> tuple[Numbers, Numbers]:
        """Return the numbers of group and place, row by row."""
        group, place = np.divmod(self._keys[np.argsort(self._row_of)], 1 << _PLACE)
        return group, place


def _joined(columns: Iterable[Values]) -> Iterator[Values]:
    """Yield one column for all that have values of the same types."""
    alike: dict[frozenset[type], list[tuple[Numbers, Sequence[Value]]]] = {}
    for rows, values, kinds in columns:
        alike.setdefault(kinds, []).append((rows, values))
    for kinds, some in alike.items():
        rows = np.concatenate([rows for rows, _ in some])
        yield rows, [*chain.from_iterable(values for _, values in some)], kinds
