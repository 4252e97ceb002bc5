"""Keep what is known of every field: how often it was sent, with what values, what it is.

Rows of one layout come by the thousand. They are laid on piles as they come, and a pile is counted
column by column, which costs a tenth of counting value by value. When that happens changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain, islice
from typing import NamedTuple

from auditor.passages import Passage
from auditor.places import Layout
from auditor.records import NO_MEANING, Leaf, Meaning, Site, Value

DISTINCT_CAP = 100
_LONG = 32
RANK = {"": 0, "weak": 1, "medium": 2, "strong": 3}

Preview = Callable[[Value, Meaning], str]

Strings = Callable[[set[str]], None]
"""Is shown the different strings of a field, to learn what is secret."""

FieldKey = tuple[str, str, str, str, str]


class Verdict(NamedTuple):
    """What an observation says about its field, whatever the value."""

    rank: int
    category: str
    strength: str
    unit: str
    rule: str
    basis: str
    means: str
    indicates: tuple[str, ...]


_NEVER = float("inf")
_NO_NUMBER = ("NaN",)
_SHORT = frozenset({int, bool, type(None)})
"""Types whose values stay as they are when they are counted."""
_OTHER = Verdict(0, "other", "", "", "", "", "", ())


@dataclass(slots=True)
class Profile:
    """What is known of one field: everything about a path of an endpoint's event."""

    row: int
    born: tuple[int, int]
    """Number of the exchange that had it first, and a number that grows inside of that."""
    example: str
    best: Verdict = _OTHER
    noted: float = _NEVER
    """Number of the exchange that `best` comes from."""
    latest: Meaning | None = None
    count: int = 0
    messages: int = 0
    first: float = float("inf")
    last: float = float("-inf")
    types: frozenset[type] = frozenset()
    seen: set[object] | None = None
    """The different values, digests in the place of long texts; none left above the cap."""
    is_full: bool = False
    """There are `DISTINCT_CAP` different values or more."""
    carried: Collection[int] = ()
    """Messages of this batch that carried it."""

    @property
    def distinct(self) -> int:
        """Different values, counted up to `DISTINCT_CAP`."""
        return DISTINCT_CAP if self.is_full else len(self.seen or ())

    def note(self, meaning: Meaning, exchange: int) -> None:
        """Take what one value means; the strongest says what the field is, the first of equals."""
        self.latest = meaning
        verdict = _verdict(meaning)
        if verdict.rank > self.best.rank or (self.noted == _NEVER and verdict.rule):
            self.best, self.noted = verdict, exchange

    def add(self, other: Profile) -> None:
        """Take what was counted elsewhere of the same field, in other exchanges."""
        if other.born < self.born:
            self.born, self.example = other.born, other.example
        if (-other.best.rank, other.noted) < (-self.best.rank, self.noted):
            self.best, self.noted = other.best, other.noted
        self.count += other.count
        self.messages += other.messages
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.types |= other.types
        self.is_full |= other.is_full
        self._see(other.seen or ())

    def take(self, values: Sequence[Value], strings: Strings) -> None:
        """Count values."""
        self.count += len(values)
        kinds = set(map(type, values))
        if not kinds <= self.types:
            types = self.types | kinds
            self.types = _TYPES.setdefault(types, types)
        different = _different(values, kinds)
        if str in kinds:
            strings({one for one in different if type(one) is str} if len(kinds) > 1 else different)  # type: ignore[arg-type]  # all of them are strings
        if not self.is_full:
            self._see(different if kinds <= _SHORT else map(_brief, different))

    def _see(self, values: Iterable[object]) -> None:
        """Remember values until there are enough."""
        if self.seen is None:
            self.seen = set()
        self.seen.update(islice(values, 0 if self.is_full else DISTINCT_CAP))
        if len(self.seen) >= DISTINCT_CAP:
            self.is_full = True
        if self.is_full:
            self.seen = None


def _different(values: Sequence[Value], kinds: set[type]) -> set[object]:
    """Return the different values; in Python, true is 1."""
    if bool not in kinds:
        return set(values)
    if len(kinds) == 1:
        return {(one,) for one in set(values)}
    return {(one,) if type(one) is bool else one for one in values}


def _brief(value: object) -> object:
    """Return a value, or a digest of a long one: every process makes the same.

    All that is not a number counts as one, though Python finds that nothing equals it.
    """
    if isinstance(value, str | bytes) and len(value) > _LONG:
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return blake2b(data, digest_size=8).digest()
    return value if value == value else _NO_NUMBER  # noqa: PLR0124 - so is a NaN told


_TYPES: dict[frozenset[type], frozenset[type]] = {}
"""One object for each combination of types: there are few."""


class Pile:
    """Rows of one layout in one event of one endpoint that are not counted yet."""

    __slots__ = ("fields", "messages", "rows")

    def __init__(self, fields: list[Profile]) -> None:
        self.fields = fields
        """One for each value of a row; one only for lists."""
        self.rows: list[Sequence[Value]] = []
        self.messages: list[int] = []
        """Numbers of the messages in this batch that they come from."""


class Profiles:
    """The fields of a whole audit."""

    def __init__(self, preview: Preview, strings: Strings) -> None:
        self.fields: dict[FieldKey, Profile] = {}
        """By receiver, endpoint, event, context and path, as captured: not redacted."""
        self._preview = preview
        self._strings = strings
        self._piles: dict[tuple[str, str, str, Layout], Pile] = {}

    def pile(self, exchange: int, site: Site, passage: Passage) -> Pile:
        """Return where rows like this one go."""
        where = passage[0][0]
        key = (site.receiver, site.endpoint, passage[1], where)
        found = self._piles.get(key)
        if found is None:
            found = self._piles[key] = Pile(self._open(exchange, site, passage))
        return found

    def count(self, times: Sequence[float]) -> None:
        """Count what lies on the piles; `times` says when each message of the batch left."""
        touched: dict[int, Profile] = {}
        for (_, _, _, where), pile in self._piles.items():
            messages = set(pile.messages)
            moments = [times[number] for number in messages]
            first, last = min(moments), max(moments)
            if where.is_list:
                pile.fields[0].take([*chain.from_iterable(pile.rows)], self._strings)
            else:
                for one, column in zip(pile.fields, zip(*pile.rows, strict=True), strict=True):
                    one.take(column, self._strings)
            for one in pile.fields:
                touched[one.row] = one
                one.carried = messages.union(one.carried) if one.carried else messages
                one.first = min(one.first, first)
                one.last = max(one.last, last)
        for one in touched.values():
            one.messages += len(one.carried)
            one.carried = ()
        self._piles.clear()

    def merge(self, others: dict[FieldKey, Profile]) -> list[int]:
        """Take fields that were counted elsewhere; return which row here each row there is."""
        rows = []
        for key, other in others.items():
            mine = self.fields.get(key)
            if mine is None:
                mine = self.fields[key] = replace(other, row=len(self.fields))
            else:
                mine.add(other)
            rows.append(mine.row)
        return rows

    def _open(self, exchange: int, site: Site, passage: Passage) -> list[Profile]:
        first = {one.number: one.meaning for one in reversed(passage.said) if not one.row}
        sheet = passage.sheet
        leaves = [sheet.leaf(0, number) for number in range(len(sheet.layout.places))]
        return [
            self._field(exchange, (site, passage.event), leaf, first.get(number, NO_MEANING))
            for number, leaf in enumerate(leaves)
        ]

    def _field(
        self, exchange: int, event: tuple[Site, str], leaf: Leaf, meaning: Meaning
    ) -> Profile:
        site, name = event
        key = (site.receiver, site.endpoint, name, leaf.place.context, leaf.place.path)
        found = self.fields.get(key)
        if found is None:
            number = len(self.fields)
            found = Profile(number, (exchange, number), self._preview(leaf.value, meaning))
            self.fields[key] = found
        return found


def _verdict(one: Meaning) -> Verdict:
    if one.category == "other" and not one.rule:
        return _OTHER
    strength = one.strength if one.category != "other" else ""
    told = (one.unit, one.rule, one.basis, one.means, one.indicates)
    return Verdict(RANK[strength], one.category, strength, *told)
