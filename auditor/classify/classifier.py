"""Turn the leaves of one message into observations: rules first, then words.

What the names in and around a field say is worked out once for a place, its event and the names
beside it; only what depends on the value is asked for every value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor import paths
from auditor.catalogue.model import Catalogue, FieldRule
from auditor.classify import meanings
from auditor.classify.events import SCALE, Clock, EventFinder, moment
from auditor.classify.fields import RuleBook
from auditor.classify.lexicon import Judge, Surroundings
from auditor.classify.neighbours import Neighbours, home
from auditor.places import Place
from auditor.records import NO_MEANING, Decoded, Exchange, Leaf, Meaning, Observation, Site

_LONGEST_NAME = 128
_MOST_NAMES = 64
"""In objects with more members the neighbours say nothing: they are lists or dictionaries."""
_SPOKEN = frozenset({"body", "query"})
"""Contexts in which the names around a field say something."""
_ALONE: frozenset[str] = frozenset()
_MEMORY = 50_000

_new = tuple.__new__
"""Makes a named tuple without its checks: there is one for every value."""

_Key = tuple[Place, str]
"""A place and its event."""


class _Field:
    """What is known of a place in an event, among certain neighbours, whatever the value."""

    __slots__ = ("_judge", "_meanings", "is_mute", "names_event", "rules", "scored", "secret")

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
        self.is_mute = not (rules or self.secret or self.names_event or self.scored.speaks)
        """Whether neither a rule nor a word says anything: the value need not be looked at."""

    def meaning(self, leaf: Leaf, rule: FieldRule | None) -> Meaning:
        """Return what a value is; the same rule and shapes of values mean the same."""
        value = leaf.value
        if rule is None:
            return self._by_words(leaf, None)
        if meanings.is_unmeasured(value, rule):
            return self._kept((rule.id, rule.where, value is None or value == ""), leaf, rule)
        if not rule.category:
            return self._by_words(leaf, rule)
        if rule.names_event and isinstance(value, str):
            said = self._judge.judge_name(value[:_LONGEST_NAME])
            if said.category != "other":
                return meanings.by_words(said)
        return self._kept((rule.id, rule.where), leaf, rule)

    def _kept(self, key: tuple[object, ...], leaf: Leaf, rule: FieldRule) -> Meaning:
        found = self._meanings.get(key)
        if found is None:
            at_rest = len(key) > 2  # noqa: PLR2004
            made = meanings.unmeasured(leaf.value, rule) if at_rest else meanings.by_rule(rule)
            found = self._meanings[key] = made
        return found

    def _by_words(self, leaf: Leaf, rule: FieldRule | None) -> Meaning:
        """Read the value where the field names an event, else the field's name."""
        secret = self.secret or (rule.secret if rule else "")
        if self.names_event and isinstance(leaf.value, str):
            said = self._judge.judge_name(leaf.value[:_LONGEST_NAME])
            if said.category != "other":
                return meanings.by_words(said, secret, rule)
        shapes = self.scored.shapes(leaf.value)
        key = (rule.id if rule else "", rule.where if rule else (), shapes)
        found = self._meanings.get(key)
        if found is None:
            said = self.scored.judge(shapes)
            found = self._meanings[key] = meanings.by_words(said, secret, rule)
        return found


class Classifier:
    """The catalogue's rules, ready to be asked; keep one for a whole audit."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._judge = Judge(catalogue.lexicon)
        self._fields: dict[tuple[RuleBook, Place, str, frozenset[str]], _Field] = {}
        self._names: dict[frozenset[str], frozenset[str]] = {}
        self._general = RuleBook((), catalogue.headers)
        self._books: dict[str, RuleBook] = {}
        self._finders: dict[str, EventFinder] = {}
        self._finder = EventFinder((), self._judge)
        for receiver in catalogue.receivers.values():
            for endpoint in receiver.endpoints:
                name = f"{receiver.id}/{endpoint.id}"
                self._books[name] = RuleBook(endpoint.fields, catalogue.headers)
                self._finders[name] = EventFinder(endpoint.event_name, self._judge)

    def classify(self, exchange: Exchange, site: Site, decoded: Decoded) -> tuple[Observation, ...]:
        """Return one observation for every leaf, in their order.

        After them come the values of the site's placeholders: pass the site without parameters
        for all messages of an exchange but the first.
        """
        leaves = [*decoded.leaves, *parameter_leaves(site)]
        name = site.endpoint if "/" in site.endpoint else f"{site.receiver}/{site.endpoint}"
        book = self._books.get(name, self._general) if site.known else self._general
        finder = self._finders.get(name, self._finder) if site.known else self._finder
        events = finder.find(leaves)
        keys = [(leaf[0], event) for leaf, event in zip(leaves, events, strict=True)]
        fields = self._fields_of(book, set(keys))
        rules = _chosen(book, leaves, keys, fields)
        times = _times(leaves, rules)
        said = [fields[key] for key in keys]
        found: list[Observation] = []
        add = found.append
        for number, (leaf, field) in enumerate(zip(leaves, said, strict=True)):
            meaning = field.meaning(leaf, rules.get(number)) if field else NO_MEANING
            add(_new(Observation, (leaf, meaning, events[number], times[number])))
        return tuple(found)

    def _fields_of(self, book: RuleBook, keys: Iterable[_Key]) -> dict[_Key, _Field | None]:
        """Return what is known of every place of a message; None where that is nothing."""
        beside = self._beside(keys)
        if len(self._fields) >= _MEMORY:
            self._fields.clear()
        found: dict[_Key, _Field | None] = {}
        for key in beside:
            place, event = key
            heard = event if book.by_event or self._judge.matters(event) else ""
            full = (book, place, heard, beside[key])
            field = self._fields.get(full)
            if field is None:
                field = self._fields[full] = self._make(*full)
            found[key] = None if field.is_mute else field
        return found

    def _beside(self, keys: Iterable[_Key]) -> dict[_Key, frozenset[str]]:
        """Return the names beside each place that matter: in the same object, in this event.

        All items of an array count as one object. Equal sets are one set.
        """
        groups: dict[tuple[str, str, str], set[str]] = {}
        homes: dict[_Key, tuple[str, str, str] | None] = {}
        for place, event in keys:
            group = None
            if place.context in _SPOKEN:
                around, _, name = home(place.path)
                group = (place.context, around, event)
                groups.setdefault(group, set()).update(name)
            homes[place, event] = group
        if len(self._names) >= _MEMORY:
            self._names.clear()
        sets: dict[tuple[str, str, str] | None, frozenset[str]] = {}
        for told, names in groups.items():
            if len(names) <= _MOST_NAMES:
                frozen = frozenset(filter(self._judge.matters, names))
                sets[told] = self._names.setdefault(frozen, frozen)
        return {key: sets.get(group, _ALONE) for key, group in homes.items()}

    def _make(self, book: RuleBook, place: Place, event: str, beside: frozenset[str]) -> _Field:
        own, above = self._judge.own_name(paths.keys(place.path))
        around = Surroundings()
        if place.context in _SPOKEN:
            around = Surroundings((event, *above) if event else above, beside - {own})
        rules = book.resolve(event, place.context, place.path)
        return _Field(self._judge, rules, own, around)


def parameter_leaves(site: Site) -> list[Leaf]:
    """Return the values of the path template's placeholders as leaves."""
    return [Leaf.of("path", name, value) for name, value in site.parameters]


def _chosen(
    book: RuleBook, leaves: Sequence[Leaf], keys: Sequence[_Key], fields: dict[_Key, _Field | None]
) -> dict[int, FieldRule]:
    """Return the rule of every leaf that has one, by the leaf's number."""
    ruled = {key: field.rules for key, field in fields.items() if field and field.rules}
    if not ruled:
        return {}
    near: Neighbours | None = None
    chosen: dict[int, FieldRule] = {}
    for number, key in enumerate(keys):
        rules = ruled.get(key)
        if rules is None:
            continue
        if rules[0].where:
            near = near or book.neighbours(leaves)
            rule = book.first(rules, leaves[number], near)
        else:
            rule = rules[0]
        if rule is not None:
            chosen[number] = rule
    return chosen


def _times(leaves: Sequence[Leaf], rules: dict[int, FieldRule]) -> Sequence[float | None]:
    """Return for every leaf the time of its neighbour with a time unit."""
    told = [
        (leaves[number], when)
        for number, rule in rules.items()
        if rule.unit in SCALE
        and rule.category
        and not meanings.is_unmeasured(leaves[number].value, rule)
        and (when := moment(leaves[number].value, rule.unit)) is not None
    ]
    if not told:
        return [None] * len(leaves)
    clock = Clock(told)
    return [
        clock.time_of(leaf, rules[number].time if number in rules else "")
        for number, leaf in enumerate(leaves)
    ]
