"""Choose for every receiver and kind of data the message that shows it best, redacted."""

from __future__ import annotations

from collections.abc import Sequence

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
        read: dict[int, tuple[Observation, ...]] = {}
        for key, (weight, parcel) in self._offered.items():
            told = read.setdefault(id(parcel), ()) or parcel.sent.observations
            read[id(parcel)] = told
            self.merge({key: (weight, self._excerpt(parcel, told, key[1]))})
        self._offered.clear()
        return self._made

    def merge(self, others: Best) -> None:
        """Take the best messages among other exchanges."""
        for key, (weight, excerpt) in others.items():
            mine = self._made.get(key)
            if mine is None or (-weight, excerpt.exchange) < (-mine[0], mine[1].exchange):
                self._made[key] = (weight, excerpt)

    def _excerpt(
        self, parcel: Parcel, observations: Sequence[Observation], category: str
    ) -> Excerpt:
        """Show the part of a message that belongs to the event with most of a category."""
        redactor, (exchange, site, sent) = self._redactor, parcel
        counts: dict[tuple[object, ...], int] = {}
        mine = [one for one in observations if one.category == category]
        for one in mine:
            part = _part(one)
            counts[part] = counts.get(part, 0) + RANK[one.strength]
        lines = _lines(observations, category, max(counts, key=counts.__getitem__))
        first = next(one for one in lines if one.category == category)
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
            more=len(observations) - len(lines),
        )


def _lines(
    observations: Sequence[Observation], category: str, part: tuple[object, ...]
) -> list[Observation]:
    """Return the first lines of a part in their order; those of the category go before others."""
    chosen: list[int] = []
    others: list[int] = []
    for number, one in enumerate(observations):
        if _part(one) == part:
            mine = one.category == category
            (chosen if mine else others).append(number)
            if len(chosen) == LINES:
                break
    shown = sorted([*chosen, *others[: LINES - len(chosen)]])
    return [observations[number] for number in shown]


def _part(one: Observation) -> tuple[object, ...]:
    """Say which event of a message an observation belongs to."""
    (place, _, at), _, event, _ = one
    return (place.context, event, at[:1])
