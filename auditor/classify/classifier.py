"""Turn the leaves of one message into observations: rules first, then words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor import paths
from auditor.catalogue.model import Catalogue, FieldRule
from auditor.classify.events import Clock, EventFinder, moment
from auditor.classify.fields import RuleBook, is_whole
from auditor.classify.lexicon import Judge, Judgement, Surroundings
from auditor.classify.neighbours import Neighbours
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


_ALONE: frozenset[str] = frozenset()
_MEMORY = 50_000


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the names in and around a field say, whatever its value."""

    own: str
    around: Surroundings
    secret: str
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
        whole = book.where_paths
        neighbours = Neighbours(leaves, book.where_names, whole)
        observations = []
        times: list[tuple[Leaf, float]] = []
        for leaf, event, beside in zip(leaves, events, self._beside(leaves), strict=True):
            rule = _choose(book, leaf, event, neighbours)
            one = self._observe(leaf, event, rule, beside)
            observations.append((one, rule))
            if one.unit and (when := moment(leaf.value, one.unit)) is not None:
                times.append((leaf, when))
        return tuple(_with_time(observations, times))

    def _beside(self, leaves: Sequence[Leaf]) -> list[frozenset[str]]:
        """Return the names in each leaf's object, its own among them; equal sets are one set."""
        places = [_object_of(leaf) for leaf in leaves]
        found: dict[tuple[str, tuple[int, ...]], set[str]] = {}
        for leaf, place in zip(leaves, places, strict=True):
            if leaf.context in {"body", "query"}:
                found.setdefault(place, set()).update(paths.keys(leaf.path)[-1:])
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
        rule: FieldRule | None,
        beside: frozenset[str],
    ) -> Observation:
        if rule is None:
            return self._by_words(leaf, event, None, beside)
        if leaf.value is None or leaf.value == "" or leaf.value in rule.off:
            return _unmeasured(leaf, event, rule)
        if not rule.category:
            return self._by_words(leaf, event, rule, beside)
        if rule.names_event and isinstance(leaf.value, str):
            said = self._judge.judge_name(leaf.value[:_LONGEST_NAME])
            if said.category != "other":
                return Observation(
                    leaf,
                    said.category,
                    said.strength,
                    "lexicon",
                    "lexicon",
                    said.means,
                    event=event,
                )
        return _by_rule(leaf, event, rule)

    def _by_words(
        self, leaf: Leaf, event: str, rule: FieldRule | None, beside: frozenset[str]
    ) -> Observation:
        reading = self._read(leaf, event, beside)
        if reading.mute and rule is None:
            return Observation(leaf, "other", "weak", event=event)
        said = self._say(reading.own, leaf.value, reading.around)
        secret = reading.secret or (rule.secret if rule else "")
        if said.category == "other":
            return Observation(
                leaf,
                _SECRET_KIND.get(secret, "identity") if secret else "other",
                "weak",
                rule=rule.id if rule else ("lexicon" if secret else ""),
                basis=rule.evidence.basis if rule else ("lexicon" if secret else ""),
                means=rule.means if rule else "",
                secret=secret,
                event=event,
            )
        means = f"{rule.means}; {said.means}" if rule else said.means
        return Observation(
            leaf, said.category, said.strength, "lexicon", "lexicon", means, "", secret, event
        )

    def _read(self, leaf: Leaf, event: str, beside: frozenset[str]) -> _Reading:
        """Return what the names say; the same names are read once."""
        spoken = leaf.context in {"body", "query"}
        key = (leaf.path, event, beside, spoken)
        known = self._readings.get(key)
        if known is not None:
            return known
        own, above = self._judge.own_name(paths.keys(leaf.path))
        around = Surroundings()
        if spoken:
            around = Surroundings((event, *above) if event else above, beside - {own})
        secret = self._judge.secret(own, around)
        silent = not self._judge.speaks(own, around) and not self._judge.is_event_name(own)
        if len(self._readings) >= _MEMORY:
            self._readings.clear()
        return self._readings.setdefault(key, _Reading(own, around, secret, silent and not secret))

    def _say(self, own: str, value: Value, around: Surroundings) -> Judgement:
        """Read the value where the field names an event, else the field's name."""
        if isinstance(value, str) and self._judge.is_event_name(own):
            said = self._judge.judge_name(value[:_LONGEST_NAME])
            if said.category != "other":
                return said
        return self._judge.judge(own, value, around)


def parameter_leaves(site: Site) -> list[Leaf]:
    """Return the values of the path template's placeholders as leaves."""
    return [Leaf("path", name, value) for name, value in site.parameters]


def _choose(book: RuleBook, leaf: Leaf, event: str, near: Neighbours) -> FieldRule | None:
    for rule in book.resolve(event, leaf.context, leaf.path):
        if all(_holds(leaf, key, wanted, near) for key, wanted in rule.where):
            return rule
    return None


def _holds(leaf: Leaf, key: str, wanted: object, near: Neighbours) -> bool:
    value, found = (
        near.by_path(leaf, key, leaf.context) if is_whole(key) else near.by_name(leaf, key)
    )
    return found and value == wanted


def _by_rule(leaf: Leaf, event: str, rule: FieldRule) -> Observation:
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
        None,
        rule.indicates,
    )


def _unmeasured(leaf: Leaf, event: str, rule: FieldRule) -> Observation:
    """Return an observation that decides nothing: the field is there, but it is empty."""
    return Observation(
        leaf,
        rule.category or "other",
        "weak",
        rule.id,
        rule.evidence.basis,
        f"{rule.means} ({'empty' if leaf.value in {None, ''} else 'resting value'})",
        event=event,
    )


def _object_of(leaf: Leaf) -> tuple[str, tuple[int, ...]]:
    around = paths.container(leaf.path)
    return around, leaf.at[: paths.levels(around)]


def _with_time(
    observations: list[tuple[Observation, FieldRule | None]], times: list[tuple[Leaf, float]]
) -> Iterator[Observation]:
    """Give every observation the time of its neighbour with a time unit."""
    if not times:
        yield from (one for one, _ in observations)
        return
    clock = Clock(times)
    for one, rule in observations:
        when = clock.time_of(one.leaf, rule.time if rule else "")
        yield replace(one, event_time=when) if when is not None else one
