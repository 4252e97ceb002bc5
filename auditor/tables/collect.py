"""Gather classified messages into rows: plain lists, redacted on the way in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from auditor.pipeline import Sent
from auditor.records import Connection, Excerpt, Exchange, Mark, Observation, Site
from auditor.redact import Redactor

DISTINCT_CAP = 1000
LINES = 24
"""Lines of an excerpt."""

_RANK = {"": 0, "weak": 1, "medium": 2, "strong": 3}

FieldKey = tuple[str, str, str, str, str]


@dataclass(slots=True)
class Profile:
    """What is known of one field: everything about a path of an endpoint's event."""

    row: int
    best: Observation
    example: str
    first: float
    last: float
    count: int = 0
    messages: int = 0
    last_message: tuple[int, int] = (-1, -1)
    types: set[str] = field(default_factory=set)
    distinct: set[int] = field(default_factory=set)


Row = tuple[object, ...]


class Collector:
    """Rows of every table; `rows[name]` are tuples in the order of `auditor.tables.schema`."""

    def __init__(self, redactor: Redactor, interactions: tuple[str, ...]) -> None:
        self.redactor = redactor
        self.rows: dict[str, list[Row]] = {
            name: [] for name in ("exchanges", "observations", "unread", "connections", "marks")
        }
        self.fields: dict[FieldKey, Profile] = {}
        """By receiver, endpoint, event, context and path, as captured: not redacted."""
        self.excerpts: dict[tuple[str, str], Excerpt] = {}
        """Per receiver and category the message that carries most of it."""
        self._weight: dict[tuple[str, str], int] = {}
        self._interactions = interactions
        self._name = lru_cache(maxsize=65536)(lambda text: redactor.clean(text, 200))
        self._path = lru_cache(maxsize=65536)(redactor.path)

    def add(self, capture: int, exchange: Exchange, site: Site, sent: tuple[Sent, ...]) -> None:
        """Take one exchange."""
        for one in sent:
            self._add_observations(exchange, site, one)
            self._add_excerpts(exchange, site, one)
        self._add_unread(exchange, site, sent)
        self.rows["exchanges"].append(
            (
                exchange.number,
                capture,
                self._name(exchange.id),
                exchange.kind,
                exchange.started,
                self.redactor.address(site.receiver),
                self.redactor.address(site.name),
                site.role,
                self._name(site.endpoint),
                site.known,
                self._name(exchange.method),
                self.redactor.address(exchange.host),
                exchange.status,
                self._content(site, sent),
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

    def _add_observations(self, exchange: Exchange, site: Site, sent: Sent) -> None:
        rows = self.rows["observations"]
        for one in sent.observations:
            leaf = one.leaf
            preview = self.redactor.preview(leaf.value, one.secret, one.category)
            profile = self._profile(exchange, site, sent, one, preview)
            if one.category == "other":
                continue
            rows.append(
                (
                    exchange.number,
                    sent.index,
                    sent.time,
                    one.event_time,
                    self.redactor.address(site.receiver),
                    self._name(site.endpoint),
                    self._name(one.event),
                    leaf.context,
                    self._path(leaf.path),
                    preview,
                    self._number(one),
                    one.unit,
                    one.category,
                    one.strength,
                    one.rule,
                    one.basis,
                    " › ".join(leaf.steps),
                    profile.row,
                )
            )

    def _number(self, one: Observation) -> float | None:
        value = one.leaf.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return None if self.redactor.hides(value, one.secret, one.category) else float(value)

    def _profile(
        self, exchange: Exchange, site: Site, sent: Sent, one: Observation, preview: str
    ) -> Profile:
        leaf = one.leaf
        key = (site.receiver, site.endpoint, one.event, leaf.context, leaf.path)
        profile = self.fields.get(key)
        if profile is None:
            profile = Profile(len(self.fields), one, preview, sent.time, sent.time)
            self.fields[key] = profile
        profile.count += 1
        if profile.last_message != (exchange.number, sent.index):
            profile.last_message = (exchange.number, sent.index)
            profile.messages += 1
        profile.types.add(_TYPES.get(type(leaf.value), "other"))
        if len(profile.distinct) < DISTINCT_CAP:
            profile.distinct.add(hash((type(leaf.value), leaf.value)))
        if one is not profile.best and _rank(one) > _rank(profile.best):
            profile.best = one
        if sent.time < profile.first:
            profile.first = sent.time
        elif sent.time > profile.last:
            profile.last = sent.time
        return profile

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

    def _content(self, site: Site, sent: tuple[Sent, ...]) -> str:
        """Name the one kind of data that an exchange is counted under.

        The endpoint's own category, unless that is no interaction and the messages carry some:
        then the interaction seen most often.
        """
        if sent and any(one.size for one in sent) and not any(one.read for one in sent):
            return "unread"
        if site.category in self._interactions:
            return site.category
        counts: dict[str, int] = {}
        for one in sent:
            for seen in one.observations:
                if seen.category in self._interactions and seen.strength != "weak":
                    counts[seen.category] = counts.get(seen.category, 0) + 1
        if not counts:
            return site.category
        return min(counts, key=lambda name: (-counts[name], self._interactions.index(name)))

    def _add_excerpts(self, exchange: Exchange, site: Site, sent: Sent) -> None:
        weights: dict[str, int] = {}
        for one in sent.observations:
            if one.category != "other":
                weights[one.category] = weights.get(one.category, 0) + _RANK[one.strength]
        for category, weight in weights.items():
            key = (self.redactor.address(site.receiver), category)
            if weight > self._weight.get(key, 0):
                self._weight[key] = weight
                self.excerpts[key] = self._excerpt(exchange, site, sent, category)

    def _excerpt(self, exchange: Exchange, site: Site, sent: Sent, category: str) -> Excerpt:
        """Show the part of a message that belongs to the event with most of a category."""
        counts: dict[tuple[object, ...], int] = {}
        for one in sent.observations:
            if one.category == category:
                counts[_part(one)] = counts.get(_part(one), 0) + _RANK[one.strength]
        part = max(counts, key=lambda name: counts[name])
        mine = [one for one in sent.observations if _part(one) == part]
        mine.sort(key=lambda one: one.category != category)
        shown = {id(one) for one in mine[:LINES]}
        lines = [one for one in sent.observations if id(one) in shown]
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


_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    bytes: "bytes",
    type(None): "null",
}


def _rank(one: Observation) -> int:
    return 0 if one.category == "other" else _RANK[one.strength]


def _part(one: Observation) -> tuple[object, ...]:
    """Say which event of a message an observation belongs to."""
    return (one.leaf.context, one.event, one.leaf.at[:1])
