"""Choose for every receiver and kind of data the message that shows it best, redacted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from auditor.pipeline import Sent
from auditor.records import Excerpt, Exchange, Meaning, Observation, Site
from auditor.redact import Redactor
from auditor.tables.profile import RANK

LINES = 24
"""Lines of an excerpt."""

NAME = 200
"""Characters of a name that are shown."""

Best = dict[tuple[str, str], tuple[int, Excerpt]]
"""Per receiver and category how much of it one message carries at most, and that one."""


class Excerpts:
    """The best messages so far; of equals the first one."""

    def __init__(self, redactor: Redactor, categories: frozenset[str]) -> None:
        """Take messages of these kinds of data."""
        self.best: Best = {}
        self._redactor = redactor
        self._categories = categories

    def add(self, exchange: Exchange, site: Site, sent: Sent, kinds: Mapping[Meaning, int]) -> None:
        """Take a message; `kinds` says how often its values mean what."""
        weights = Counter[str]()
        for meaning, count in kinds.items():
            if meaning.category in self._categories:
                weights[meaning.category] += RANK[meaning.strength] * count
        observations: tuple[Observation, ...] = ()
        for category, weight in weights.items():
            key = (self._redactor.address(site.receiver), category)
            if weight > (self.best[key][0] if key in self.best else 0):
                observations = observations or sent.observations
                excerpt = self._excerpt(exchange, site, sent, observations, category)
                self.best[key] = (weight, excerpt)

    def merge(self, others: Best) -> None:
        """Take the best messages among other exchanges."""
        for key, (weight, excerpt) in others.items():
            mine = self.best.get(key)
            if mine is None or (-weight, excerpt.exchange) < (-mine[0], mine[1].exchange):
                self.best[key] = (weight, excerpt)

    def _excerpt(
        self,
        exchange: Exchange,
        site: Site,
        sent: Sent,
        observations: Sequence[Observation],
        category: str,
    ) -> Excerpt:
        """Show the part of a message that belongs to the event with most of a category."""
        redactor = self._redactor
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
