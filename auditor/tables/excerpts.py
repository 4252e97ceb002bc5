"""Choose for every receiver and kind of data the message that shows it best, redacted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from auditor.records import Excerpt, Meaning
from auditor.redact import Redactor
from auditor.tables.batch import Batch, Column, Parcel
from auditor.tables.meanings import Meanings, Traits
from auditor.tables.profile import Numbers
from auditor.tables.told import Told, told

LINES = 24
"""Lines of an excerpt."""

NAME = 200
"""Characters of a name that are shown."""

Key: TypeAlias = tuple[str, str]
"""Receiver, as outputs may show it, and kind of data."""

Best = dict[Key, tuple[int, Excerpt]]
"""How much of it one message carries at most, and that one."""


class Excerpts:
    """The best messages so far; of equals the first one."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._weights: dict[Key, int] = {}
        """How much was offered here at most."""
        self._offered: dict[Key, int] = {}
        """Numbers of messages of a batch that are not shown yet."""
        self.best: Best = {}
        """Those that were shown, here or in another process."""

    def offer(self, key: Key, weight: int, message: int) -> None:
        """Take a message of a batch that carries so much of a kind of data, if none carried more.

        Messages are offered in the order in which they left.
        """
        if weight > self._weights.get(key, 0):
            self._weights[key], self._offered[key] = weight, message

    def show(
        self, batch: Batch, columns: Sequence[Column], meanings: Meanings, traits: Traits
    ) -> None:
        """Show the messages of a batch that were offered, so that none of them has to be kept."""
        if not self._offered:
            return
        chosen = np.zeros(len(batch.parcels), dtype=bool)
        chosen[[*self._offered.values()]] = True
        every = told(columns, chosen)
        for key, message in self._offered.items():
            category, mine = meanings.categories[key[1]], every.of(message)
            ranks = np.where(traits.category == category, traits.rank, -1)[mine.code]
            excerpt = self._excerpt(batch.parcels[message], mine, ranks, meanings.all)
            self.merge({key: (self._weights[key], excerpt)})
        self._offered.clear()

    def merge(self, others: Best) -> None:
        """Take the best messages among other exchanges."""
        for key, (weight, excerpt) in others.items():
            mine = self.best.get(key)
            if mine is None or (-weight, excerpt.exchange) < (-mine[0], mine[1].exchange):
                self.best[key] = (weight, excerpt)

    def _excerpt(
        self, parcel: Parcel, said: Told, ranks: Numbers, meanings: Sequence[Meaning]
    ) -> Excerpt:
        """Show the part of a message that tells most of a kind of data.

        `ranks` says how sure each value is of that kind; -1 where it is of another.
        """
        redactor, (exchange, site, sent) = self._redactor, parcel
        lines = _lines(said.part, ranks)
        first = next(at for at in lines if ranks[at] >= 0)
        shown = []
        for at in lines:
            meaning = meanings[said.code[at]]
            value = redactor.preview(said.value(at), meaning.secret, meaning.category)
            shown.append((redactor.path(said.place(at).path), value, bool(ranks[at] >= 0)))
        return Excerpt(
            exchange=exchange.number,
            time=sent.time,
            host=redactor.address(exchange.host),
            endpoint=redactor.clean(site.endpoint, NAME),
            event=redactor.clean(said.event(first), NAME),
            steps=said.place(first).steps,
            lines=tuple(shown),
            more=len(ranks) - len(lines),
        )


def _lines(part: Numbers, ranks: Numbers) -> list[int]:
    """Return the first lines of the fullest part, the first of equals, in their order.

    Those of the category go before others. `part` has a column of numbers for each line.
    """
    mine = np.flatnonzero(ranks >= 0)
    counts: dict[tuple[int, ...], int] = {}
    for *one, rank in zip(*part[:, mine].tolist(), ranks[mine].tolist(), strict=True):
        counts[tuple(one)] = counts.get(tuple(one), 0) + rank
    fullest = np.array(max(counts, key=counts.__getitem__))
    there = np.flatnonzero((part == fullest[:, np.newaxis]).all(axis=0))
    meant = ranks[there] >= 0
    chosen = np.flatnonzero(meant)[:LINES]
    last = chosen[-1] if len(chosen) == LINES else len(there)
    others = np.flatnonzero(~meant[:last])[: LINES - len(chosen)]
    return [*map(int, there[np.sort(np.concatenate([chosen, others]))])]
