"""Count the different values of every field, up to a number from which it does not matter.

A value becomes 40 bits of a digest beside the number of its field: two values of one field are
taken for one about once in a hundred million fields that have a hundred. Every process makes the
same digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.records import Value
from auditor.tables.sorting import different

DISTINCT_CAP = 32
"""More than there are musical keys: what a set of values is shows with fewer than that."""

Rows: TypeAlias = npt.NDArray[np.int64]
"""Rows of fields."""
Digests: TypeAlias = npt.NDArray[np.uint64]

_BITS = np.uint64(40)
_REST = np.uint64(64 - 40)
_DIGEST = np.uint64(2**40 - 1)
_SALTS: dict[type, int] = {
    int: 0x243F6A8885A308D3,
    float: 0x243F6A8885A308D3,
    bool: 0x13198A2E03707344,
    str: 0xA4093822299F31D0,
    bytes: 0x082EFA98EC4E6C89,
    type(None): 0x452821E638D01377,
}
"""What tells values of different types apart, numbers being one type: digits of pi."""
_LONG = 0xBE5466CF34E90C6C
"""The same for integers that no float can hold."""
_EXACT = 2.0**53
"""Floats hold all integers up to this, and some beyond."""


_NO_DIGESTS: Digests = np.empty(0, dtype=np.uint64)


class Different:
    """The different values of fields."""

    def __init__(self) -> None:
        self._seen: Digests = np.empty(0, dtype=np.uint64)
        """Field and digest in one number, sorted."""
        self._full = np.zeros(0, dtype=bool)
        """Whether a field has enough; its values are forgotten then."""

    def add(self, columns: Iterable[tuple[Rows, Sequence[Value], frozenset[type]]]) -> None:
        """Take columns of values: the field of each, the values, and their types."""
        found = [_NO_DIGESTS]
        for rows, values, kinds in columns:
            self._make_room(int(rows.max(initial=-1)) + 1)
            wanted = ~self._full[rows]
            some = values if wanted.all() else [*compress(values, wanted.tolist())]
            found.append(_fields_first(rows[wanted], _mixed(digests(some, kinds)) >> _REST))
        self._take(different(np.concatenate(found)))

    def merge(self, other: Different, rows: Rows) -> None:
        """Take what was counted elsewhere; `rows` says which field here each field there is."""
        self._make_room(int(rows.max(initial=-1)) + 1)
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
        fields = (seen >> _BITS).view(np.int64)
        self._full[np.flatnonzero(np.bincount(fields) >= DISTINCT_CAP)] = True
        self._seen = seen[~self._full[fields]]


def digests(values: Sequence[Value], kinds: frozenset[type]) -> Digests:
    """Return a number for each value: equal ones have equal numbers; true is not 1.

    `kinds` are the types of the values. The numbers are not spread evenly.
    """
    if not values:
        return _NO_DIGESTS
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
    if kind is bool or kind is type(None):
        found = np.array([bool(one) for one in values], dtype=np.uint64)
    else:
        found = _of_texts(values)
    return found ^ np.uint64(_SALTS[kind])


def _of_texts(values: Sequence[Value]) -> Digests:
    try:
        found = pd.util.hash_array(np.array(values, dtype=object), categorize=False)
    except UnicodeEncodeError:  # a lone surrogate
        return _of_texts([_spelled(one) for one in values])
    return np.asarray(found, dtype=np.uint64)


def _spelled(value: Value) -> Value:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _of_numbers(values: Sequence[Value]) -> Digests:
    """Return digests of integers and floats; 1.0 is 1."""
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:  # an integer with hundreds of digits
        numbers = np.array([_float(one) for one in values])
    numbers += 0.0  # makes 0.0 of -0.0
    numbers[np.isnan(numbers)] = np.nan
    found = numbers.view(np.uint64) ^ np.uint64(_SALTS[float])
    for place in np.flatnonzero(np.abs(numbers) >= _EXACT).tolist():
        one = values[place]
        if type(one) is int and one != float(numbers[place]):
            found[place] = _of_texts([str(one)])[0] ^ np.uint64(_LONG)
    return found


def _float(value: Value) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # a number
    except OverflowError:
        return np.inf


def _fields_first(rows: Rows, hashes: Digests) -> Digests:
    return (rows.astype(np.uint64) << _BITS) | hashes


def _mixed(hashes: Digests) -> Digests:
    """Spread what tells values apart over all bits (the finisher of splitmix64)."""
    mixed: Digests = hashes ^ (hashes >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
