"""Say what the values of one message mean: rules first, then words.

What the names in and around a field say is worked out once for a place, its event and the names
beside it; only what depends on the value is asked for every value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from auditor import paths
from auditor.catalogue.model import Catalogue, FieldRule
from auditor.classify import meanings
from auditor.classify.events import SCALE, Clock, EventFinder, is_when, moment, moment_near
from auditor.classify.fields import RuleBook
from auditor.classify.lexicon import Judge, Surroundings
from auditor.classify.neighbours import Neighbours
from auditor.passages import Passage, Said
from auditor.places import Layout, Place, exact, layout
from auditor.records import Decoded, Exchange, Meaning, Sheet, Site, Value

_LONGEST_NAME = 128
_MOST_NAMES = 64
"""In objects with more members the neighbours say nothing: they are lists or dictionaries."""
_SPOKEN = frozenset({"body", "query"})
"""Contexts in which the names around a field say something."""
_ALONE: frozenset[str] = frozenset()
_MEMORY = 50_000
_FEW = 64

_new = tuple.__new__
"""Makes a named tuple without its checks: there is one for every value that says something."""

_Key = tuple[Layout, str]
"""The layout of a sheet and its event."""


class _Field:
    """What is known of a place in an event, among certain neighbours, whatever the value."""

    __slots__ = (
        "_judge",
        "_meanings",
        "_told",
        "is_mute",
        "names_event",
        "rules",
        "scored",
        "secret",
    )

    def __init__(
        self, judge: Judge, rules: tuple[FieldRule, ...], name: str, around: Surroundings
    ) -> None:
        self._judge = judge
        self.rules = rules
        """Rules that may hold, the best first."""
        self.secret = judge.secret(name, around)
        self.names_event = judge.is_event_name(name, around.above)
        self.scored = judge.scored(name, around)
        self._meanings: dict[tuple[object, ...], Meaning] = {}
        self._told: dict[tuple[object, ...], Meaning] = {}
        """By value: most fields have few different ones."""
        self.is_mute = not (rules or self.secret or self.names_event or self.scored.speaks)
        """Whether neither a rule nor a word says anything: the value need not be looked at."""

    def meaning(self, value: Value, rule: FieldRule | None) -> Meaning:
        """Return what a value is; the same rule and shapes of values mean the same."""
        if rule is None:
            return self.by_words(value, None)
        if meanings.is_unmeasured(value, rule):
            return self._kept((rule.id, rule.where, value is None or value == ""), value, rule)
        if not rule.category:
            return self.by_words(value, rule)
        if rule.names_event and isinstance(value, str):
            said = self._judge.judge_name(value[:_LONGEST_NAME])
            if said.category != "other":
                return meanings.by_words(said)
        return self._kept((rule.id, rule.where), value, rule)

    def _kept(self, key: tuple[object, ...], value: Value, rule: FieldRule) -> Meaning:
        found = self._meanings.get(key)
        if found is None:
            at_rest = len(key) > 2  # noqa: PLR2004
            made = meanings.unmeasured(value, rule) if at_rest else meanings.by_rule(rule)
            found = self._meanings[key] = made
        return found

    def by_words(self, value: Value, rule: FieldRule | None) -> Meaning:
        """Read the value where the field names an event, else the field's name."""
        if type(value) is float:
            return self._judged(value, rule)
        told = (type(value), value, rule.id if rule else "", rule.where if rule else ())
        found = self._told.get(told)
        if found is None:
            if len(self._told) >= _FEW:
                self._told.clear()
            found = self._told[told] = self._judged(value, rule)
        return found

    def _judged(self, value: Value, rule: FieldRule | None) -> Meaning:
        secret = self.secret or (rule.secret if rule else "")
        if self.names_event and isinstance(value, str):
            said = self._judge.judge_name(value[:_LONGEST_NAME])
            if said.category != "other":
                return meanings.by_words(said, secret, rule)
        shapes = self.scored.shapes(value)
        key = (rule.id if rule else "", rule.where if rule else (), shapes)
        found = self._meanings.get(key)
        if found is None:
            said = self.scored.judge(shapes)
            found = self._meanings[key] = meanings.by_words(said, secret, rule)
        return found


class _Sense:
    """What is known of the rows of one layout in an event, among certain neighbours."""

    __slots__ = ("asks", "is_list", "is_ruled", "keeps_time", "speaking")

    def __init__(self, fields: Sequence[_Field], *, is_list: bool) -> None:
        self.is_list = is_list
        self.speaking = [(number, one) for number, one in enumerate(fields) if not one.is_mute]
        """Numbers of the values that are worth a look, with what is known of them; for lists, the
        first stands for all."""
        self.is_ruled = any(one.rules for one in fields)
        self.asks = any(rule.where for one in fields for rule in one.rules)
        """Whether a rule holds only beside certain values."""
        self.keeps_time = any(rule.unit in SCALE for one in fields for rule in one.rules)


class _Spoken(NamedTuple):
    """A sheet with what is known of it before its values are looked at."""

    sheet: Sheet
    sense: _Sense
    rules: list[FieldRule | None] | None
    """One for each value that is worth a look, where there may be any."""

    @classmethod
    def of(cls, sheet: Sheet, sense: _Sense, near: Neighbours) -> _Spoken:
        """Find the rules of a sheet's values; `near` holds the values of its message."""
        if not sense.is_ruled:
            return cls(sheet, sense, None)
        found: list[FieldRule | None] = []
        for row, number, field in _worth(sheet, sense):
            rule = field.rules[0] if field.rules else None
            if rule is not None and rule.where:
                rule = RuleBook.first(field.rules, sheet.leaf(row, number), near)
            found.append(rule)
        return cls(sheet, sense, found)


class Classifier:
    """The catalogue's rules, ready to be asked; keep one for a whole audit."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._judge = Judge(catalogue.lexicon)
        self._fields: dict[tuple[RuleBook, Place, str, frozenset[str]], _Field] = {}
        self._senses: dict[tuple[RuleBook, Layout, str, frozenset[str]], _Sense] = {}
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
        asks = any(sense.asks for sense in senses.values())
        near = book.neighbours(sheets if asks else ())
        said = [_Spoken.of(sheet, senses[sheet.layout, event], near) for event, sheet in parts]
        clock = _clock(said) or self._clock_by_names(sheets, exchange.started)
        found = [
            _new(Passage, (sheet, event, _told(mine, clock)))
            for (event, sheet), mine in zip(parts, said, strict=True)
        ]
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

    def _senses_of(self, book: RuleBook, keys: Iterable[_Key]) -> dict[_Key, _Sense]:
        """Return what is known of every layout of a message."""
        if len(self._senses) >= _MEMORY:
            self._senses.clear()
        beside = self._beside(keys)
        found: dict[_Key, _Sense] = {}
        for key, names in beside.items():
            where, event = key
            heard = event if book.by_event or self._judge.matters(event) else ""
            full = (book, where, heard, names)
            sense = self._senses.get(full)
            if sense is None:
                fields = [self._field(book, place, heard, names) for place in where.places]
                sense = self._senses[full] = _Sense(fields, is_list=where.is_list)
            found[key] = sense
        return found

    def _field(self, book: RuleBook, place: Place, event: str, beside: frozenset[str]) -> _Field:
        if len(self._fields) >= _MEMORY:
            self._fields.clear()
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

    def _make(self, book: RuleBook, place: Place, event: str, beside: frozenset[str]) -> _Field:
        own, above = self._judge.own_name(paths.keys(place.path))
        around = Surroundings()
        if place.context in _SPOKEN:
            around = Surroundings((event, *above) if event else above, beside - {own})
        rules = book.resolve(event, place.context, place.path)
        return _Field(self._judge, rules, own, around)


def parameter_sheets(site: Site) -> list[Sheet]:
    """Return the values of the path template's placeholders as a sheet of one row."""
    if not site.parameters:
        return []
    names, values = zip(*site.parameters, strict=True)
    return [Sheet(layout(tuple(exact("path", name) for name in names)), (values,), ((),))]


def _worth(sheet: Sheet, sense: _Sense) -> Iterator[tuple[int, int, _Field]]:
    """Yield row, number in the row, and what is known, of the values worth a look, row by row."""
    speaking = sense.speaking
    if not speaking:
        return
    for row, values in enumerate(sheet[1]):
        if sense.is_list:
            for number in range(len(values)):
                yield row, number, speaking[0][1]
        else:
            for number, field in speaking:
                yield row, number, field


def _told(one: _Spoken, clock: Clock | None) -> list[Said]:
    """Return what the values of a sheet mean."""
    sheet, sense, rules = one
    rows = sheet.rows
    if rules is None and clock is None:
        return [
            _new(Said, (row, number, field.by_words(rows[row][number], None), None))
            for row, number, field in _worth(sheet, sense)
        ]
    found = []
    for (row, number, field), rule in zip(
        _worth(sheet, sense), rules or repeat(None), strict=False
    ):
        time = rule.time if rule else ""
        when = clock.time_of(sheet.leaf(row, number), time) if clock else None
        found.append(Said(row, number, field.meaning(rows[row][number], rule), when))
    return found


def _clock(spoken: Iterable[_Spoken]) -> Clock | None:
    """Return the moments that the fields with a time unit tell, if there are any."""
    told = []
    for sheet, sense, rules in spoken:
        if not rules or not sense.keeps_time:
            continue
        for (row, number, _), rule in zip(_worth(sheet, sense), rules, strict=True):
            if rule is None or rule.unit not in SCALE or not rule.category:
                continue
            value = sheet.rows[row][number]
            when = None if meanings.is_unmeasured(value, rule) else moment(value, rule.unit)
            if when is not None:
                told.append((sheet.leaf(row, number), when))
    return Clock(told) if told else None
