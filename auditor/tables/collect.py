"""Gather classified messages into rows: plain lists, redacted on the way in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from auditor.pipeline import Sent
from auditor.places import Place
from auditor.records import Connection, Excerpt, Exchange, Mark, Observation, Site
from auditor.redact import Redactor
from auditor.tables.observed import Observed
from auditor.tables.profile import RANK, FieldKey, Profile, Profiles

LINES = 24
"""Lines of an excerpt."""

_MEMORY = 50_000
"""Plain texts that are remembered."""

Row = tuple[object, ...]


class Collector:
    """Rows of the tables; `rows[name]` are tuples in the order of `auditor.tables.schema`."""

    def __init__(self, redactor: Redactor, interactions: tuple[str, ...]) -> None:
        self.redactor = redactor
        self.rows: dict[str, list[Row]] = {
            name: [] for name in ("exchanges", "unread", "connections", "marks")
        }
        self.observed = Observed()
        self.profiles = Profiles()
        self.excerpts: dict[tuple[str, str], Excerpt] = {}
        """Per receiver and category the message that carries most of it."""
        self._weight: dict[tuple[str, str], int] = {}
        self._order = {category: place for place, category in enumerate(interactions)}
        self._plain: set[str] = set()
        """Values that are shown as they are."""
        self._name = lru_cache(maxsize=65536)(lambda text: redactor.clean(text, 200))
        self._path = lru_cache(maxsize=65536)(redactor.path)

    def add(self, capture: int, exchange: Exchange, site: Site, sent: tuple[Sent, ...]) -> None:
        """Take one exchange."""
        said = [one for message in sent for one in self._add_message(exchange, site, message)]
        self._add_unread(exchange, site, sent)
        self.rows["exchanges"].append(
            (
                exchange.number,
                capture,
                self._name(exchange.id),
                exchange.kind,
                self._name(exchange.process),
                exchange.started,
                self.redactor.address(site.receiver),
                self.redactor.address(site.name),
                site.role,
                self._name(site.endpoint),
                site.known,
                self._name(exchange.method),
                self.redactor.address(exchange.host),
                exchange.status,
                self._content(site, sent, said),
                len(sent),
                sum(one.size for one in sent),
                sum(one.read for one in sent),
                sum(one.size for one in exchange.messages if one.direction == "in"),
            )
        )

    def add_connection(self, connection: Connection, receiver: str) -> None:
        """Take one line of the connection ledger."""
        self.rows["connections"].append(
            (
                self._name(connection.id),
                connection.outcome,
                connection.started,
                connection.ended,
                self.redactor.address(connection.sni),
                self.redactor.address(connection.address),
                self.redactor.address(receiver),
                connection.bytes_up,
                connection.bytes_down,
                self._name(connection.process),
                self._name(connection.detail),
            )
        )

    def add_mark(self, mark: Mark, category: str, values: str) -> None:
        """Take one mark; whether something followed it is worked out later."""
        number = len(self.rows["marks"])
        row = (number, self._name(mark.action), category, mark.start, mark.end, values)
        self.rows["marks"].append((*row, False, False, None))

    def field_names(self, key: FieldKey) -> tuple[str, ...]:
        """Return the key of a field as outputs may show it."""
        receiver, *names, path = key
        shown = (self._name(name) for name in names)
        return (self.redactor.address(receiver), *shown, self._path(path))

    def _add_message(self, exchange: Exchange, site: Site, sent: Sent) -> list[Observation]:
        """Take one message; return the observations that say something."""
        message = (exchange.number, sent.index, sent.time)
        fields: dict[tuple[Place, str], Profile] = {}
        said = []
        for one in sent.observations:
            (place, value, _), meaning, event, when = one
            field = fields.get((place, event))
            if field is None:
                field = self.profiles.open(site, sent.time, one, self._preview)
                fields[place, event] = field
            self.profiles.add(field, value, meaning)
            if meaning.category != "other":
                said.append(one)
                shown = (self._preview(one), self._number(one))
                self.observed.add(message, field.row, meaning, shown, when, place.steps)
            elif type(value) is str and (value not in self._plain or meaning.secret):
                self._preview(one)  # learns what is secret, wherever it stands
        self._add_excerpts(exchange, site, sent, said)
        return said

    def _preview(self, one: Observation) -> str:
        """Return what may be shown of a value; plain texts are looked at once."""
        value, secret, category = one.leaf.value, one.secret, one.category
        if value in self._plain and not self.redactor.hides(value, secret, category):
            return str(value)
        preview = self.redactor.preview(value, secret, category)
        if preview == value:
            if len(self._plain) >= _MEMORY:
                self._plain.clear()
            self._plain.add(preview)
        return preview

    def _number(self, one: Observation) -> float | None:
        value = one.leaf.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return None if self.redactor.hides(value, one.secret, one.category) else float(value)

    def _add_unread(self, exchange: Exchange, site: Site, sent: tuple[Sent, ...]) -> None:
        for one in sent:
            for gap in one.unread:
                self.rows["unread"].append(
                    (
                        exchange.number,
                        one.index,
                        "out",
                        one.time,
                        self.redactor.address(site.receiver),
                        self._name(site.endpoint),
                        gap.reason,
                        self._name(gap.detail),
                        self._path(gap.path),
                        gap.size,
                    )
                )

    def _content(self, site: Site, sent: tuple[Sent, ...], said: list[Observation]) -> str:
        """Name the one kind of data that an exchange is counted under.

        The endpoint's own category, unless that is no interaction and the messages carry some:
        then the interaction seen most often.
        """
        if sent and any(one.size for one in sent) and not any(one.read for one in sent):
            return "unread"
        if site.category in self._order:
            return site.category
        counts = Counter(
            one.category for one in said if one.category in self._order and one.strength != "weak"
        )
        if not counts:
            return site.category
        return min(counts, key=lambda name: (-counts[name], self._order[name]))

    def _add_excerpts(
        self, exchange: Exchange, site: Site, sent: Sent, said: list[Observation]
    ) -> None:
        weights: Counter[str] = Counter()
        for one in said:
            weights[one.category] += RANK[one.strength]
        for category, weight in weights.items():
            key = (self.redactor.address(site.receiver), category)
            if weight > self._weight.get(key, 0):
                self._weight[key] = weight
                self.excerpts[key] = self._excerpt(exchange, site, sent, said, category)

    def _excerpt(
        self,
        exchange: Exchange,
        site: Site,
        sent: Sent,
        said: Sequence[Observation],
        category: str,
    ) -> Excerpt:
        """Show the part of a message that belongs to the event with most of a category."""
        counts: dict[tuple[object, ...], int] = {}
        mine = [one for one in said if one.category == category]
        for one in mine:
            part = _part(one)
            counts[part] = counts.get(part, 0) + RANK[one.strength]
        lines = _lines(sent.observations, category, max(counts, key=counts.__getitem__))
        first = next(one for one in lines if one.category == category)
        return Excerpt(
            exchange=exchange.number,
            time=sent.time,
            host=self.redactor.address(exchange.host),
            endpoint=self._name(site.endpoint),
            event=self._name(first.event),
            steps=first.leaf.steps,
            lines=tuple(
                (
                    self._path(one.leaf.path),
                    self.redactor.preview(one.leaf.value, one.secret, one.category),
                    one.category == category,
                )
                for one in lines
            ),
            more=len(sent.observations) - len(lines),
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
