"""Keep what is known of every field: how often it was sent, with what values, what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from auditor.records import Observation, Site

DISTINCT_CAP = 1000
RANK = {"": 0, "weak": 1, "medium": 2, "strong": 3}

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
    count: int = 0
    messages: int = 0
    last_message: int = 0
    types: tuple[type, ...] = ()
    distinct: int = 0


class Profiles:
    """The fields of a whole audit, in the order in which they were first seen."""

    def __init__(self) -> None:
        self.fields: dict[FieldKey, Profile] = {}
        """By receiver, endpoint, event, context and path, as captured: not redacted."""
        self._values: set[int] = set()
        """Of every field and value that was counted as different."""
        self._message = 0

    def next_message(self) -> None:
        """Count what follows as another message."""
        self._message += 1

    def add(self, site: Site, time: float, one: Observation, preview: str) -> int:
        """Take one observation, which left at a time; return the row of its field."""
        value = one.leaf.value
        kind = type(value)
        key = (site.receiver, site.endpoint, one.event, one.leaf.context, one.leaf.path)
        known = self.fields.get(key)
        if known is None:
            known = Profile(len(self.fields), preview, time, time, _verdict(one))
            self.fields[key] = known
        known.count += 1
        if known.last_message != self._message:
            known.last_message = self._message
            known.messages += 1
            known.first = min(known.first, time)
            known.last = max(known.last, time)
        if kind not in known.types:
            known.types += (kind,)
        if known.distinct < DISTINCT_CAP:
            mark = hash((known.row, kind, value))
            if mark not in self._values:
                self._values.add(mark)
                known.distinct += 1
        if one.category != "other" and RANK[one.strength] > known.best.rank:
            known.best = _verdict(one)
        return known.row


def _verdict(one: Observation) -> Verdict:
    if one.category == "other" and not one.rule:
        return _OTHER
    strength = one.strength if one.category != "other" else ""
    told = (one.unit, one.rule, one.basis, one.means, one.indicates)
    return Verdict(RANK[strength], one.category, strength, *told)
