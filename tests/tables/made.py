"""Made-up messages for the tests of tables; what a value means is said by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from auditor.catalogue.model import Evidence, FieldRule
from auditor.catalogue.wording import AddressWords, Lexicon
from auditor.classify.clock import NO_WHENS, Whens
from auditor.classify.lexicon import Judge, Surroundings
from auditor.classify.passages import Passage
from auditor.classify.senses import Field, Sense
from auditor.pipeline import Sent
from auditor.places import Layout, exact, layout
from auditor.records import Exchange, Meaning, Sheet, Site, Value
from auditor.redact import Redactor
from auditor.tables.collect import Collector, Kinds
from auditor.tables.profile import BITS, Profiles
from tests.sample_result import KEY

SITE = Site("one.example", "one.example", "unknown", "POST /in", "other")
KINDS = Kinds(("seek", "cue"), frozenset({"seek", "cue"}))
"""Of all kinds these are interactions, and listed."""
WEAK = Meaning("seek", "weak", "lexicon", means="first")
FIRM = WEAK._replace(strength="strong", rule="r", means="second", unit="s")

NO = frozenset[str]()
JUDGE = Judge(Lexicon((), NO, NO, NO, NO, NO, {}, 1, AddressWords({}, {}, {})))
"""Knows no word."""


class Message(NamedTuple):
    """A message that left with an exchange."""

    exchange: int
    time: float
    passages: tuple[Passage, ...]


def left(exchange: int, time: float, *passages: Passage) -> Message:
    """Return a message, given the number of its exchange."""
    return Message(exchange, time, passages)


def rule(category: str, means: str = "a rule", **more: object) -> FieldRule:
    """Return a rule for the field `x`; its place does not matter here."""
    evidence = Evidence("e", "documented", "a source", "2026-01-01")
    return FieldRule(
        f"r/e/-/body:{means}",
        "body",
        "x",
        category,
        means,
        evidence,
        **more,  # type: ignore[arg-type]
    )


RULE = rule("seek")


@cache
def sense(where: Layout, *rules: tuple[FieldRule, ...]) -> Sense:
    """Return what is known of a layout: rules for each of its places, as far as given."""
    each = [*rules, *[()] * (len(where.places) - len(rules))]
    return Sense(where, [Field(JUDGE, mine, "", Surroundings()) for mine in each])


def table(*rows: Sequence[Value], names: str = "xyz", first: int | None = 0) -> Sheet:
    """Return rows with a name for each of their values; they are items of a list from `first`."""
    array = "" if first is None else "a[]."
    where = layout(tuple(exact("body", array + name) for name in names[: len(rows[0])]))
    at = [() if first is None else (first + number,) for number in range(len(rows))]
    return Sheet(where, rows, at)


def column(*values: Value, path: str = "x", steps: tuple[str, ...] = ()) -> Sheet:
    """Return a row for each value, all at one place."""
    where = layout((exact("body", path, steps),))
    return Sheet(where, [(value,) for value in values], [()] * len(values))


def lists(*rows: Sequence[Value], path: str = "l[]") -> Sheet:
    """Return rows that are lists; of several, each is an item of a list."""
    where = layout((exact("body", path),), is_list=True)
    return Sheet(where, rows, [(number,) if len(rows) > 1 else () for number in range(len(rows))])


def said(
    sheet: Sheet,
    *meanings: Meaning | None,
    event: str = "",
    whens: Whens = NO_WHENS,
    ruled: Sequence[tuple[FieldRule, ...]] = (),
    rules: Mapping[int, Sequence[FieldRule | None]] | None = None,
) -> Passage:
    """Give the first values of a sheet a meaning each, as if they had been recognised."""
    spots = [(row, number) for row, mine in enumerate(sheet.rows) for number in range(len(mine))]
    known = {spot: one for spot, one in zip(spots, meanings, strict=False) if one is not None}
    senses = {event: sense(sheet.layout, *ruled)}
    return Passage(sheet, senses, [event] * len(sheet.rows), rules or {}, whens, known)


class Profile(NamedTuple):
    """What is known of one field."""

    key: tuple[str, ...]
    """Receiver, endpoint, event, context and path."""
    example: str
    count: int
    messages: int
    distinct: int
    types: frozenset[type]
    first: float
    last: float
    best: Meaning


def profiles(mine: Profiles, meanings: Sequence[Meaning]) -> list[Profile]:
    """Return what is known of fields, one by one; `meanings` are those of their collector."""
    known = mine.fields()
    return [
        Profile(
            (*known.groups[known.group[at]], *known.places[known.place[at]]),
            example,
            *(int(one[name]) for name in ("count", "messages")),
            int(known.distinct[at]),
            frozenset(kind for kind, bit in BITS.items() if one["types"] & bit),
            *(float(one[name]) for name in ("first", "last")),
            meanings[one["meaning"]],
        )
        for at, (example, one) in enumerate(zip(known.examples, known.counted, strict=True))
    ]


def exchange(number: int) -> Exchange:
    """Return an exchange; its messages stand elsewhere."""
    return Exchange(
        number, f"id-{number}", "http", 1.0, "POST", "https", "one.example", 443, "/in", "", (), ()
    )


def collect(
    *messages: Message, every: int = 1000, kinds: Kinds = KINDS, site: Site = SITE
) -> Collector:
    """Collect messages, which stand exchange by exchange; count after so many exchanges."""
    collector = Collector(Redactor(KEY), kinds)
    exchanges = groupby(messages, key=lambda one: one.exchange)
    for taken, (number, mine) in enumerate(exchanges, 1):
        sent = [Sent(index, one.time, 10, one.passages, ()) for index, one in enumerate(mine)]
        collector.add(0, exchange(number), site, tuple(sent))
        if taken % every == 0:
            collector.count()
    collector.count()
    return collector
