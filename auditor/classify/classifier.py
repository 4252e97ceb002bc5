"""Say what the values of one message are judged by: rules first, then words.

What depends on other values of the message (its events, its clock, conditions of rules) is found
here; what the values then mean, `auditor.classify.senses` says.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from auditor import paths
from auditor.catalogue.model import Catalogue, FieldRule
from auditor.classify import meanings
from auditor.classify.clock import (
    NO_WHENS,
    NOT_NAMED,
    SCALE,
    Clock,
    Named,
    Whens,
    is_when,
    moment,
    moment_near,
    named,
)
from auditor.classify.events import EventFinder
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

_Group = tuple[str, str, str]
"""Context and path of the object that values are members of, and event."""


class _Spoken(NamedTuple):
    """A sheet with what is known of it before its values are looked at."""

    sheet: Sheet
    senses: Mapping[str, Sense]
    events: Sequence[str]
    rules: Mapping[int, Rules]
    """As in `Passage`."""

    def each(self) -> Sequence[str]:
        """Return the event of every value of a column."""
        where, rows, _ = self.sheet
        events = self.events or [""] * len(rows)
        if not where.is_list:
            return events
        return [event for event, row in zip(events, rows, strict=True) for _ in row]


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
        """Return a passage for every sheet, in their order.

        After them come the values of the site's placeholders: pass the site without parameters
        for all messages of an exchange but the first.
        """
        sheets = [*decoded.sheets, *parameter_sheets(site)]
        name = site.endpoint if "/" in site.endpoint else f"{site.receiver}/{site.endpoint}"
        book = self._books.get(name, self._general) if site.known else self._general
        finder = self._finders.get(name, self._finder) if site.known else self._finder
        events = finder.find(sheets)
        senses = self._senses_of(book, sheets, [dict.fromkeys(one) or _NO_EVENT for one in events])
        spoken = [
            _Spoken(sheet, known, mine, _NO_RULES)
            for sheet, known, mine in zip(sheets, senses, events, strict=True)
        ]
        every = [sense for known in senses for sense in known.values()]
        if any(sense.asking for sense in every):
            near = book.neighbours(sheets)
            spoken = [one._replace(rules=_asked(one, near)) for one in spoken]
        clocks = any(sense.clocks for sense in every)
        clock = (_clock(spoken) if clocks else None) or self._clock_by_names(
            sheets, exchange.started
        )
        return tuple(
            _new(Passage, (*one, _whens(one, clock) if clock else NO_WHENS, _NOTHING))
            for one in spoken
        )

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

    def _senses_of(
        self, book: RuleBook, sheets: Sequence[Sheet], events: Sequence[Iterable[str]]
    ) -> list[dict[str, Sense]]:
        """Return what is known of every sheet, for each event that its rows have."""
        if len(self._senses) >= _MEMORY:
            self._senses.clear()
            self._same_senses.clear()
        groups: dict[_Group, list[Layout]] = {}
        for (where, _, _), mine in zip(sheets, events, strict=True):
            if where.context in _SPOKEN:
                context, home = where.context, where.home
                for event in mine:
                    groups.setdefault((context, home, event), []).append(where)
        beside = self._beside(groups)
        found: list[dict[str, Sense]] = []
        for (where, _, _), mine in zip(sheets, events, strict=True):
            known: dict[str, Sense] = {}
            for event in mine:
                names = beside.get((where.context, where.home, event), _ALONE)
                heard = event if book.by_event or self._judge.matters(event) else ""
                full = (book, where, heard, names)
                known[event] = self._senses.get(full) or self._sense(*full)
            found.append(known)
        return found

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

    def _beside(self, groups: Mapping[_Group, list[Layout]]) -> dict[_Group, frozenset[str]]:
        """Return the names that matter of the members of each object in each event.

        All items of an array count as one object. Equal sets are one set.
        """
        if len(self._names) >= _MEMORY:
            self._names.clear()
        return {group: self._together(frozenset(mine)) for group, mine in groups.items()}

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
    """Return the rules that hold for the values of columns that ask for others of their message."""
    numbers = {number for sense in one.senses.values() for number, _ in sense.asking}
    found: dict[int, Rules] = {}
    for number in sorted(numbers):
        fields = [one.senses[event].fields[number] for event in one.each()]
        pairs = zip(fields, one.sheet.column(number), strict=True)
        found[number] = [
            RuleBook.first(field.rules, leaf, near) if field.asks else field.rule
            for field, leaf in pairs
        ]
    return found


def _clock(spoken: Iterable[_Spoken]) -> Clock | None:
    """Return the moments that the fields with a time unit tell, if there are any."""
    told: list[tuple[Leaf, float]] = []
    for one in spoken:
        numbers = {number for sense in one.senses.values() for number, _ in sense.clocks}
        for number in sorted(numbers):
            rules = one.rules.get(number) or [
                one.senses[event].fields[number].rule for event in one.each()
            ]
            for leaf, rule in zip(one.sheet.column(number), rules, strict=True):
                when = _moment(leaf.value, rule)
                if when is not None:
                    told.append((leaf, when))
    return Clock(told) if told else None


def _moment(value: Value, rule: FieldRule | None) -> float | None:
    """Return the moment that a value tells by its rule."""
    if rule is None or rule.unit not in SCALE or not rule.category:
        return None
    return None if meanings.is_unmeasured(value, rule) else moment(value, rule.unit)


def _whens(one: _Spoken, clock: Clock) -> Whens:
    """Return when the things happened that the values worth a look tell of."""
    plans = {sense.named for sense in one.senses.values()}
    (plan, torn) = (plans.pop(), _NO_NUMBERS) if len(plans) == 1 else _merged(frozenset(plans))
    if plan is NOT_NAMED and not torn and not one.rules:
        return NO_WHENS
    asked = {
        number: [rule.time if rule else "" for rule in rules] for number, rules in one.rules.items()
    }
    for number in torn - asked.keys():
        rules = [one.senses[event].fields[number].rule for event in one.each()]
        asked[number] = [rule.time if rule else "" for rule in rules]
    return clock.whens(one.sheet, plan, asked)


@lru_cache(maxsize=65536)
def _merged(plans: frozenset[Named]) -> tuple[Named, frozenset[int]]:
    """Join what several events say of where the time of a column stands.

    Columns of which they say different things come apart.
    """
    names: dict[int, set[str]] = {}
    for number, name in (pair for plan in plans for pair in plan.columns):
        names.setdefault(number, set()).add(name)
    torn = frozenset(number for number, mine in names.items() if len(mine) > 1)
    return named(tuple((one, min(names[one])) for one in sorted(names.keys() - torn))), torn


_NO_NUMBERS: frozenset[int] = frozenset()
_NO_EVENT: Mapping[str, None] = MappingProxyType({"": None})
_NO_RULES: Mapping[int, Rules] = MappingProxyType({})
_NOTHING: Mapping[tuple[int, int], Meaning] = MappingProxyType({})
_new = tuple.__new__
"""Makes a named tuple without its checks: there is one for every sheet."""
