"""Which values of a message tell when things happened, and what that says of the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from auditor.catalogue.model import FieldRule
from auditor.classify import meanings
from auditor.classify.clock import (
    NO_WHENS,
    NOT_NAMED,
    TELLING,
    Clock,
    Named,
    Whens,
    is_when,
    moment,
    moment_near,
    named,
)
from auditor.classify.passages import Passage
from auditor.classify.senses import Rules
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
        where, rows, ats = sheets[which]
        for values, at in zip(rows, ats, strict=True):
            for number in numbers:
                value = values[number]
                when = moment_near(value, sent)
                if when is not None:
                    told.append((Leaf(where.places[number], value, where.at(number, at)), when))
    return Clock(told) if told else None


def clock_by_rules(passages: Iterable[Passage], sent: float) -> Clock | None:
    """Return the moments that the fields with a time unit tell, if there are any."""
    told: list[tuple[Leaf, float]] = []
    for one in passages:
        numbers = {number for sense in one.senses.values() for number, _ in sense.clocks}
        for number in sorted(numbers):
            rules = one.rules.get(number) or one.usual_rules(number)
            for leaf, rule in zip(one.sheet.column(number), rules, strict=True):
                when = _moment(leaf.value, rule, sent)
                if when is not None:
                    told.append((leaf, when))
    return Clock(told) if told else None


def _moment(value: Value, rule: FieldRule | None, sent: float) -> float | None:
    """Return the moment that a value tells by its rule."""
    if rule is None or rule.unit not in TELLING or not rule.category:
        return None
    return None if meanings.is_unmeasured(value, rule) else moment(value, rule.unit, sent)


def whens_of(one: Passage, clock: Clock) -> Whens:
    """Return when the things happened that the values worth a look tell of."""
    sheet, senses, _, rules, _, _ = one
    if sheet.layout.context not in clock.contexts:
        return NO_WHENS
    plans = {sense.named for sense in senses.values()}
    (plan, torn) = (plans.pop(), _NO_NUMBERS) if len(plans) == 1 else _merged(frozenset(plans))
    if rules or torn:
        asked = {**{number: one.usual_rules(number) for number in torn}, **rules}
        return clock.whens(sheet, plan, {number: _times(mine) for number, mine in asked.items()})
    return NO_WHENS if plan is NOT_NAMED else clock.whens(sheet, plan, {})


def _times(rules: Rules) -> list[str]:
    """Return the fields that rules take their times from."""
    return [rule.time if rule else "" for rule in rules]


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
