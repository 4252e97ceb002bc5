"""Count the different values of every field, up to a number from which it does not matter.

A value becomes 40 bits of a digest beside the number of its field: two values of one field are
taken for one about once in a hundred million fields that have a hundred. Every process makes the
same digests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.records import Value

DISTINCT_CAP = 100

Digests: TypeAlias = npt.NDArray[np.uint64]

_BITS = np.uint64(40)
_REST = np.uint64(64 - 40)
_DIGEST = np.uint64(2**40 - 1)
_SALTS: dict[type, int] = {bool: 1, str: 2, bytes: 3, type(None): 4}
_EXACT = 2.0**53
"""Integers beyond this are told apart as integers, others as numbers: 1.0 is 1."""


class Different:
    """The different values of fields."""

    def __init__(self) -> None:
        self._seen: Digests = np.empty(0, dtype=np.uint64)
        """Field and digest in one number, sorted."""
        self._full = np.zeros(0, dtype=bool)
        """Whether a field has enough; its values are forgotten then."""

    def add(self, rows: npt.NDArray[np.int64], hashes: Digests) -> None:
        """Take values of fields."""
        if len(rows):
            self._make_room(int(rows.max()) + 1)
            open_ = ~self._full[rows]
            keys = _fields_first(rows[open_], _mixed(hashes[open_]) >> _REST)
            self._take(np.unique(keys))

    def merge(self, other: Different, rows: npt.NDArray[np.int64]) -> None:
        """Take what was counted elsewhere; `rows` says which field here each field there is."""
        if len(rows):
            self._make_room(int(rows.max()) + 1)
            self._full[rows[np.flatnonzero(other._full)]] = True
            theirs = rows[(other._seen >> _BITS).astype(np.int64)]
            self._take(np.sort(_fields_first(theirs, other._seen & _DIGEST)))

    def counts(self, fields: int) -> npt.NDArray[np.int64]:
        """Return how many different values each field has; of many, `DISTINCT_CAP`."""
        found = np.bincount((self._seen >> _BITS).astype(np.int64), minlength=fields)
        found[np.flatnonzero(self._full)] = DISTINCT_CAP
        return found

    def _make_room(self, fields: int) -> None:
        if fields > len(self._full):
            more = np.zeros(max(fields, 2 * len(self._full)) - len(self._full), dtype=bool)
            self._full = np.concatenate([self._full, more])

    def _take(self, keys: Digests) -> None:
        """Take sorted keys, each once."""
        at = np.searchsorted(self._seen, keys)
        known = at < len(self._seen)
        known[known] = self._seen[at[known]] == keys[known]
        seen = np.concatenate([self._seen, keys[~known]])
        seen.sort(kind="stable")  # two sorted runs are merged
        fields = (seen >> _BITS).astype(np.int64)
        self._full[np.flatnonzero(np.bincount(fields) >= DISTINCT_CAP)] = True
        self._seen = seen[~self._full[fields]]


def digests(values: Sequence[Value], kinds: frozenset[type]) -> Digests:
    """Return a number for each value: equal ones have equal numbers; true is not 1.

    `kinds` are the types of the values.
    """
    if len(kinds) == 1:
        return _of_kind(next(iter(kinds)), values)
    found = np.empty(len(values), dtype=np.uint64)
    for kind in kinds:
        places = [place for place, value in enumerate(values) if type(value) is kind]
        found[places] = _of_kind(kind, [values[place] for place in places])
    return found


def _of_kind(kind: type, values: Sequence[Value]) -> Digests:
    if kind is int or kind is float:
        return _of_numbers(values)
    salt = np.uint64(_SALTS[kind])
    if kind is bool or kind is type(None):
        return np.array([bool(one) for one in values], dtype=np.uint64) + (salt << np.uint64(60))
    texts = np.array(
        [one.encode("utf-8", "surrogatepass") if isinstance(one, str) else one for one in values],
        dtype=object,
    )
    found = np.asarray(pd.util.hash_array(texts, categorize=False), dtype=np.uint64)
    return found ^ (salt << np.uint64(60))


def _of_numbers(values: Sequence[Value]) -> Digests:
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:  # an integer with hundreds of digits
        return np.array([hash(one) & (2**64 - 1) for one in values], dtype=np.uint64)
    numbers[numbers == 0] = 0.0  # not -0.0
    numbers[np.isnan(numbers)] = np.nan
    found = numbers.view(np.uint64).copy()
    for place in np.flatnonzero(np.abs(numbers) > _EXACT).tolist():
        if type(values[place]) is int:
            found[place] = (int(values[place]) ^ 1 << 63) & (2**64 - 1)  # type: ignore[arg-type]
    return found


def _fields_first(rows: npt.NDArray[np.int64], hashes: Digests) -> Digests:
    return (rows.astype(np.uint64) << _BITS) | hashes


def _mixed(hashes: Digests) -> Digests:
    """Spread what tells values apart over all bits (the finisher of splitmix64)."""
    mixed: Digests = hashes ^ (hashes >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
