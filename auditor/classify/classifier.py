"""Say what the values of one message are judged by: rules first, then words.

What depends on other values of the message (its events, its clock, conditions of rules) is found
here; what the values then mean, `auditor.classify.senses` says.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import NamedTuple

from auditor import paths
from auditor.catalogue.model import Catalogue, FieldRule
from auditor.classify import meanings
from auditor.classify.events import (
    NO_WHENS,
    SCALE,
    Clock,
    EventFinder,
    Whens,
    is_when,
    moment,
    moment_near,
)
from auditor.classify.fields import RuleBook
from auditor.classify.lexicon import Judge, Surroundings
from auditor.classify.neighbours import Neighbours
from auditor.classify.passages import Passage
from auditor.classify.senses import Field, Rules, Sense
from auditor.places import Layout, Place, exact, layout
from auditor.records import Decoded, Exchange, Leaf, Meaning, Sheet, Site, Value

_MOST_NAMES = 64
"""In objects with more members the neighbours say nothing: they are lists or dictionaries."""
_SPOKEN = frozenset({"body", "query"})
"""Contexts in which the names around a field say something."""
_ALONE: frozenset[str] = frozenset()
_MEMORY = 50_000

_Key = tuple[Layout, str]
"""The layout of a sheet and its event."""


class _Spoken(NamedTuple):
    """A sheet with what is known of it before its values are looked at."""

    sheet: Sheet
    sense: Sense
    rules: Mapping[int, Rules]
    """As in `Passage`."""


class Classifier:
    """The catalogue's rules, ready to be asked; keep one for a whole audit."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._judge = Judge(catalogue.lexicon)
        self._fields: dict[tuple[RuleBook, Place, str, frozenset[str]], Field] = {}
        self._senses: dict[tuple[RuleBook, Layout, str, frozenset[str]], Sense] = {}
        self._alike: dict[Hashable, Field] = {}
        self._same_senses: dict[tuple[Layout, tuple[Field, ...]], Sense] = {}
        """Names differ, but few differ in what they say: one object for all that say the same."""
        self._timed: dict[Layout, tuple[int, ...]] = {}
        """Numbers of the values that tell a moment by their names."""
        self._names: dict[frozenset[Layout], frozenset[str]] = {}
        self._same: dict[frozenset[str], frozenset[str]] = {}
        self._general = RuleBook(catalogue.headers, own=False)
        self._books: dict[str, RuleBook] = {}
        self._finders: dict[str, EventFinder] = {}
        self._finder = EventFinder((), self._judge)
        for receiver in catalogue.receivers.values():
            for endpoint in receiver.endpoints:
                name = f"{receiver.id}/{endpoint.id}"
                self._books[name] = RuleBook(endpoint.fields, self._general)
                self._finders[name] = EventFinder(endpoint.event_name, self._judge)

    def classify(self, exchange: Exchange, site: Site, decoded: Decoded) -> tuple[Passage, ...]:
        """Return a passage for every sheet and event, in their order.

        After them come the values of the site's placeholders: pass the site without parameters
        for all messages of an exchange but the first.
        """
        sheets = [*decoded.sheets, *parameter_sheets(site)]
        name = site.endpoint if "/" in site.endpoint else f"{site.receiver}/{site.endpoint}"
        book = self._books.get(name, self._general) if site.known else self._general
        finder = self._finders.get(name, self._finder) if site.known else self._finder
        parts = [part for mine in finder.find(sheets) for part in mine]
        senses = self._senses_of(book, dict.fromkeys([(one.layout, event) for event, one in parts]))
        spoken = [_Spoken(sheet, senses[sheet.layout, event], _NO_RULES) for event, sheet in parts]
        if any(sense.asking for sense in senses.values()):
            near = book.neighbours(sheets)
            spoken = [one._replace(rules=_asked(one, near)) for one in spoken]
        clocks = any(sense.clocks for sense in senses.values())
        clock = (_clock(spoken) if clocks else None) or self._clock_by_names(
            sheets, exchange.started
        )
        found = []
        for (event, sheet), (_, sense, rules) in zip(parts, spoken, strict=True):
            whens = _whens(sheet, sense, rules, clock) if clock and sense.columns else NO_WHENS
            found.append(_new(Passage, (sheet, sense, event, rules, whens, _NOTHING)))
        return tuple(found)

    def _clock_by_names(self, sheets: Iterable[Sheet], sent: float) -> Clock | None:
        """Return the moments that fields tell by their names, where no rule knows better."""
        told = []
        for sheet in sheets:
            where = sheet.layout
            numbers = self._timed.get(where)
            if numbers is None:
                if len(self._timed) >= _MEMORY:
                    self._timed.clear()
                spoken = where.context in _SPOKEN and not where.is_list
                places = enumerate(where.places if spoken else ())
                numbers = tuple(number for number, place in places if is_when(place.path))
                self._timed[where] = numbers
            for row, values in enumerate(sheet.rows if numbers else ()):
                for number in numbers:
                    when = moment_near(values[number], sent)
                    if when is not None:
                        told.append((sheet.leaf(row, number), when))
        return Clock(told) if told else None

    def _senses_of(self, book: RuleBook, keys: Iterable[_Key]) -> dict[_Key, Sense]:
        """Return what is known of every layout of a message."""
        if len(self._senses) >= _MEMORY:
            self._senses.clear()
            self._same_senses.clear()
        beside = self._beside(keys)
        found: dict[_Key, Sense] = {}
        for key, names in beside.items():
            where, event = key
            heard = event if book.by_event or self._judge.matters(event) else ""
            full = (book, where, heard, names)
            sense = self._senses.get(full)
            if sense is None:
                fields = tuple(self._field(book, place, heard, names) for place in where.places)
                same = self._same_senses.get((where, fields))
                if same is None:
                    same = self._same_senses[where, fields] = Sense(where, fields)
                sense = self._senses[full] = same
            found[key] = sense
        return found

    def _field(self, book: RuleBook, place: Place, event: str, beside: frozenset[str]) -> Field:
        if len(self._fields) >= _MEMORY:
            self._fields.clear()
            self._alike.clear()
        key = (book, place, event, beside)
        found = self._fields.get(key)
        if found is None:
            found = self._fields[key] = self._make(*key)
        return found

    def _beside(self, keys: Iterable[_Key]) -> dict[_Key, frozenset[str]]:
        """Return the names beside each layout that matter: in the same object, in this event.

        All items of an array count as one object. Equal sets are one set.
        """
        groups: dict[tuple[str, str, str], set[Layout]] = {}
        homes: dict[_Key, tuple[str, str, str] | None] = {}
        for key in keys:
            where, event = key
            group = None
            if where.context in _SPOKEN:
                group = (where.context, where.home, event)
                if group in groups:
                    groups[group].add(where)
                else:
                    groups[group] = {where}
            homes[key] = group
        if len(self._names) >= _MEMORY:
            self._names.clear()
        sets = {group: self._together(frozenset(layouts)) for group, layouts in groups.items()}
        return {key: sets[group] if group else _ALONE for key, group in homes.items()}

    def _together(self, layouts: frozenset[Layout]) -> frozenset[str]:
        """Return the names that matter of all members of these layouts."""
        found = self._names.get(layouts)
        if found is None:
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

    def _make(self, book: RuleBook, place: Place, event: str, beside: frozenset[str]) -> Field:
        own, above = self._judge.own_name(paths.keys(place.path))
        around = Surroundings()
        if place.context in _SPOKEN:
            around = Surroundings((event, *above) if event else above, beside - {own})
        rules = book.resolve(event, place.context, place.path)
        made = Field(self._judge, rules, own, around)
        return self._alike.setdefault(made.says, made)


def parameter_sheets(site: Site) -> list[Sheet]:
    """Return the values of the path template's placeholders as a sheet of one row."""
    if not site.parameters:
        return []
    names, values = zip(*site.parameters, strict=True)
    return [Sheet(layout(tuple(exact("path", name) for name in names)), (values,), ((),))]


def _asked(one: _Spoken, near: Neighbours) -> dict[int, Rules]:
    """Return the rules that hold for the values that ask for others of their message."""
    return {
        number: [RuleBook.first(field.rules, leaf, near) for leaf in one.sheet.column(number)]
        for number, field in one.sense.asking
    }


def _clock(spoken: Iterable[_Spoken]) -> Clock | None:
    """Return the moments that the fields with a time unit tell, if there are any."""
    told: list[tuple[Leaf, float]] = []
    for sheet, sense, asked in spoken:
        for number, field in sense.clocks:
            rules = asked.get(number) or repeat(field.rules[0])
            for leaf, rule in zip(sheet.column(number), rules, strict=False):
                when = _moment(leaf.value, rule)
                if when is not None:
                    told.append((leaf, when))
    return Clock(told) if told else None


def _moment(value: Value, rule: FieldRule | None) -> float | None:
    """Return the moment that a value tells by its rule."""
    if rule is None or rule.unit not in SCALE or not rule.category:
        return None
    return None if meanings.is_unmeasured(value, rule) else moment(value, rule.unit)


def _whens(sheet: Sheet, sense: Sense, asked: Mapping[int, Rules], clock: Clock) -> Whens:
    """Return when the things happened that the values worth a look tell of."""
    if not asked:
        return clock.whens(sheet, sense.named, _NO_NAMES)
    names = {
        number: [rule.time if rule else "" for rule in rules] for number, rules in asked.items()
    }
    return clock.whens(sheet, sense.named, names)


_NO_NAMES: Mapping[int, Sequence[str]] = MappingProxyType({})
_NO_RULES: Mapping[int, Rules] = MappingProxyType({})
_NOTHING: Mapping[tuple[int, int], Meaning] = MappingProxyType({})
_new = tuple.__new__
"""Makes a named tuple without its checks: there is one for every sheet."""
