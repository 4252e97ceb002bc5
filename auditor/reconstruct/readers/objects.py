"""Split messages into the objects that hold positions, each with what stands outside of lists.

A position has a home: the object that it is a member of. What is at home, or deeper, is the object;
in a list it is split into items, by the order of the rows. Every home of a message is looked at for
itself, so a row may come more than once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from auditor import paths
from auditor.reconstruct.columns import Columns, Flags, Rows
from auditor.reconstruct.readers.places import Places

_AT_ONCE = 200_000
"""Rows that are looked at together: more would take more memory, and no less time."""


_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
_NEVER = np.iinfo(np.intp).max


@dataclass(frozen=True, slots=True)
class Objects:
    """Some homes: their rows, and what of each item is its position."""

    rows: Rows
    """Of the table, home by home, in their order there."""
    homes: Rows
    """Which home each is looked at for, from 0."""
    owners: Rows
    """Which position each is in the item of, counted over all homes; -1: it is outside."""
    depths: Rows
    """How deep each stands."""
    places: Rows
    """The position of each item, as an index of `rows`."""

    def only(self, chosen: Flags) -> Objects:
        """Return the same positions with fewer rows beside them."""
        chosen = chosen.copy()
        chosen[self.places] = True
        became = np.cumsum(chosen) - 1
        return Objects(
            self.rows[chosen],
            self.homes[chosen],
            self.owners[chosen],
            self.depths[chosen],
            became[self.places],
        )

    def nearest(self, good: Rows, *, itself: bool) -> Rows:
        """Return for each position the nearest of the `good` rows, -1 where there is none.

        Rows are given as indices of `rows`, in order. Near is what stands about as deep; of equals
        what is in the item counts more, then what comes first. The position `itself` may be one.
        """
        depths = self.depths[self.places]
        mine = good[self.owners[good] >= 0]
        mine = mine[itself | (mine != self.places[self.owners[mine]])]
        owners = self.owners[mine]
        far = np.abs(self.depths[mine] - depths[owners])
        near, distance = _first(mine, owners, far, len(depths))
        outside = good[self.owners[good] < 0]
        size = int(depths.max(initial=0)) + 1
        keys = (self.homes[self.places] * size + depths) * 2 + (self.owners[self.places] < 0)
        keys, firsts, of_place = np.unique(keys, return_index=True, return_inverse=True)
        homes, depths = self.homes[self.places[firsts]], depths[firsts]
        begins, ends = (np.searchsorted(self.homes[outside], homes, side) for side in _SIDES)
        owners, members = _spread(begins, ends)
        outer = outside[members]
        other = itself | (outer != self.places[firsts][owners])
        outer, owners = outer[other], owners[other]
        far = np.abs(self.depths[outer] - depths[owners])
        beyond, away = _first(outer, owners, far, len(keys))
        return np.where(distance <= away[of_place], near, beyond[of_place])

    def most(self, weights: Rows) -> Rows:
        """Return for each position the largest of the weights of all rows beside it, at least 0."""
        rows = np.flatnonzero(weights)
        mine, outside = rows[self.owners[rows] >= 0], rows[self.owners[rows] < 0]
        inside = np.zeros(len(self.places), dtype=weights.dtype)
        np.maximum.at(inside, self.owners[mine], weights[mine])
        of_home = np.zeros(int(self.homes.max(initial=-1)) + 1, dtype=weights.dtype)
        np.maximum.at(of_home, self.homes[outside], weights[outside])
        return np.maximum(inside, of_home[self.homes[self.places]])


@dataclass(frozen=True, slots=True)
class _Homes:
    """Each message with each home in it, in the order of messages and of the names of homes."""

    messages: Rows
    firsts: Rows
    """What is inside has a path of these ranks: from the first one."""
    ends: Rows
    """Up to this one, itself not included."""


def objects(columns: Columns, places: Places, worth: Flags) -> Iterator[Objects]:
    """Yield the objects that hold `places`, in the order of messages and homes, some at a time.

    The position of an item is the first one in it, else outside, that tells where the playhead is
    now. Items whose position is not `worth` anything have none.
    """
    texts = columns.paths.texts
    order = sorted(range(len(texts)), key=texts.__getitem__)
    ranks = np.empty(len(texts), dtype=np.intp)
    ranks[order] = np.arange(len(texts))
    homes = _homes(columns, places, [texts[code] for code in order])
    told = np.zeros(len(columns.messages), dtype=np.int8)
    told[places.rows[places.now]] = 1
    told[places.rows[worth]] = 2
    lengths = np.diff(columns.begins)[homes.messages]
    batches = np.cumsum(lengths) // _AT_ONCE
    cuts = np.flatnonzero(np.diff(batches)) + 1
    for batch in np.split(np.arange(len(lengths)), cuts):
        yield _batch(columns, homes, batch, ranks, told)


def _homes(columns: Columns, places: Places, ordered: list[str]) -> _Homes:
    codes = columns.paths.codes[places.rows]
    used = np.unique(codes)
    names = [paths.container(columns.paths.texts[code]) for code in used]
    different = sorted(set(names))
    number = {name: place for place, name in enumerate(different)}
    of_path = np.array([number[name] for name in names], dtype=np.int64)
    of_place = of_path[np.searchsorted(used, codes)]
    keys = np.unique(columns.messages[places.rows] * len(different) + of_place)
    firsts = np.array([bisect_left(ordered, name) for name in different], dtype=np.intp)
    ends = np.array([_end(ordered, name) for name in different], dtype=np.intp)
    messages, homes = np.divmod(keys, max(len(different), 1))
    return _Homes(messages, firsts[homes], ends[homes])


def _end(ordered: list[str], home: str) -> int:
    return bisect_right(ordered, home, key=lambda path: path[: len(home)])


def _batch(
    columns: Columns,
    homes: _Homes,
    batch: Rows,
    ranks: Rows,
    told: np.ndarray[tuple[int], np.dtype[np.int8]],
) -> Objects:
    messages = homes.messages[batch]
    home, rows = _spread(columns.begins[messages], columns.begins[messages + 1])
    rank = ranks[columns.paths.codes[rows]]
    inside = (homes.firsts[batch][home] <= rank) & (rank < homes.ends[batch][home])
    kept = inside | ~columns.paths.fits(_is_listed, rows)
    rows, home, rank, inside = rows[kept], home[kept], rank[kept], inside[kept]
    items = np.full(len(rows), -1, dtype=np.intp)
    items[inside] = _items(home[inside], rank[inside], len(ranks))
    chosen = _chosen(np.flatnonzero(told[rows] > 0), home, items)
    worth = np.flatnonzero((chosen >= 0) & (told[rows[chosen]] > 1))
    number = np.full(len(chosen) + 1, -2, dtype=np.intp)
    number[worth] = np.arange(len(worth))
    number[-1] = -1  # what is outside is of item -1
    owners = number[items]
    depths = columns.paths.told(_depth, rows)
    return Objects(rows, home, owners, depths, chosen[worth]).only(owners >= -1)


def _chosen(candidates: Rows, homes: Rows, items: Rows) -> Rows:
    """Return the position of each item: the first one in it, else outside, else -1."""
    members, firsts = np.unique(items, return_index=True)
    of_item = homes[firsts[members >= 0]]
    outside = np.full(int(homes.max(initial=-1)) + 1, -1, dtype=np.intp)
    outer = candidates[items[candidates] < 0]
    found, firsts = np.unique(homes[outer], return_index=True)
    outside[found] = outer[firsts]
    chosen = outside[of_item]
    inner = candidates[items[candidates] >= 0]
    found, firsts = np.unique(items[inner], return_index=True)
    chosen[found] = inner[firsts]
    return chosen


def _items(homes: Rows, ranks: Rows, size: int) -> Rows:
    """Return the number of the item of each row: one begins where a path comes again."""
    keys = homes * size + ranks
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    before = np.full(len(keys), -1, dtype=np.intp)
    before[order[same + 1]] = order[same]
    begins = np.zeros(len(keys), dtype=np.bool_)
    begins[:1] = True
    begins[1:] |= homes[1:] != homes[:-1]
    again = np.flatnonzero(before >= 0)
    begin = 0
    for row, last in zip(again.tolist(), before[again].tolist(), strict=True):
        if last >= begin:
            begins[row], begin = True, row
    return np.cumsum(begins) - 1


def _spread(begins: Rows, ends: Rows) -> tuple[Rows, Rows]:
    """Return all numbers of some ranges, range by range: which range, and the number."""
    lengths = ends - begins
    which = np.repeat(np.arange(len(lengths)), lengths)
    return which, np.arange(len(which)) + (begins - np.cumsum(lengths) + lengths)[which]


def _first(rows: Rows, owners: Rows, far: Rows, size: int) -> tuple[Rows, Rows]:
    """Return for each owner the first of the nearest of its rows, and how far it is."""
    near, distance = np.full(size, -1, dtype=np.intp), np.full(size, _NEVER, dtype=np.intp)
    order = np.lexsort((far, owners))
    found, firsts = np.unique(owners[order], return_index=True)
    near[found], distance[found] = rows[order[firsts]], far[order[firsts]]
    return near, distance


def _is_listed(path: str) -> bool:
    return "[]" in path


def _depth(path: str) -> int:
    return len(paths.container(path))
