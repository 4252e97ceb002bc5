"""Which values of a message tell when things happened, and what that says of the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from auditor.catalogue.model import FieldRule
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
from auditor.classify.passages import Passage
from auditor.places import Layout
from auditor.records import Leaf, Sheet, Value

Timed = tuple[tuple[int, tuple[int, ...]], ...]
"""Numbers of sheets, each with the numbers of its values that tell a moment by their names."""
_SPOKEN = frozenset({"body", "query"})
"""Contexts in which names are chosen by who writes the message."""


def timed(layouts: Sequence[Layout]) -> Timed:
    """Return which values tell a moment by their names; lists never do."""
    found = []
    for number, where in enumerate(layouts):
        if where.context in _SPOKEN and not where.is_list:
            mine = tuple(at for at, place in enumerate(where.places) if is_when(place.path))
            found += [(number, mine)] if mine else []
    return tuple(found)


def clock_by_names(sheets: Sequence[Sheet], wanted: Timed, sent: float) -> Clock | None:
    """Return the moments that fields tell by their names, where no rule knows better."""
    told = []
    for which, numbers in wanted:
        sheet = sheets[which]
        for row, values in enumerate(sheet.rows):
            for number in numbers:
                when = moment_near(values[number], sent)
                if when is not None:
                    told.append((sheet.leaf(row, number), when))
    return Clock(told) if told else None


def clock_by_rules(passages: Iterable[Passage]) -> Clock | None:
    """Return the moments that the fields with a time unit tell, if there are any."""
    told: list[tuple[Leaf, float]] = []
    for one in passages:
        numbers = {number for sense in one.senses.values() for number, _ in sense.clocks}
        for number in sorted(numbers):
            rules = one.rules.get(number) or one.usual_rules(number)
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


def whens_of(one: Passage, clock: Clock) -> Whens:
    """Return when the things happened that the values worth a look tell of."""
    if one.sheet.layout.context not in clock.contexts:
        return NO_WHENS
    plans = {sense.named for sense in one.senses.values()}
    (plan, torn) = (plans.pop(), _NO_NUMBERS) if len(plans) == 1 else _merged(frozenset(plans))
    if plan is NOT_NAMED and not torn and not one.rules:
        return NO_WHENS
    asked = {
        number: [rule.time if rule else "" for rule in rules] for number, rules in one.rules.items()
    }
    for number in torn - asked.keys():
        asked[number] = [rule.time if rule else "" for rule in one.usual_rules(number)]
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
