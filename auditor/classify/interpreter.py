"""What is known of the members of one object in one event, from rules and from names."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from auditor import paths
from auditor.classify.fields import RuleBook
from auditor.classify.lexicon import Judge, Surroundings
from auditor.classify.senses import Field, Sense
from auditor.places import Layout, Place

_MOST_NAMES = 64
"""In objects with more members the neighbours say nothing: they are lists or dictionaries."""
_SPOKEN = frozenset({"body", "query"})
"""Contexts in which the names around a field say something."""
_ALONE: frozenset[str] = frozenset()
_MEMORY = 50_000


class Interpreter:
    """Finds out what is known of values before they are looked at; keep one for a whole audit."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._fields: dict[tuple[RuleBook, Place, str, frozenset[str]], Field] = {}
        self._senses: dict[tuple[RuleBook, Layout, str, frozenset[str]], Sense] = {}
        self._alike: dict[Hashable, Field] = {}
        self._same_senses: dict[tuple[Layout, tuple[Field, ...]], Sense] = {}
        """Names differ, but few differ in what they say: one object for all that say the same."""
        self._names: dict[tuple[Layout, ...], frozenset[str]] = {}
        self._same: dict[frozenset[str], frozenset[str]] = {}

    def senses(self, book: RuleBook, event: str, layouts: Sequence[Layout]) -> list[Sense]:
        """Return what is known of each of these layouts, whose rows are of one event.

        Together they hold the members of one object: their names say something of each other.
        """
        if len(self._senses) >= _MEMORY:
            self._senses.clear()
            self._same_senses.clear()
        is_spoken = layouts[0].context in _SPOKEN
        beside = self._beside(tuple(layouts)) if is_spoken else _ALONE
        heard = event if book.by_event or self._judge.matters(event) else ""
        keys = [(book, where, heard, beside) for where in layouts]
        return [self._senses.get(key) or self._sense(*key) for key in keys]

    def _sense(self, book: RuleBook, where: Layout, event: str, beside: frozenset[str]) -> Sense:
        fields = tuple(self._field(book, place, event, beside) for place in where.places)
        sense = self._same_senses.get((where, fields))
        if sense is None:
            sense = self._same_senses[where, fields] = Sense(where, fields)
        self._senses[book, where, event, beside] = sense
        return sense

    def _field(self, book: RuleBook, place: Place, event: str, beside: frozenset[str]) -> Field:
        if len(self._fields) >= _MEMORY:
            self._fields.clear()
            self._alike.clear()
        key = (book, place, event, beside)
        found = self._fields.get(key)
        if found is None:
            found = self._fields[key] = self._make(*key)
        return found

    def _make(self, book: RuleBook, place: Place, event: str, beside: frozenset[str]) -> Field:
        own, above = self._judge.own_name(paths.keys(place.path))
        around = Surroundings()
        if place.context in _SPOKEN:
            around = Surroundings((event, *above) if event else above, beside - {own})
        rules = book.resolve(event, place.context, place.path)
        made = Field(self._judge, rules, own, around)
        return self._alike.setdefault(made.says, made)

    def _beside(self, layouts: tuple[Layout, ...]) -> frozenset[str]:
        """Return the names that matter of all members of these layouts. Equal sets are one set."""
        found = self._names.get(layouts)
        if found is None:
            if len(self._names) >= _MEMORY:
                self._names.clear()
            names = {
                name
                for one in layouts
                for place in one.places
                for name in paths.keys(place.path)[-1:]
            }
            found = _ALONE
            if len(names) <= _MOST_NAMES:
                found = frozenset(filter(self._judge.matters, names))
            found = self._names[layouts] = self._same.setdefault(found, found)
        return found
