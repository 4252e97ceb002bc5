"""Choose for every receiver and kind of data the message that shows it best, redacted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from auditor.classify.passages import Passage, Said
from auditor.places import At
from auditor.records import Excerpt, Observation
from auditor.redact import Redactor
from auditor.tables.batch import Parcel
from auditor.tables.meanings import RANK

LINES = 24
"""Lines of an excerpt."""

NAME = 200
"""Characters of a name that are shown."""

Best = dict[tuple[str, str], tuple[int, Excerpt]]
"""Per receiver and category how much of it one message carries at most, and that one."""


_Part: TypeAlias = tuple[str, str, At]
"""Which event of a message: context, name, and index of the outermost item of a list."""


class Excerpts:
    """The best messages so far; of equals the first one."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._offered: dict[tuple[str, str], tuple[int, Parcel]] = {}
        self._made: Best = {}
        """Those that another process has chosen."""

    def offer(self, category: str, weight: int, parcel: Parcel) -> None:
        """Take a message that carries so much of a kind of data, if none carries more.

        It is kept until `best` is asked, and no other one by then was better.
        """
        key = (self._redactor.address(parcel.site.receiver), category)
        if weight > (self._offered[key][0] if key in self._offered else 0):
            self._offered[key] = (weight, parcel)

    def best(self) -> Best:
        """Return the excerpts of the best messages."""
        read: dict[int, list[list[Said]]] = {}
        for key, (weight, parcel) in self._offered.items():
            if id(parcel) not in read:
                read[id(parcel)] = [one.said for one in parcel.sent.passages]
            self.merge({key: (weight, self._excerpt(parcel, read[id(parcel)], key[1]))})
        self._offered.clear()
        return self._made

    def merge(self, others: Best) -> None:
        """Take the best messages among other exchanges."""
        for key, (weight, excerpt) in others.items():
            mine = self._made.get(key)
            if mine is None or (-weight, excerpt.exchange) < (-mine[0], mine[1].exchange):
                self._made[key] = (weight, excerpt)

    def _excerpt(self, parcel: Parcel, said: Sequence[Sequence[Said]], category: str) -> Excerpt:
        """Show the part of a message that belongs to the event with most of a category.

        `said` has what the values of each passage mean.
        """
        redactor, (exchange, site, sent) = self._redactor, parcel
        part = _fullest(sent.passages, said, category)
        lines = _lines(sent.passages, category, part)
        first = next(one for one in lines if one.category == category)
        values = sum(len(row) for one in sent.passages for row in one.sheet.rows)
        return Excerpt(
            exchange=exchange.number,
            time=sent.time,
            host=redactor.address(exchange.host),
            endpoint=redactor.clean(site.endpoint, NAME),
            event=redactor.clean(first.event, NAME),
            steps=first.leaf.steps,
            lines=tuple(
                (
                    redactor.path(one.leaf.path),
                    redactor.preview(one.leaf.value, one.secret, one.category),
                    one.category == category,
                )
                for one in lines
            ),
            more=values - len(lines),
        )


def _fullest(passages: Sequence[Passage], said: Sequence[Sequence[Said]], category: str) -> _Part:
    """Return the part of a message that tells most of a category, the first of equals."""
    counts: dict[_Part, int] = {}
    for passage, told in zip(passages, said, strict=True):
        where, _, ats = passage.sheet
        for row, number, meaning, _ in told:
            if meaning.category == category:
                part = where.context, passage.event(row), where.at(number, ats[row])[:1]
                counts[part] = counts.get(part, 0) + RANK[meaning.strength]
    return max(counts, key=counts.__getitem__)


def _lines(passages: Iterable[Passage], category: str, part: _Part) -> list[Observation]:
    """Return the first lines of a part in their order; those of the category go before others."""
    context, event, item = part
    there = [
        one
        for passage in passages
        if passage.sheet.layout.context == context and event in passage.senses
        for one in passage.observations()
        if one.event == event and one.leaf.at[:1] == item
    ]
    chosen = [number for number, one in enumerate(there) if one.category == category][:LINES]
    last = chosen[-1] if len(chosen) == LINES else len(there)
    others = [number for number in range(last) if there[number].category != category]
    shown = sorted([*chosen, *others[: LINES - len(chosen)]])
    return [there[number] for number in shown]
