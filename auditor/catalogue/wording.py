"""The words that speak where no rule does, as plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one category, each spelled without gaps: `hotcue`."""

    category: str
    strong: frozenset[str]
    short: frozenset[str]
    """Strong beside a partner, weak alone."""
    bound: frozenset[str]
    """Strong beside a partner, nothing alone."""
    weak: frozenset[str]
    """Count beside a partner only."""
    near: frozenset[str]
    """Count when a name around is of this category."""
    plain: frozenset[str]
    """Count a little, whatever is around."""
    inside: frozenset[str]
    """Names of objects that hold such things."""
    events: frozenset[str]
    """Strong in the name of an event only."""
    negative: frozenset[str]
    """False friends in the name."""
    foes: frozenset[str]
    """False friends among the names around."""
    partners: frozenset[str]
    """Words that are partners in the same name only."""
    shapes: tuple[str, ...]
    """Names of value shapes that fit, see `auditor.classify.shapes`."""
    mixing: bool
    """Only words about decks are partners, not those about any track."""
    context: bool
    """Names around a field can make it one of this category."""


AddressTable: TypeAlias = Mapping[str, str]
"""Word to category."""


@dataclass(frozen=True, slots=True)
class AddressWords:
    """Words that say what an address is about when no endpoint knows it; basis `name`."""

    endings: AddressTable
    """Ending of a file to category; an empty one says that other words must not decide either."""
    clear: AddressTable
    """Words of paths and hosts."""
    vague: AddressTable
    """Words of paths that many kinds of services use; tried last."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words that say what a field is about when no rule knows it."""

    words: tuple[Words, ...]
    partners: frozenset[str]
    """Words that show the talk is about tracks."""
    decks: frozenset[str]
    """Words that show the talk is about mixing tracks."""
    fillers: frozenset[str]
    """Words that say nothing of what a name is about."""
    carriers: frozenset[str]
    """Names that only carry a value; the name above them counts: `stringvalue`."""
    event_names: frozenset[str]
    """Names of fields whose value names what happened."""
    secrets: Mapping[str, str]
    """Word to kind of secret."""
    longest: int
    """Most tokens that one word may be spelled in."""
    addresses: AddressWords
