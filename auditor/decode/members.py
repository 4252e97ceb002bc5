"""How the members of one object are taken: worked out once for its keys and kinds of values.

Objects come by the thousand with the same keys. For each such kind there is one plan: which values
are plain and make a row, which strings are to be looked into, which members hold more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from auditor import paths
from auditor.places import At, Layout, Place, layout

PLAIN = frozenset({int, float, bool, type(None)})
"""Types of values that are never anything but themselves."""

_MOST = 1000
"""Plans for one place; objects with ever new keys would make them without end."""

Name: TypeAlias = "str | int | tuple[str | int, ...]"
"""Key of an object, number of a protobuf field, or key of an entry."""

_Pick: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]
_Taken: TypeAlias = tuple[Layout, _Pick | None, At]


class Plan:
    """What to do with the values of one kind of object."""

    __slots__ = ("inside", "packed", "pick_texts", "rows", "size", "texts")

    def __init__(self, names: Sequence[Name], kinds: Sequence[type], place: Place) -> None:
        spots = _spots(names, place)
        loose = [one for one in range(len(names)) if kinds[one] in PLAIN or kinds[one] is str]
        self.texts = [one for one in loose if kinds[one] is str]
        """Numbers of the values that are strings and may hold more than they seem to."""
        self.pick_texts = _picker(self.texts) if self.texts else tuple
        self.size = len(loose)
        """How many values the rows hold together, but for packed numbers."""
        repeated = _repeated(names, loose, len(names))
        listed = {number for numbers in repeated for number in numbers}
        self.packed = [
            one for one in range(len(names)) if kinds[one] is list and isinstance(names[one], int)
        ]
        """Numbers of the values that are packed numbers of protobuf; each of them is a row."""
        self.rows = [
            *_objects([one for one in loose if one not in listed], spots, place),
            *[(layout((spots[one[0]][0],), is_list=True), _picker(one), ()) for one in repeated],
            *[(layout((spots[one][0],), is_list=True), itemgetter(one), ()) for one in self.packed],
        ]
        """The rows: layout, what takes their values out of all (None takes all), and indices
        behind the object's."""
        kept = frozenset(loose).union(self.packed)
        self.inside = [(one, *spots[one]) for one in range(len(names)) if one not in kept]
        """Members that are visited one by one: number, place and indices behind the object's."""


def plan(key: tuple[Any, ...], place: Place) -> Plan:
    """Return the plan for an object, given its names and then the kinds of its values."""
    found: Plan | None = place.known.get(key)
    if found is None:
        if len(place.known) >= _MOST:
            place.known.clear()
        half = len(key) // 2
        found = place.known[key] = Plan(key[:half], key[half:], place)
    return found


def _spots(names: Sequence[Name], place: Place) -> list[tuple[Place, At]]:
    """Return where each member stands, and its indices behind those of the object."""
    seen: Counter[int] = Counter()
    found: list[tuple[Place, At]] = []
    for name in names:
        if isinstance(name, str):
            found.append((place.child(name), ()))
        elif isinstance(name, int):
            found.append((place.tag(name), (seen[name],)))
            seen[name] += 1
        else:
            below, tail = place, tuple[int, ...]()
            for part in name:
                if isinstance(part, int):
                    below, tail = below.item(), (*tail, part)
                else:
                    below = below.child(part)
            found.append((below, tail))
    return found


def _repeated(names: Sequence[Name], loose: Sequence[int], size: int) -> list[list[int]]:
    """Return the numbers of protobuf fields that repeat, where all values of a field are plain."""
    plain = set(loose)
    numbers: dict[int, list[int]] = {}
    for number in range(size):
        name = names[number]
        if isinstance(name, int):
            numbers.setdefault(name, []).append(number)
    return [mine for mine in numbers.values() if len(mine) > 1 and plain.issuperset(mine)]


def _objects(
    numbers: Sequence[int], spots: Sequence[tuple[Place, At]], place: Place
) -> list[_Taken]:
    """Return the rows of plain members, one for each object: names of a form spell several."""
    base = paths.levels(place.path)
    groups: dict[tuple[str, At], list[int]] = {}
    for number in numbers:
        below, tail = spots[number]
        home = paths.container(below.path)
        groups.setdefault((home, tail[: max(paths.levels(home) - base, 0)]), []).append(number)
    return [
        (
            layout(
                tuple(spots[one][0] for one in mine),
                tuple(spots[one][1][len(before) :] for one in mine),
            ),
            None if len(mine) == len(spots) else _picker(mine),
            before,
        )
        for (_, before), mine in groups.items()
    ]


def _picker(numbers: Sequence[int]) -> _Pick:
    """Return what takes some values out of a list, always as a sequence."""
    if len(numbers) == 1:
        (only,) = numbers
        return itemgetter(slice(only, only + 1))
    return itemgetter(*numbers)
