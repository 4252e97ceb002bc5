"""Gather classified messages into rows: plain lists, redacted on the way in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import nan
from operator import itemgetter

from auditor.catalogue.model import Category
from auditor.catalogue.receiver import ANYBODY
from auditor.passages import Passage
from auditor.pipeline import Sent
from auditor.records import (
    Connection,
    Excerpt,
    Exchange,
    Mark,
    Meaning,
    Site,
    Value,
)
from auditor.redact import Redactor
from auditor.tables.excerpts import NAME, Best, Excerpts
from auditor.tables.observed import Observed
from auditor.tables.profile import FieldKey, Pile, Profile, Profiles

_MEMORY = 50_000
"""Plain texts that are remembered."""

_BATCH = 500_000
"""Values that are gathered before they are counted."""

_LISTED_TOO = frozenset({"audio"})
"""Requests for sound have no row in the report, but say what was heard when nothing else does."""

_COMMON = f"{ANYBODY}/"
"""How the ids of rules for common headers begin."""

_HIDES = frozenset({"identity", "device"})
"""Kinds of data whose numbers may be somebody's id."""

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which kinds of data are treated how."""

    interactions: tuple[str, ...]
    """Those an action exercises, in the order of the report."""
    listed: frozenset[str]
    """Those of which every observation is listed. The others are listed only beside interactions in
    one message, since they say which track or when; common headers never are."""

    @classmethod
    def of(cls, categories: Iterable[Category]) -> Kinds:
        """Sort the catalogue's categories, which are in the order of the report."""
        rows = [one for one in categories if one.row]
        interactions = tuple(one.id for one in rows if not one.always_on)
        return cls(interactions, frozenset(one.id for one in rows) | _LISTED_TOO)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a collector has taken, in a form that can go to another process."""

    rows: dict[str, list[Row]]
    observed: Observed
    fields: dict[FieldKey, Profile]
    excerpts: Best
    secrets: dict[str, str]
    carried: Counter[tuple[str, str]]


class Collector:
    """Rows of the tables; `rows[name]` are tuples in the order of `auditor.tables.schema`."""

    def __init__(self, redactor: Redactor, kinds: Kinds) -> None:
        self.redactor = redactor
        self._kinds = kinds
        self.rows: dict[str, list[Row]] = {
            name: [] for name in ("exchanges", "unread", "connections", "marks")
        }
        self.observed = Observed()
        self.profiles = Profiles(self._preview, self._learn)
        self._times: list[float] = []
        """When each message of this batch left."""
        self._gathered = 0
        self._excerpts = Excerpts(redactor, kinds.listed)
        self._order = {category: place for place, category in enumerate(kinds.interactions)}
        self._carried = Counter[tuple[str, str]]()
        """Per receiver and category the messages that carried it."""
        self._plain: set[str] = set()
        """Values that are shown as they are."""
        self._name = lru_cache(maxsize=65536)(lambda text: redactor.clean(text, NAME))
        self._path = lru_cache(maxsize=65536)(redactor.path)

    def add(self, capture: int, exchange: Exchange, site: Site, sent: tuple[Sent, ...]) -> None:
        """Take one exchange."""
        kinds = Counter[Meaning]()
        for message in sent:
            kinds += self._add_message(exchange, site, message)
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
                self._content(site, sent, kinds),
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

    @property
    def carried(self) -> list[Row]:
        """Rows of the table of kinds."""
        return [(*key, count) for key, count in sorted(self._carried.items())]

    def count(self) -> None:
        """Count what was gathered since the last time; before anything is read from here."""
        self.profiles.count(self._times)
        self._times.clear()
        self._gathered = 0

    @property
    def excerpts(self) -> dict[tuple[str, str], Excerpt]:
        """Per receiver and category the message that carries most of it."""
        return {key: excerpt for key, (_, excerpt) in self._excerpts.best.items()}

    @property
    def setting(self) -> tuple[bytes, Kinds]:
        """The redactor's key and the kinds of data, to make another one like this."""
        return self.redactor.key, self._kinds

    def gathered(self) -> Gathered:
        """Return everything that was taken."""
        self.count()
        fields, secrets = self.profiles.fields, self.redactor.secrets
        return Gathered(
            self.rows, self.observed, fields, self._excerpts.best, secrets, self._carried
        )

    def merge(self, other: Gathered) -> None:
        """Take what another collector has taken of other exchanges of the same captures.

        The result is the same as if this one had taken all of them, in any order.
        """
        self.count()
        for name, rows in other.rows.items():
            self.rows[name] += rows
        for name in ("exchanges", "unread"):
            self.rows[name].sort(key=itemgetter(0))  # by the number of the exchange
        self.observed.merge(other.observed, self.profiles.merge(other.fields))
        self._excerpts.merge(other.excerpts)
        self.redactor.learn(other.secrets)
        self._carried += other.carried

    def _add_message(self, exchange: Exchange, site: Site, sent: Sent) -> Counter[Meaning]:
        """Take one message; return how often its values mean what, where that is something."""
        said: list[Meaning] = []
        for passage in sent.passages:
            rows = passage[0][1]
            pile = self.profiles.pile(exchange.number, site, passage)
            pile.rows += rows
            pile.messages.append(len(self._times))
            self._gathered += sum(map(len, rows))
            if passage[2]:
                said += self._add_said(exchange.number, passage, pile)
        kinds = _tally(said)
        whole = any(one.category in self._order for one in kinds)
        self.observed.close(exchange.number, sent.index, sent.time, whole=whole)
        self._times.append(sent.time)
        if self._gathered >= _BATCH:
            self.count()
        receiver = self.redactor.address(site.receiver)
        self._carried.update({(receiver, one.category) for one in kinds if one.strength != "weak"})
        self._excerpts.add(exchange, site, sent, kinds)
        return kinds

    def _add_said(self, exchange: int, passage: Passage, pile: Pile) -> Iterator[Meaning]:
        """Take the values that mean something; yield what those of any kind mean."""
        (where, rows, ats), _, said = passage
        listed = self._kinds.listed
        for row, number, meaning, when in said:
            column = 0 if where.is_list else number
            field, value = pile.fields[column], rows[row][number]
            if meaning is not field.latest:
                field.note(meaning, exchange)
            if meaning.category == "other" or meaning.rule.startswith(_COMMON):
                if meaning.secret:
                    self._preview(value, meaning)  # learns what is secret, wherever it stands
                if meaning.category == "other":
                    continue
                if meaning.category not in listed:
                    yield meaning
                    continue
            kind = type(value)
            if (kind is int or kind is float) and self._is_open(meaning):
                shown = str(value), float(value)  # type: ignore[arg-type]  # a number
            else:
                shown = self._preview(value, meaning), self._number(value, meaning)
            spot = where.at(number, ats[row]), field.row, where.places[column].steps
            is_aside = meaning.category not in listed
            self.observed.add(spot, meaning, shown, when, is_aside=is_aside)
            yield meaning

    @staticmethod
    def _is_open(meaning: Meaning) -> bool:
        """Say whether a number with this meaning can be nobody's secret."""
        return not meaning.secret and meaning.category not in _HIDES

    def _preview(self, value: Value, meaning: Meaning) -> str:
        """Return what may be shown of a value; plain texts are looked at once."""
        secret, category = meaning.secret, meaning.category
        if value in self._plain and not self.redactor.hides(value, secret, category):
            return str(value)
        preview = self.redactor.preview(value, secret, category)
        if preview == value:
            self._remember(preview)
        return preview

    def _learn(self, texts: set[str]) -> None:
        """Look at texts that mean nothing: a secret is hidden wherever it stands."""
        for text in texts - self._plain:
            if self.redactor.clean(text) == text:
                self._remember(text)

    def _remember(self, text: str) -> None:
        if len(self._plain) >= _MEMORY:
            self._plain.clear()
        self._plain.add(text)

    def _number(self, value: Value, meaning: Meaning) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return nan
        hidden = self.redactor.hides(value, meaning.secret, meaning.category)
        return nan if hidden else float(value)

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

    def _content(self, site: Site, sent: tuple[Sent, ...], kinds: Counter[Meaning]) -> str:
        """Name the one kind of data that an exchange is counted under.

        The endpoint's own category, unless that is no interaction and the messages carry some:
        then the interaction seen most often.
        """
        if sent and any(one.size for one in sent) and not any(one.read for one in sent):
            return "unread"
        if site.category in self._order:
            return site.category
        counts = Counter[str]()
        for meaning, count in kinds.items():
            if meaning.category in self._order and meaning.strength != "weak":
                counts[meaning.category] += count
        if not counts:
            return site.category
        return min(counts, key=lambda name: (-counts[name], self._order[name]))


def _tally(said: Sequence[Meaning]) -> Counter[Meaning]:
    """Count meanings; those that are one object are counted without being compared."""
    known = {id(one): one for one in said}
    counts = Counter[Meaning]()
    for mark, count in Counter(map(id, said)).items():
        counts[known[mark]] += count
    return counts
