"""The different meanings of an audit, numbered: what is asked of thousands of values at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from auditor.catalogue.receiver import ANYBODY
from auditor.records import NO_MEANING, Meaning

RANK = {"": 0, "weak": 1, "medium": 2, "strong": 3}

_COMMON = f"{ANYBODY}/"
"""How the ids of rules for common headers begin."""

_HIDES = frozenset({"identity", "device"})
"""Kinds of data whose numbers may be somebody's id."""
_MEMORY = 100_000

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]


def is_open(meaning: Meaning) -> bool:
    """Say that nothing with this meaning is a secret, unless it looks like one."""
    return not meaning.secret and meaning.category not in _HIDES


class Traits(NamedTuple):
    """What holds for each meaning, by its number."""

    rank: npt.NDArray[np.int64]
    """0 when it is no kind of data, else 1 to 3."""
    category: Codes
    """Number of the category."""
    speaks: Flags
    """It names a rule, or a kind of data."""
    is_listed: Flags
    """Its observations are listed, whatever stands beside them."""
    is_aside: Flags
    """Its observations are listed only beside interactions."""
    is_open: Flags
    """A number with this meaning can be nobody's secret."""


@dataclass(slots=True)
class Meanings:
    """Numbers for meanings, in the order in which they came; 0 is that of no meaning."""

    all: list[Meaning]
    _codes: dict[Meaning, int]
    _near: dict[int, tuple[Meaning, int]]
    """By identity; the meaning is kept so that no other one can get its place in memory."""
    _categories: dict[str, int]

    def __init__(self, categories: Sequence[str]) -> None:
        self.all = [NO_MEANING]
        self._codes = {NO_MEANING: 0}
        self._near = {}
        self._categories = {name: number for number, name in enumerate(categories)}

    def code(self, meaning: Meaning) -> int:
        """Return the number of a meaning."""
        near = self._near.get(id(meaning))
        if near is not None:
            return near[1]
        code = self._codes.setdefault(meaning, len(self.all))
        if code == len(self.all):
            self.all.append(meaning)
        if len(self._near) >= _MEMORY:
            self._near.clear()
        self._near[id(meaning)] = (meaning, code)
        return code

    def codes(self, meanings: Sequence[Meaning]) -> Codes:
        """Return the numbers of several."""
        return np.array([self.code(one) for one in meanings], dtype=np.intp)

    @property
    def categories(self) -> Mapping[str, int]:
        """The numbers of categories."""
        return self._categories

    def traits(self, listed: Collection[str]) -> Traits:
        """Return what holds for each meaning; `listed` are the kinds of data that are listed."""
        other = np.array([one.category == "other" for one in self.all])
        common = np.array([one.rule.startswith(_COMMON) for one in self.all])
        wanted = np.array([one.category in listed for one in self.all])
        for one in self.all:
            self._categories.setdefault(one.category, len(self._categories))
        return Traits(
            rank=np.array([RANK[one.strength] for one in self.all]) * ~other,
            category=np.array([self._categories[one.category] for one in self.all], dtype=np.intp),
            speaks=np.array([bool(one.rule) or one.category != "other" for one in self.all]),
            is_listed=wanted & ~other,
            is_aside=~wanted & ~other & ~common,
            is_open=np.array([*map(is_open, self.all)]),
        )
