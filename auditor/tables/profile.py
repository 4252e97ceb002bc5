"""Keep what is known of every field: how often it was sent, with what values, what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from auditor.places import Place
from auditor.records import Meaning, Observation, Site, Value

DISTINCT_CAP = 100
RANK = {"": 0, "weak": 1, "medium": 2, "strong": 3}

_MEMORY = 200_000

Preview = Callable[[Observation], str]

FieldKey = tuple[str, str, str, str, str]


class Verdict(NamedTuple):
    """What an observation says about its field, whatever the value."""

    rank: int
    category: str
    strength: str
    unit: str
    rule: str
    basis: str
    means: str
    indicates: tuple[str, ...]


_OTHER = Verdict(0, "other", "", "", "", "", "", ())


@dataclass(slots=True)
class Profile:
    """What is known of one field: everything about a path of an endpoint's event."""

    row: int
    example: str
    first: float
    last: float
    best: Verdict
    latest: Meaning | None = None
    count: int = 0
    messages: int = 0
    types: tuple[type, ...] = ()
    distinct: int = 0


class Profiles:
    """The fields of a whole audit, in the order in which they were first seen."""

    def __init__(self) -> None:
        self.fields: dict[FieldKey, Profile] = {}
        """By receiver, endpoint, event, context and path, as captured: not redacted."""
        self._known: dict[tuple[str, str, Place, str], Profile] = {}
        """The same by place; forgotten when it grows too long."""
        self._values: set[int] = set()
        """Of every field and value that was counted as different."""

    def open(self, site: Site, time: float, first: Observation, preview: Preview) -> Profile:
        """Return the field of an observation, the first that a message has of it.

        `time` is when the message left; `preview` returns what may be shown of a value.
        """
        place, event = first.leaf.place, first.event
        near = (site.receiver, site.endpoint, place, event)
        known = self._known.get(near)
        if known is None:
            key = (site.receiver, site.endpoint, event, place.context, place.path)
            known = self.fields.get(key)
            if known is None:
                known = Profile(
                    len(self.fields), preview(first), time, time, _verdict(first.meaning)
                )
                self.fields[key] = known
            if len(self._known) >= _MEMORY:
                self._known.clear()
            self._known[near] = known
        known.messages += 1
        known.first = min(known.first, time)
        known.last = max(known.last, time)
        return known

    def add(self, known: Profile, value: Value, meaning: Meaning) -> None:
        """Count one value of a field."""
        known.count += 1
        kind = type(value)
        if kind not in known.types:
            known.types += (kind,)
        if known.distinct < DISTINCT_CAP:
            mark = hash((known.row, kind, value))
            if mark not in self._values:
                self._values.add(mark)
                known.distinct += 1
        if meaning is not known.latest:
            known.latest = meaning
            if meaning.category != "other" and RANK[meaning.strength] > known.best.rank:
                known.best = _verdict(meaning)


def _verdict(one: Meaning) -> Verdict:
    if one.category == "other" and not one.rule:
        return _OTHER
    strength = one.strength if one.category != "other" else ""
    told = (one.unit, one.rule, one.basis, one.means, one.indicates)
    return Verdict(RANK[strength], one.category, strength, *told)
