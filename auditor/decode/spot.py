"""A place inside a message: path, indices and the steps that led there."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from auditor import paths
from auditor.decode import text
from auditor.records import Context

_LONGEST_KEY = 200
"""Longer keys are cut: a path is repeated on every leaf below it."""


class Spot(NamedTuple):
    """A place in a message and how we got there."""

    context: Context
    path: str = ""
    at: tuple[int, ...] = ()
    steps: tuple[str, ...] = ()
    hops: int = 0
    depth: int = 0

    def child(self, key: str) -> Spot:
        """Return the place of a member."""
        path = _child(self.path, key if len(key) <= _LONGEST_KEY else key[:_LONGEST_KEY] + "…")
        return Spot(self.context, path, self.at, self.steps, self.hops, self.depth + 1)

    def item(self, index: int) -> Spot:
        """Return the place of an array's item."""
        at = (*self.at, index)
        path = paths.item(self.path)
        return Spot(self.context, path, at, self.steps, self.hops, self.depth + 1)

    def tag(self, number: int, index: int) -> Spot:
        """Return the place of a protobuf field."""
        at = (*self.at, index)
        path = paths.tag(self.path, number)
        return Spot(self.context, path, at, self.steps, self.hops, self.depth + 1)

    def after(self, steps: tuple[str, ...]) -> Spot:
        """Return the same place with more steps taken."""
        return self._replace(steps=self.steps + steps)

    def hop(self, steps: tuple[str, ...]) -> Spot:
        """Return the place of what was decoded from the value here."""
        path = paths.hop(self.path)
        return self._replace(path=path, steps=self.steps + steps, hops=self.hops + 1)


@lru_cache(maxsize=16384)
def _child(parent: str, key: str) -> str:
    return paths.child(parent, text.without_surrogates(key))
