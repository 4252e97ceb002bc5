"""Turn the leaves of one message into observations: rules first, then words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor import paths
from auditor.catalogue.model import Catalogue, FieldRule
from auditor.classify.events import SCALE, Clock, EventFinder, moment
from auditor.classify.fields import RuleBook
from auditor.classify.lexicon import Judge, Judgement, Surroundings
from auditor.classify.neighbours import home
from auditor.records import Decoded, Exchange, Leaf, Observation, Site, Strength, Value

_STRENGTH: dict[str, Strength] = {
    "documented": "strong",
    "schema": "strong",
    "observed": "strong",
    "reverse-engineered": "medium",
    "name": "weak",
    "inferred": "weak",
}
_SECRET_KIND = {"device-id": "device"}
_LONGEST_NAME = 128
_MOST_NAMES = 64
"""In objects with more members the neighbours say nothing: they are lists or dictionaries."""
_SPOKEN = frozenset({"body", "query"})
"""Contexts in which the names around a field say something."""
_ALONE: frozenset[str] = frozenset()
_MEMORY = 50_000


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the names in and around a field say, whatever its value."""

    own: str
    around: Surroundings
    secret: str
    names_event: bool
    mute: bool
    """No word of the lexicon: the value need not be looked at."""


class Classifier:
    """The catalogue's rules, ready to be asked; keep one for a whole audit."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._judge = Judge(catalogue.lexicon)
        self._readings: dict[tuple[str, str, frozenset[str], bool], _Reading] = {}
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
        rules = book.choose(leaves, events)
        times = _times(leaves, rules)
        names = self._beside(leaves)
        columns = zip(leaves, events, times, rules, names, strict=True)
        return tuple(self._observe(*column) for column in columns)

    def _beside(self, leaves: Sequence[Leaf]) -> list[frozenset[str]]:
        """Return the names in each leaf's object, its own among them; equal sets are one set."""
        places: list[tuple[str, tuple[int, ...]] | None] = []
        found: dict[tuple[str, tuple[int, ...]] | None, set[str]] = {}
        for leaf in leaves:
            place = None
            if leaf.context in _SPOKEN:
                around, levels, name = home(leaf.path)
                place = (around, leaf.at[:levels])
                found.setdefault(place, set()).update(name)
            places.append(place)
        if len(self._names) >= _MEMORY:
            self._names.clear()
        sets = {
            place: self._names.setdefault(names, names)
            for place, names in ((place, frozenset(names)) for place, names in found.items())
            if len(names) <= _MOST_NAMES
        }
        return [sets.get(place, _ALONE) for place in places]

    def _observe(
        self,
        leaf: Leaf,
        event: str,
        when: float | None,
        rule: FieldRule | None,
        beside: frozenset[str],
    ) -> Observation:
        if rule is None:
            return self._by_words(leaf, event, when, None, beside)
        if _is_unmeasured(leaf.value, rule):
            return _unmeasured(leaf, event, when, rule)
        if not rule.category:
            return self._by_words(leaf, event, when, rule, beside)
        if rule.names_event and isinstance(leaf.value, str):
            said = self._judge.judge_name(leaf.value[:_LONGEST_NAME])
            if said.category != "other":
                return _by_lexicon(leaf, said, event, when)
        return _by_rule(leaf, event, when, rule)

    def _by_words(
        self,
        leaf: Leaf,
        event: str,
        when: float | None,
        rule: FieldRule | None,
        beside: frozenset[str],
    ) -> Observation:
        reading = self._read(leaf, event, beside)
        if reading.mute and rule is None:
            return Observation(leaf, "other", "weak", event=event, event_time=when)
        said = self._say(reading, leaf.value)
        secret = reading.secret or (rule.secret if rule else "")
        if said.category != "other":
            return _by_lexicon(leaf, said, event, when, secret, rule)
        return Observation(
            leaf,
            _SECRET_KIND.get(secret, "identity") if secret else "other",
            "weak",
            rule=rule.id if rule else ("lexicon" if secret else ""),
            basis=rule.evidence.basis if rule else ("lexicon" if secret else ""),
            means=rule.means if rule else "",
            secret=secret,
            event=event,
            event_time=when,
        )

    def _read(self, leaf: Leaf, event: str, beside: frozenset[str]) -> _Reading:
        """Return what the names say; the same names are read once."""
        spoken = leaf.context in _SPOKEN
        key = (leaf.path, event, beside, spoken)
        known = self._readings.get(key)
        if known is not None:
            return known
        own, above = self._judge.own_name(paths.keys(leaf.path))
        around = Surroundings()
        if spoken:
            around = Surroundings((event, *above) if event else above, beside - {own})
        secret = self._judge.secret(own, around)
        names_event = self._judge.is_event_name(own)
        mute = not (secret or names_event or self._judge.speaks(own, around))
        if len(self._readings) >= _MEMORY:
            self._readings.clear()
        return self._readings.setdefault(key, _Reading(own, around, secret, names_event, mute))

    def _say(self, reading: _Reading, value: Value) -> Judgement:
        """Read the value where the field names an event, else the field's name."""
        if reading.names_event and isinstance(value, str):
            said = self._judge.judge_name(value[:_LONGEST_NAME])
            if said.category != "other":
                return said
        return self._judge.judge(reading.own, value, reading.around)


def parameter_leaves(site: Site) -> list[Leaf]:
    """Return the values of the path template's placeholders as leaves."""
    return [Leaf.of("path", name, value) for name, value in site.parameters]


def _times(leaves: Sequence[Leaf], rules: Sequence[FieldRule | None]) -> Sequence[float | None]:
    """Return for every leaf the time of its neighbour with a time unit."""
    told = [
        (leaf, when)
        for leaf, rule in zip(leaves, rules, strict=True)
        if rule and rule.unit in SCALE and rule.category and not _is_unmeasured(leaf.value, rule)
        if (when := moment(leaf.value, rule.unit)) is not None
    ]
    if not told:
        return [None] * len(leaves)
    clock = Clock(told)
    return [
        clock.time_of(leaf, rule.time if rule else "")
        for leaf, rule in zip(leaves, rules, strict=True)
    ]


def _is_unmeasured(value: Value, rule: FieldRule) -> bool:
    """Say whether a field is there, but empty or at rest: it decides nothing."""
    return value is None or value == "" or value in rule.off


def _unmeasured(leaf: Leaf, event: str, when: float | None, rule: FieldRule) -> Observation:
    return Observation(
        leaf,
        rule.category or "other",
        "weak",
        rule.id,
        rule.evidence.basis,
        f"{rule.means} ({'empty' if leaf.value in {None, ''} else 'resting value'})",
        event=event,
        event_time=when,
    )


def _by_rule(leaf: Leaf, event: str, when: float | None, rule: FieldRule) -> Observation:
    return Observation(
        leaf,
        rule.category,
        _STRENGTH[rule.evidence.basis],
        rule.id,
        rule.evidence.basis,
        rule.means,
        rule.unit,
        rule.secret,
        event,
        when,
        rule.indicates,
    )


def _by_lexicon(
    leaf: Leaf,
    said: Judgement,
    event: str,
    when: float | None,
    secret: str = "",
    rule: FieldRule | None = None,
) -> Observation:
    return Observation(
        leaf,
        said.category,
        said.strength,
        "lexicon",
        "lexicon",
        f"{rule.means}; {said.means}" if rule else said.means,
        secret=secret,
        event=event,
        event_time=when,
    )
