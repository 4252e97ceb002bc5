"""Gather classified messages into rows: plain lists, redacted on the way in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from auditor.catalogue.model import Category
from auditor.pipeline import Sent
from auditor.records import NO_MEANING, Connection, Excerpt, Exchange, Mark, Site
from auditor.redact import Redactor
from auditor.tables.batch import Batch, Column, Taken, columns
from auditor.tables.carried import Carried, Kept, cells
from auditor.tables.excerpts import NAME, Best, Excerpts
from auditor.tables.frames import Row
from auditor.tables.listed import Listing
from auditor.tables.meanings import Codes, Meanings, Traits
from auditor.tables.observed import Observed
from auditor.tables.profile import Counted, FieldKey, Numbers, Profiles
from auditor.tables.rows import Rows
from auditor.tables.schema import TABLES
from auditor.tables.show import Show

_BATCH = 200_000
"""Values that are gathered before they are counted."""

_LISTED_TOO = frozenset({"audio"})
"""Requests for sound have no row in the report, but say what was heard when nothing else does."""

_WIDTH = 1 << 20
"""More values than a row can have."""

_ONE_BY_ONE = ("exchanges", "unread", "connections", "marks")
"""Tables whose rows are written one by one."""


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

    rows: dict[str, Rows]
    observed: Observed
    fields: Counted
    excerpts: Best
    secrets: dict[str, str]
    far_ends: frozenset[str]
    carried: Kept


class Collector:
    """Rows of the tables."""

    def __init__(self, redactor: Redactor, kinds: Kinds) -> None:
        self.redactor = redactor
        self._kinds = kinds
        self.rows = {name: Rows(TABLES[name]) for name in _ONE_BY_ONE}
        self.observed = Observed()
        self.meanings = Meanings(kinds.interactions)
        self.profiles = Profiles(self.meanings)
        self._batch = Batch()
        self._show = Show(redactor)
        self._excerpts = Excerpts(redactor)
        self._carried = Kept()
        self._name = lru_cache(maxsize=65536)(lambda text: redactor.clean(text, NAME))
        self._path = lru_cache(maxsize=65536)(redactor.path)
        # One object for all equal names: every exchange has three.
        self._address = lru_cache(maxsize=65536)(redactor.address)

    def add(
        self,
        capture: int,
        exchange: Exchange,
        site: Site,
        sent: tuple[Sent, ...],
        *,
        spare: bool = False,
    ) -> None:
        """Take one exchange; `spare` lists its observations however many there are in all."""
        if spare:
            self.observed.spare(exchange.number)
        self._batch.add(Taken(capture, exchange, site, sent))
        if self._batch.values >= _BATCH:
            self.count()

    def add_connection(self, connection: Connection, receiver: str) -> None:
        """Take one line of the connection ledger."""
        self.rows["connections"].append(
            (
                self._name(connection.id),
                connection.outcome,
                connection.started,
                connection.ended,
                self._address(connection.sni),
                self._address(connection.address),
                self._address(receiver),
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
        return (self._address(receiver), *shown, self._path(path))

    @property
    def carried(self) -> list[Row]:
        """Rows of the table of kinds."""
        return self._carried.rows()

    def count(self) -> None:
        """Count what was gathered since the last time; before anything is read from here."""
        batch, self._batch = self._batch, Batch()
        found = list(columns(batch, self.meanings, self.profiles.group))
        self._show.learn(one.values for one in found if str in one.kinds)
        found = self._opened(batch, found)
        traits = self.meanings.traits(self._kinds.listed)
        if found:
            count(self.profiles, batch, found, traits)
        names = self.meanings.categories
        carried = Carried.of(batch, found, traits, len(names))
        whole = carried.whole([names[one] for one in self._kinds.interactions])
        Listing(traits, self.meanings.all, self._show, self.observed).add(batch, found, whole)
        self._add_kinds(batch, carried)
        self._excerpts.show(batch, found, self.meanings, traits)
        self._add_exchanges(batch, carried)

    def finish(self) -> None:
        """Count what is left and let go of all messages."""
        self.count()

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
        return Gathered(
            self.rows,
            self.observed,
            self.profiles.counted(),
            self._excerpts.best,
            self.redactor.secrets,
            self.redactor.far_ends,
            self._carried,
        )

    def merge(self, other: Gathered) -> None:
        """Take what another collector has taken of other exchanges of the same captures.

        The result is the same as if this one had taken all of them, in any order.
        """
        self.count()
        for name, rows in other.rows.items():
            self.rows[name].take(rows)
        fields, meanings = self.profiles.merge(other.fields)
        self.observed.merge(other.observed, fields, meanings)
        self._excerpts.merge(other.excerpts)
        self.redactor.learn(other.secrets, other.far_ends)
        self._carried.merge(other.carried)

    def _opened(self, batch: Batch, found: Sequence[Column]) -> list[Column]:
        """Return columns with their fields."""
        if not found:
            return []
        profiles, numbers = self.profiles, batch.exchanges
        keys = [
            profiles.key(one.groups.numbers, (one.place.context, one.place.path)) for one in found
        ]
        exchanges = [numbers[one.lines.message[one.groups.first]] for one in found]
        spots = [one.lines.row[one.groups.first] * _WIDTH + one.number for one in found]
        ends = np.cumsum([*map(len, keys)])

        def show(place: int) -> str:
            at = int(np.searchsorted(ends, place, "right"))
            one = found[at]
            return self._example(one, int(one.groups.first[place - ends[at]]))

        rows = profiles.open(
            np.concatenate(keys), np.concatenate(exchanges), np.concatenate(spots), show
        )
        parts = np.split(rows, ends[:-1])
        return [one._replace(fields=part) for one, part in zip(found, parts, strict=True)]

    def _example(self, one: Column, place: int) -> str:
        meaning = NO_MEANING if one.codes is None else self.meanings.all[one.codes[place]]
        return self._show.preview(one.values[place], meaning)

    def _add_kinds(self, batch: Batch, carried: Carried) -> None:
        """Take how many messages carry each kind of data, and which show it best."""
        names = list(self.meanings.categories)
        receivers = [self._address(one.site.receiver) for one in batch.parcels]
        for message, category, values in cells(carried.firm):
            rank = int(carried.best[message, category])
            self._carried.add((receivers[message], names[category]), values, rank)
        for message, category, weight in cells(carried.weight):
            if names[category] in self._kinds.listed:
                self._excerpts.offer((receivers[message], names[category]), weight, message)

    def _add_exchanges(self, batch: Batch, carried: Carried) -> None:
        mine = carried.firm[:, : len(self._kinds.interactions)]
        end = 0
        for one in batch.taken:
            start, end = end, end + len(one.sent)
            self._add_unread(one.exchange, one.site, one.sent)
            self._add_exchange(one, self._content(one.site, one.sent, mine[start:end].sum(axis=0)))

    def _add_exchange(self, taken: Taken, content: str) -> None:
        capture, exchange, site, sent = taken
        self.rows["exchanges"].append(
            (
                exchange.number,
                capture,
                self.redactor.clean(exchange.id, NAME),
                exchange.kind,
                self._name(exchange.process),
                exchange.started,
                self._address(site.receiver),
                self._address(site.name),
                site.role,
                self._name(site.endpoint),
                site.known,
                self._name(exchange.method),
                self._address(exchange.host),
                exchange.status,
                content,
                len(sent),
                sum(one.size for one in sent),
                sum(one.read for one in sent),
                sum(one.size for one in exchange.messages if one.direction == "in"),
            )
        )

    def _add_unread(self, exchange: Exchange, site: Site, sent: tuple[Sent, ...]) -> None:
        for one in sent:
            for gap in one.unread:
                self.rows["unread"].append(
                    (
                        exchange.number,
                        one.index,
                        "out",
                        one.time,
                        self._address(site.receiver),
                        self._name(site.endpoint),
                        gap.reason,
                        self._name(gap.detail),
                        self._path(gap.path),
                        gap.size,
                    )
                )

    def _content(self, site: Site, sent: tuple[Sent, ...], counts: Numbers) -> str:
        """Name the one kind of data that an exchange is counted under.

        The endpoint's own category, unless that is no interaction and the messages carry some:
        then the interaction seen most often. `counts` are of interactions, in their order.
        """
        if sent and any(one.size for one in sent) and not any(one.read for one in sent):
            return "unread"
        interactions = self._kinds.interactions
        if site.category in interactions or not counts.any():
            return site.category
        return interactions[int(counts.argmax())]


def count(profiles: Profiles, batch: Batch, found: Sequence[Column], traits: Traits) -> None:
    """Count the values of a batch, field by field."""
    profiles.count([(one.rows, one.values, one.kinds) for one in found])
    fields = np.concatenate([one.fields[one.groups.runs[0]] for one in found])
    messages = np.concatenate([one.groups.runs[1] for one in found])
    profiles.carried(fields, messages, batch.times)
    _note(profiles, batch, [(one, one.codes) for one in found if one.codes is not None], traits)


def _note(
    profiles: Profiles, batch: Batch, meant: Sequence[tuple[Column, Codes]], traits: Traits
) -> None:
    """Note what fields mean: of each, the first value with each meaning."""
    firsts = [_firsts(one, codes) for one, codes in meant]
    if not firsts:
        return
    pairs = list(zip(meant, firsts, strict=True))
    line = np.concatenate([one.lines.row[first] for (one, _), first in pairs])
    number = np.concatenate([one.lines.number[first] + one.number for (one, _), first in pairs])
    order = np.lexsort((number, line))
    fields = np.concatenate([one.fields[one.groups.of[first]] for (one, _), first in pairs])
    codes = np.concatenate([codes[first] for (_, codes), first in pairs])
    message = np.concatenate([one.lines.message[first] for (one, _), first in pairs])
    profiles.note(fields[order], codes[order], batch.exchanges[message[order]], traits)


def _firsts(one: Column, codes: Codes) -> Numbers:
    """Return the places of the first values with each meaning in each group."""
    if (codes == codes[0]).all():
        return one.groups.first
    pairs = one.groups.of * (int(codes.max()) + 1) + codes
    _, first = np.unique(pairs, return_index=True)
    return np.asarray(first, dtype=np.int64)
