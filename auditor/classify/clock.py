"""When the things happened that values tell of, according to the message itself."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

from auditor import paths
from auditor.catalogue.pattern import shared, split
from auditor.classify.fields import is_whole
from auditor.classify.neighbours import containers
from auditor.classify.shapes import number_of
from auditor.places import At, Context, Layout
from auditor.records import Leaf, Sheet, Value

SCALE = {"unix-s": 1.0, "unix-ms": 1e3, "unix-us": 1e6}
"""Units of moments, as parts of a second."""
AGO = {"ms-ago": 1e3}
"""Units of how long before its message left something happened, as parts of a second."""
TELLING = frozenset({*SCALE, *AGO})
"""Units of values that tell a moment."""
_PLAUSIBLE = (946_684_800.0, 4_102_444_800.0)
"""From 2000 to 2100: other numbers are no moments, whatever the field is called."""
_Order: TypeAlias = tuple[tuple[str, int], ...]
"""Time fields, each with the levels that it must share."""
_SPELLED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def moment(value: Value, unit: str, sent: float) -> float | None:
    """Return the moment that a value says in a message that left at `sent`, in seconds since 1970.

    How long ago something was is no clock of its own: what it tells needs no setting right.
    """
    number = number_of(value)
    if number is None or unit not in TELLING or (unit in AGO and number < 0):
        return None
    seconds = sent - number / AGO[unit] if unit in AGO else number / SCALE[unit]
    return seconds if _is_plausible(seconds) else None


def _is_plausible(seconds: float) -> bool:
    return _PLAUSIBLE[0] <= seconds <= _PLAUSIBLE[1]


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
    number = number_of(value)
    if number is None:
        return None
    for scale in SCALE.values():
        seconds = number / scale
        if abs(seconds - near) <= _NEAR_S and _is_plausible(seconds):
            return seconds
    return None


class Named:
    """Which neighbours the rules of columns take their time from. Compared by identity."""

    __slots__ = ("columns",)

    def __init__(self, columns: tuple[tuple[int, str], ...]) -> None:
        self.columns = columns
        """The columns worth a look, each with the neighbour's name or path, or an empty text."""


@lru_cache(maxsize=65536)
def named(columns: tuple[tuple[int, str], ...]) -> Named:
    """Return one object for all equal ones."""
    return Named(columns)


NOT_NAMED = named(())


class Whens(NamedTuple):
    """When the things happened that the values of a sheet tell of, where the message says."""

    rows: Sequence[float | None]
    """For each row; empty when nobody knows."""
    own: Mapping[int, Sequence[float | None]]
    """For the values of a column where they differ from that, by its number."""

    def when(self, number: int, place: int, row: int) -> float | None:
        """Return the moment of a value: of a column, the one at `place`, which is in `row`."""
        own = self.own.get(number)
        if own is not None:
            return own[place]
        return self.rows[row] if self.rows else None


NO_WHENS = Whens((), {})


class Clock:
    """The moments that one message tells."""

    def __init__(self, times: Sequence[tuple[Leaf, float]]) -> None:
        self._times = times
        self._near: dict[Context, dict[str, dict[At, float]]] = {}
        """By context and path: the first of all below an index."""
        for (place, _, at), when in times:
            near = self._near.setdefault(place.context, {}).setdefault(place.path, {})
            for size in range(len(at) + 1):
                near.setdefault(at[:size], when)
        self._paths = {context: tuple(mine) for context, mine in self._near.items()}

    @cached_property
    def _own(self) -> Mapping[tuple[Context, str, At], float]:
        """Which values are moments; asked for few messages only."""
        return {(place.context, place.path, at): when for (place, _, at), when in self._times}

    @property
    def contexts(self) -> Container[str]:
        """Return where in the message there is any."""
        return self._paths

    def whens(self, sheet: Sheet, plan: Named, asked: Mapping[int, Sequence[str]]) -> Whens:
        """Return when the things happened that columns of a sheet tell of.

        `plan` says which neighbours rules name; `asked` the same for columns in which every value
        has a rule of its own.
        """
        where = sheet.layout
        times = self._paths.get(where.context)
        if times is None:
            return NO_WHENS
        usual, apart = _plan(where, plan, times)
        rows = self._rows(usual, self._near[where.context], sheet.ats) if usual else ()
        own: dict[int, Sequence[float | None]] = {}
        for number, name in apart:
            own[number] = [self.time_of(leaf, name) for leaf in sheet.column(number)]
        for number, names in asked.items():
            pairs = zip(sheet.column(number), names, strict=True)
            own[number] = [self.time_of(leaf, name) for leaf, name in pairs]
        return Whens(rows, own)

    def time_of(self, leaf: Leaf, name: str) -> float | None:
        """Return when the thing that a leaf tells of happened.

        A time field is its own moment. Otherwise the neighbour of that `name` or path, else the
        nearest object around that tells a moment.
        """
        place, _, at = leaf
        times = self._paths.get(place.context)
        if times is None:
            return None
        own = self._own.get((place.context, place.path, at))
        if own is not None:
            return own
        return _nearest(_ordered(place.path, name, times), self._near[place.context], at)

    @staticmethod
    def _rows(
        order: _Order, near: Mapping[str, Mapping[At, float]], ats: Sequence[At]
    ) -> list[float | None]:
        """Return the nearest moment of each row; it is nearly always the first one in question."""
        path, size = order[0]
        found = [*map(near[path].get, [at[:size] for at in ats])]
        if None in found and len(order) > 1:
            return [_nearest(order, near, at) for at in ats]
        return found


def _nearest(
    order: Iterable[tuple[str, int]], near: Mapping[str, Mapping[At, float]], at: At
) -> float | None:
    found = (near[path].get(at[:size]) for path, size in order)
    return next((when for when in found if when is not None), None)


@lru_cache(maxsize=65536)
def _plan(
    where: Layout, plan: Named, times: tuple[str, ...]
) -> tuple[_Order, tuple[tuple[int, str], ...]]:
    """Return the order that holds for most columns of a sheet, and the columns that need another.

    What holds for the object that a value is a member of needs no look at each value. A time field
    is its own moment: nearly always that is the nearest one anyway.
    """
    usual: _Order | None = None
    apart = []
    for number, name in plan.columns:
        path = where.places[0 if where.is_list else number].path
        order = _ordered(path, name, times)
        tail = 1 if where.is_list else len(where.tails[number]) if where.tails else 0
        levels = paths.levels(path)
        is_own = path in times and order[:1] != ((path, levels),)
        is_inside = any(size > levels - tail for _, size in order)
        if is_own or is_inside or (usual is not None and order != usual):
            apart.append((number, name))
        else:
            usual = order
    return usual or (), tuple(apart)


@lru_cache(maxsize=65536)
def _ordered(path: str, name: str, times: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return the time fields to try, nearest first, each with the levels it must share."""
    if name and is_whole(name):
        wanted = [(name, paths.levels(shared(path, name)))]
    elif name:
        wanted = [(paths.child(c, name), paths.levels(c)) for c in containers(path)]
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
