"""Look up neighbouring values of one decoded message: same object first, then outwards.

Two leaves belong together when the repeated levels of the path they share have the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from auditor import paths
from auditor.catalogue.pattern import shared
from auditor.places import Context
from auditor.records import Leaf, Sheet, Value

_ROOT = ""


class Neighbours:
    """The values of one message that others are judged by."""

    def __init__(
        self, sheets: Iterable[Sheet], names: frozenset[str], whole: frozenset[str]
    ) -> None:
        """Remember values whose last name is in `names` or whose whole path is in `whole`."""
        self._values: dict[tuple[Context, str, tuple[int, ...]], Value] = {}
        for sheet in sheets if names or whole else ():
            where = sheet.layout
            wanted = [
                number
                for number, place in enumerate(where.places)
                if place.path in whole or not names.isdisjoint(home(place.path)[2])
            ]
            for row, values in enumerate(sheet.rows if wanted else ()):
                for number in range(len(values)) if where.is_list else wanted:
                    self.add(sheet.leaf(row, number))

    def add(self, leaf: Leaf) -> None:
        """Remember one more leaf; the first one at a place stays."""
        for size in range(len(leaf.at) + 1):
            self._values.setdefault((leaf.context, leaf.path, leaf.at[:size]), leaf.value)

    def by_path(self, leaf: Leaf, path: str, context: Context) -> tuple[Value, bool]:
        """Return the value at a whole path that goes with this leaf, and whether there is one."""
        at: tuple[int, ...] = ()
        if context == leaf.context:
            at = leaf.at[: paths.levels(shared(leaf.path, path))]
        key = (context, path, at)
        return self._values.get(key), key in self._values

    def by_name(self, leaf: Leaf, name: str) -> tuple[Value, bool]:
        """Return the value of a member of the same object, or of the nearest one around it."""
        for path in _members(leaf.path, name):
            value, found = self.by_path(leaf, path, leaf.context)
            if found:
                return value, True
        return None, False


@lru_cache(maxsize=65536)
def home(path: str) -> tuple[str, int, tuple[str, ...]]:
    """Return the object that holds a value, how many levels it has, and the value's name in it.

    The name stands in a tuple, which is empty where a path has none.
    """
    around = paths.container(path)
    return around, paths.levels(around), paths.keys(path)[-1:]


@lru_cache(maxsize=65536)
def _members(path: str, name: str) -> tuple[str, ...]:
    """Return the paths of members with this name, from the same object outwards."""
    return tuple(paths.child(around, name) for around in containers(path))


@lru_cache(maxsize=65536)
def containers(path: str) -> tuple[str, ...]:
    """Return the paths of the objects around a value, from the inside out."""
    found = []
    while path:
        path = paths.container(path)
        found.append(path)
        if path.endswith(">"):
            path = path[:-1]
    return tuple(found)
