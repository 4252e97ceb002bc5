"""Which event a value belongs to, and when that event happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias, cast

from auditor import paths
from auditor.catalogue.pattern import shared, split
from auditor.classify.fields import is_whole
from auditor.classify.lexicon import Judge
from auditor.classify.neighbours import containers
from auditor.classify.shapes import number_of
from auditor.places import At, Context, Layout, Place
from auditor.records import Leaf, Sheet, Value

_Place: TypeAlias = tuple[Context, str]
_Spot: TypeAlias = tuple[Context, str, tuple[int, ...]]

SCALE = {"unix-s": 1.0, "unix-ms": 1e3, "unix-us": 1e6}
"""Units of moments, as parts of a second."""
_PLAUSIBLE = (946_684_800.0, 4_102_444_800.0)
"""From 2000 to 2100: other numbers are no moments, whatever the field is called."""
_NAME = re.compile(r"[\w .:/+-]{1,64}")
"""A text that can be a name; sentences, and what people write, are none."""
NO_EVENTS: Sequence[str] = ()
"""Events of the rows of a sheet where none has any."""
_Sources: TypeAlias = tuple[tuple[int, int, _Place], ...]
"""Places that may name an event: nearness, levels that must be shared, the place."""
_Order: TypeAlias = tuple[tuple[str, int], ...]
"""Time fields, each with the levels that it must share."""
_SPELLED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_MOST_PLACES = 8
_MEMORY = 50_000
_TOGETHER = {"body", "query"}
"""Event names in one of these hold for leaves in the other, but not for headers."""


def moment(value: Value, unit: str) -> float | None:
    """Return the moment that a value says, in seconds since 1970."""
    number = number_of(value)
    if number is None or unit not in SCALE:
        return None
    seconds = number / SCALE[unit]
    return seconds if _PLAUSIBLE[0] <= seconds <= _PLAUSIBLE[1] else None


_WHEN = frozenset(
    [
        "timestamp",
        "ts",
        "time",
        "eventtime",
        "eventtimestamp",
        "clienttimestamp",
        "clientts",
        "occurredat",
        "createdat",
    ]
)
"""Names of fields that say when something happened, without `_` and `-`, in lower case."""
_NEAR_S = 86_400.0
"""How far such a moment may be from the message: a day, for what was kept back and for clocks."""


@lru_cache(maxsize=65536)
def is_when(path: str) -> bool:
    """Say whether a field's name alone says that it tells a moment."""
    name = "".join(paths.keys(path)[-1:]).lower().replace("_", "").replace("-", "")
    return name in _WHEN


def moment_near(value: Value, near: float) -> float | None:
    """Return the moment that a value says in any unit, or spelled out, if it is near another one.

    For fields that no rule knows: a number that happens to be such a moment is no accident then.
    """
    if isinstance(value, str) and _SPELLED.match(value):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
        seconds = found.replace(tzinfo=found.tzinfo or UTC).timestamp()
        return seconds if abs(seconds - near) <= _NEAR_S else None
    moments = (moment(value, unit) for unit in SCALE)
    return next((one for one in moments if one and abs(one - near) <= _NEAR_S), None)


class EventFinder:
    """Finds the name of the event that each value belongs to."""

    def __init__(self, places: tuple[str, ...], judge: Judge) -> None:
        """Look at `places` (paths, or `query:path`); without any, at names such as `event`."""
        self._places = tuple(_place(text) for text in places)
        self._naming: dict[Layout, tuple[int, ...]] = {}
        self._names_event = lru_cache(maxsize=65536)(
            lambda path: _names_event(judge, paths.keys(path))
        )

    def find(self, sheets: Sequence[Sheet]) -> list[Sequence[str]]:
        """Return for each sheet the event of every row; nothing where no row has one.

        The name is empty where there is no event.
        """
        telling = self._telling(sheets)
        if not telling:
            return [NO_EVENTS] * len(sheets)
        places = self._places or _spelled(telling)
        told = _told(telling)
        known: dict[_Sources, dict[At, str]] = {}
        found: list[Sequence[str]] = []
        for sheet in sheets:
            mine = _sources(sheet.layout.context, sheet.layout.home, places)
            if mine:
                found.append(_of_rows(sheet.ats, mine, told, known.setdefault(mine, {})))
            else:
                found.append(NO_EVENTS)
        return found

    def _telling(self, sheets: Sequence[Sheet]) -> list[Leaf]:
        """Return the leaves that may name an event."""
        found: list[Leaf] = []
        for sheet in sheets:
            numbers = self._numbers(sheet.layout)
            if numbers and sheet.layout.is_list:
                found += sheet.leaves()
            elif numbers:
                rows = range(len(sheet.rows))
                found += [sheet.leaf(row, number) for row in rows for number in numbers]
        if self._places:
            return found
        named = [leaf for leaf in found if isinstance(leaf[1], str)]
        first = _spelled(named)
        return [leaf for leaf in named if (leaf.context, leaf.path) in first]

    def _numbers(self, where: Layout) -> tuple[int, ...]:
        """Return which values of a layout may name an event."""
        found = self._naming.get(where)
        if found is None:
            if len(self._naming) >= _MEMORY:
                self._naming.clear()
            found = self._naming[where] = tuple(
                number for number, place in enumerate(where.places) if self._names(place)
            )
        return found

    def _names(self, place: Place) -> bool:
        if self._places:
            return (place.context, place.path) in self._places
        return place.context in _TOGETHER and self._names_event(place.path)


def _names_event(judge: Judge, names: Sequence[str]) -> bool:
    return bool(names) and judge.is_event_name(names[-1], tuple(names[:-1]))


def _spelled(leaves: Sequence[Leaf]) -> tuple[_Place, ...]:
    """Return the first few places of leaves, spelled out."""
    return tuple(dict.fromkeys((leaf.context, leaf.path) for leaf in leaves))[:_MOST_PLACES]


def _told(telling: Sequence[Leaf]) -> dict[_Spot, str]:
    """Return the event names that leaves tell; empty where a value can be no name."""
    told: dict[_Spot, str] = {}
    for place, value, at in telling:
        name = value if isinstance(value, str) and _NAME.fullmatch(value) else ""
        for size in range(len(at) + 1):
            told.setdefault((place.context, place.path, at[:size]), name)
    return told


@lru_cache(maxsize=65536)
def _sources(context: Context, home: str, places: tuple[_Place, ...]) -> _Sources:
    """Return the places that may name the event of an object's members.

    Each with its nearness, and the levels that the object must share with it.
    """
    found = []
    for place in places:
        if place[0] != context and not {place[0], context} <= _TOGETHER:
            continue
        same = shared(home, place[1]) if place[0] == context else ""
        levels = paths.levels(same)
        if paths.levels(paths.container(place[1])) <= levels:
            found.append((len(split(same)), levels, place))
        # else the object is outside of the list that the event is an item of
    return tuple(found)


def _of_rows(
    ats: Sequence[At], sources: _Sources, told: dict[_Spot, str], known: dict[At, str]
) -> Sequence[str]:
    """Return the event of every row, given their indices.

    `known` has the events that these sources gave before in this message, by their indices.
    """
    deepest = max(levels for _, levels, _ in sources)
    shorts = [at[:deepest] for at in ats]
    for short in {*shorts} - known.keys():
        known[short] = _best(short, sources, told)
    return [*map(known.__getitem__, shorts)]


def _best(
    at: tuple[int, ...], sources: Sequence[tuple[int, int, _Place]], told: dict[_Spot, str]
) -> str:
    best = (-1, "")
    for near, levels, (context, path) in sources:
        name = told.get((context, path, at[:levels]))
        if name:
            best = max(best, (near, name))
    return best[1]


class Whens(NamedTuple):
    """When the things happened that the values of a sheet tell of, where the message says."""

    rows: Sequence[float | None]
    """For each row; empty when nobody knows."""
    own: Mapping[int, Sequence[float | None]]
    """For the values of a column where they differ from that, by its number."""

    def of(self, number: int, count: int) -> Sequence[float | None]:
        """Return the moments of a column with so many values."""
        return self.own.get(number) or self.rows or [None] * count


NO_WHENS = Whens((), {})


class Clock:
    """The moments that one message tells."""

    def __init__(self, times: Sequence[tuple[Leaf, float]]) -> None:
        self._own = {(leaf.context, leaf.path, leaf.at): when for leaf, when in times}
        self._index: dict[_Spot, float] = {}
        for leaf, when in times:
            for size in range(len(leaf.at) + 1):
                self._index.setdefault((leaf.context, leaf.path, leaf.at[:size]), when)
        self._paths: dict[Context, tuple[str, ...]] = {}
        for context, path in dict.fromkeys((leaf.context, leaf.path) for leaf, _ in times):
            self._paths[context] = (*self._paths.get(context, ()), path)

    def whens(
        self, sheet: Sheet, named: tuple[tuple[int, str], ...], asked: Mapping[int, Sequence[str]]
    ) -> Whens:
        """Return when the things happened that columns of a sheet tell of.

        `named` has the numbers of the columns, each with the neighbour that its rule names or an
        empty text; `asked` those in which every value has a rule of its own.
        """
        where = sheet.layout
        times = self._paths.get(where.context)
        if times is None:
            return NO_WHENS
        usual, apart = _plan(where, named, times)
        rows = self._rows(usual, where.context, sheet.ats) if usual else ()
        own: dict[int, Sequence[float | None]] = {}
        for number, name in apart:
            own[number] = [self.time_of(leaf, name) for leaf in sheet.column(number)]
        for number, names in asked.items():
            pairs = zip(sheet.column(number), names, strict=True)
            own[number] = [self.time_of(leaf, name) for leaf, name in pairs]
        return Whens(rows, own)

    def time_of(self, leaf: Leaf, named: str) -> float | None:
        """Return when the thing that a leaf tells of happened.

        A time field is its own moment. Otherwise the neighbour that the rule names, else the
        nearest object around that tells a moment.
        """
        times = self._paths.get(leaf.context)
        if times is None:
            return None
        own = self._own.get((leaf.context, leaf.path, leaf.at))
        if own is not None:
            return own
        return self._nearest(_ordered(leaf.path, named, times), leaf.context, leaf.at)

    def _rows(self, order: _Order, context: Context, ats: Sequence[At]) -> list[float | None]:
        """Return the nearest moment of each row; it is nearly always the first one in question."""
        (path, size), index = order[0], self._index
        found = [index.get((context, path, at[:size])) for at in ats]
        if None in found and len(order) > 1:
            return [self._nearest(order, context, at) for at in ats]
        return found

    def _nearest(self, order: Iterable[tuple[str, int]], context: Context, at: At) -> float | None:
        for path, size in order:
            when = self._index.get((context, path, at[:size]))
            if when is not None:
                return when
        return None


@lru_cache(maxsize=65536)
def _plan(
    where: Layout, named: tuple[tuple[int, str], ...], times: tuple[str, ...]
) -> tuple[_Order, tuple[tuple[int, str], ...]]:
    """Return the order that holds for most columns of a sheet, and the columns that need another.

    A time field is its own moment: nearly always that is the nearest one anyway.
    """
    usual: _Order = ()
    apart = []
    for number, name in named:
        path = where.places[0 if where.is_list else number].path
        order = _ordered(path, name, times)
        is_own = path in times and order[:1] != ((path, paths.levels(path)),)
        if where.is_list or where.tails or is_own or (usual and order != usual):
            apart.append((number, name))
        else:
            usual = order
    return usual, tuple(apart)


@lru_cache(maxsize=65536)
def _ordered(path: str, named: str, times: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return the time fields to try, nearest first, each with the levels it must share."""
    if named and is_whole(named):
        wanted = [(named, paths.levels(shared(path, named)))]
    elif named:
        wanted = [(paths.child(c, named), paths.levels(c)) for c in containers(path)]
    else:
        wanted = []
    first = [one for one in wanted if one[0] in times]
    return tuple(first) if first else tuple(_near(path, times))


def _near(path: str, times: tuple[str, ...]) -> list[tuple[str, int]]:
    """List time fields in the same object, then in those around it, the shallow ones first.

    At the root only direct members count: another item's time is not this one's.
    """
    found: list[tuple[str, int]] = []
    for around in containers(path):
        inside = [one for one in times if around in containers(one)]
        inside.sort(key=lambda one: len(split(one)))
        size = paths.levels(around)
        found += [(one, size) for one in inside if around or paths.container(one) == around]
    return found


def _place(text: str) -> tuple[Context, str]:
    context, colon, path = text.partition(":")
    if colon and context in {"query", "header", "body"}:
        return cast("Context", context), path
    return "body", text
