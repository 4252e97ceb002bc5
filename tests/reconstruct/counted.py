"""Rows that count how often something is taken from them, and give up when it is too often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Counter:
    """How much was looked at; more than `most` is a failure, at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.count = 0

    def one(self) -> None:
        self.count += 1
        assert self.count <= self.most, f"more than {self.most} looked at"

    def calls_of(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function, counted."""

        def counted(*told: object) -> object:
            self.one()
            return function(*told)

        return counted

    def row(self, *things: Any) -> Row:
        """Return things as a tuple in which everything taken is counted."""
        row = Row(things)
        row.counter = self
        return row


class Row(tuple[Any, ...]):
    """A tuple that counts what is taken from it in turn."""

    counter: Counter

    def __iter__(self) -> Iterator[Any]:
        for one in super().__iter__():
            self.counter.one()
            yield one
