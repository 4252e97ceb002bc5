"""Walk one claim down: observations, field, decode steps, bytes, exchange, capture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from auditor.catalogue.model import Catalogue, Evidence
from auditor.errors import AuditorError
from auditor.explain.excerpt import excerpt, learn, secret_exchanges
from auditor.explain.listed import listed
from auditor.explain.locate import locate
from auditor.explain.records import CaptureFacts, Chain, ExchangeFacts, FieldFacts, Range, Trail
from auditor.explain.reread import MISSING, Originals
from auditor.pipeline import Pipeline, Sent
from auditor.records import Claim, Exchange, Observation
from auditor.redact import Redactor
from auditor.tables.collect import Kinds
from auditor.tables.store import Audit

FIRST = 3
"""Observations that are followed unless somebody asks for all."""

POINTERS = 50
"""Observations of a claim that is worked out, as many as other claims point to."""

NO_CAPTURE = "The capture was not read again, so the chain ends at the exchange."
_OTHERWISE = "The message is read differently today: {}. Audit the capture again."

Row = Mapping[Any, Any]


class Explainer:
    """Everything that is needed to walk the claims of one audit down."""

    def __init__(
        self, audit: Audit, catalogue: Catalogue, originals: Originals, redactor: Redactor
    ) -> None:
        """Use the catalogue that the audit was made with, where it is at hand."""
        self._audit = audit
        self._originals = originals
        self._redactor = redactor
        self._catalogue = catalogue
        _name_far_ends(audit, redactor)
        self._kinds = Kinds.of(catalogue.categories.values())
        self._sources = dict(_sources(catalogue))
        self._pipelines: dict[int, Pipeline] = {}
        self._taught: set[int] = set()
        self._messages: dict[tuple[int, int], tuple[Sent | None, list[Observation]]] = {}

    def chain(self, claim: Claim, first: int | None = FIRST) -> Chain:
        """Follow the first observations of a claim, or all with None."""
        pointers = self.pointers(claim)
        rows = pointers[:first]
        table, every = self._audit.tables["observations"], self._audit.tables["exchanges"]
        exchanges: dict[int, Row] = {
            int(one["exchange"]): one
            for one in every[
                every["exchange"].isin({int(table["exchange"][row]) for row in rows})
            ].to_dict("records")
        }
        shown = [(row, table.loc[row].to_dict()) for row in rows]
        wanted: dict[int, set[int]] = {}
        for _, one in shown:
            number = int(one["exchange"])
            wanted.setdefault(int(exchanges[number]["capture"]), set()).add(number)
        for capture, numbers in wanted.items():
            self._learn(capture, numbers)
        trails = tuple(self._trail(row, one, exchanges[int(one["exchange"])]) for row, one in shown)
        return Chain(claim, trails, len(pointers) - len(rows), tuple(self._notes(claim)))

    def pointers(self, claim: Claim) -> list[int]:
        """Return the observations of a claim; of one that is worked out, those it is worked out of."""
        if claim.observations or not claim.fields:
            return list(claim.observations)
        table = self._audit.tables["observations"]
        return [int(row) for row in table.index[table["field"].isin(claim.fields)][:POINTERS]]

    def _learn(self, capture: int, wanted: set[int]) -> None:
        """Read exchanges, and others that name secrets: one may stand unnamed beside a value."""
        if self._originals.state(capture) == MISSING:
            return
        new = capture not in self._taught
        teachers = secret_exchanges(self._audit, capture) if new else set()
        self._taught.add(capture)
        self._originals.read(capture, wanted | teachers)
        for number in sorted(teachers):
            exchange = self._originals.exchange(number)
            if exchange:
                learn(self._pipeline(capture).run(exchange)[1], self._redactor)

    def _notes(self, claim: Claim) -> Iterable[str]:
        if not claim.observations and claim.fields:
            yield "No value says this as such: it is worked out from the values below."
        elif not claim.observations:
            yield "This claim rests on no value that left, so there are no bytes to show."
        made = self._audit.facts["tool"]["catalogue"]
        if made != self._catalogue.digest[: len(made)]:
            yield f"The audit was made with another catalogue ({made})."

    def _trail(self, row: int, one: Row, exchange: Row) -> Trail:
        capture = self._capture(int(exchange["capture"]))
        trail = Trail(
            row=row,
            value=_text(one["value"]),
            field=self._field(int(one["field"])),
            steps=tuple(step for step in _text(one["steps"]).split(" › ") if step),
            exchange=ExchangeFacts(
                int(one["exchange"]),
                int(one["message"]),
                one["time"].isoformat(timespec="milliseconds"),
                *(_text(exchange[name]) for name in ("method", "host", "endpoint")),
            ),
            capture=capture,
        )
        ranges, shown, ends = self._bytes(trail, int(exchange["capture"]), exchange)
        return replace(trail, ranges=ranges, excerpt=shown, ends=ends)

    def _bytes(
        self, trail: Trail, capture: int, row: Row
    ) -> tuple[tuple[Range, ...], tuple[str, str, str], str]:
        nothing = ("", trail.value, "")
        number, message = trail.exchange.number, trail.exchange.message
        exchange = self._originals.exchange(number)
        if trail.capture.state == MISSING:
            return (), nothing, NO_CAPTURE
        if exchange is None or not self._is_it(exchange, row):
            return (), nothing, f"The capture has no such exchange {number} today."
        sent, found = self._message(capture, exchange, message)
        table = self._audit.tables["observations"]
        mine = table.index[(table["exchange"] == number) & (table["message"] == message)]
        if sent is None or len(mine) != len(found):
            what = f"{len(found)} values instead of {len(mine)}"
            return (), nothing, _OTHERWISE.format(what)
        observation = found[list(mine).index(trail.row)]
        leaf, meaning = observation.leaf, observation.meaning
        if leaf.steps != trail.steps or (
            self._redactor.path(leaf.path) != trail.field.path and ("‹" not in trail.field.path)
        ):
            return (), nothing, _OTHERWISE.format("its fields are in another order")
        ranges = locate(exchange, message, leaf)
        if not ranges:
            return (), nothing, "The capture holds no bytes of this message."
        ranges = tuple(replace(one, inside=self._name(one.inside)) for one in ranges)
        value = self._redactor.preview(leaf.value, meaning.secret, meaning.category)
        value = self._redactor.sweep(value)
        return ranges, excerpt(ranges[-1], value, self._redactor), ""

    def _name(self, text: str) -> str:
        """Return what bytes are called; the name of a field may be somebody's id."""
        return self._redactor.sweep(self._redactor.path(text))

    def _is_it(self, exchange: Exchange, row: Row) -> bool:
        """Say whether what stands at the exchange's number today is what was audited."""
        host = self._redactor.address(exchange.host)
        return (host, exchange.kind) == (row["host"], row["kind"])

    def _message(
        self, capture: int, exchange: Exchange, message: int
    ) -> tuple[Sent | None, list[Observation]]:
        key = exchange.number, message
        if key not in self._messages:
            _, every = self._pipeline(capture).run(exchange)
            learn(every, self._redactor)
            sent = next((one for one in every if one.index == message), None)
            self._messages[key] = sent, listed(sent, self._kinds) if sent else []
        return self._messages[key]

    def _pipeline(self, capture: int) -> Pipeline:
        if capture not in self._pipelines:
            known = self._originals.known(capture)
            self._pipelines[capture] = Pipeline(self._catalogue, known)
        return self._pipelines[capture]

    def _field(self, number: int) -> FieldFacts:
        one: Row = self._audit.tables["fields"].loc[number].to_dict()
        source = self._sources.get(_text(one["rule"]))
        return FieldFacts(
            row=number,
            context=_text(one["context"]),
            path=_text(one["path"]),
            event=_text(one["event"]),
            means=_text(one["means"]),
            rule=_text(one["rule"]),
            basis=_text(one["basis"]),
            source=f"{source.source}, {source.date}" if source else "",
            count=int(one["count"]),
            messages=int(one["messages"]),
        )

    def _capture(self, number: int) -> CaptureFacts:
        one = self._audit.facts["captures"][number]
        return CaptureFacts(
            one["name"], one["format"], one["sha256"], self._originals.state(number)
        )


def find_claim(audit: Audit, wanted: str | None) -> Claim:
    """Return a claim by its id.

    Raises AuditorError with the ids there are, those with observations first.
    """
    found = next((one for one in audit.claims if one.id == wanted), None)
    if found:
        return found
    with_bytes = [one.id for one in audit.claims if one.observations or one.fields]
    others = [one.id for one in audit.claims if not one.observations and not one.fields]
    ids = "\n".join(f"    {one}" for one in with_bytes) or "    none"
    rest = f"\n  Without such values: {', '.join(others)}" if others else ""
    message = f"There is no claim {wanted!r} in this audit." if wanted else "Which claim?"
    raise AuditorError(
        message, f"Name one of these claims, which rest on values that left:\n{ids}{rest}"
    )


def _name_far_ends(audit: Audit, redactor: Redactor) -> None:
    """Tell a redactor who got data, as the redactor of the audit knew it."""
    for table, column in (
        ("exchanges", "host"),
        ("connections", "sni"),
        ("connections", "address"),
    ):
        for name in audit.tables[table][column].unique():
            redactor.address(name)


def _sources(catalogue: Catalogue) -> Iterable[tuple[str, Evidence]]:
    yield from ((rule.id, rule.evidence) for rule in catalogue.headers)
    for receiver in catalogue.receivers.values():
        for endpoint in receiver.endpoints:
            yield from ((rule.id, rule.evidence) for rule in endpoint.fields)


def _text(value: object) -> str:
    """Return a cell as text; missing ones are empty."""
    return value if isinstance(value, str) else ""
