"""What is known of the values of one layout before they are looked at, and what they then mean.

What the names in and around a field say is worked out once for a place, its event and the names
beside it. Values are then judged a column at a time: of one message, or of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from auditor.catalogue.model import FieldRule
from auditor.classify import meanings
from auditor.classify.clock import TELLING, named
from auditor.classify.lexicon import Judge, Surroundings
from auditor.classify.marks import MANY, marks_of
from auditor.places import Layout
from auditor.records import Meaning, Value

_LONGEST_NAME = 128
_NUMBERS = frozenset({int, float, bool})
"""Types of which Python finds values equal that are not the same to us."""
_MEMORY = 200

Rules: TypeAlias = Sequence[FieldRule | None]
"""The rule of each value of a column."""


class Told(NamedTuple):
    """What the values of a column mean."""

    meanings: Sequence[Meaning]
    """Those that there are; one may stand there more than once."""
    codes: npt.NDArray[np.intp] | None = None
    """For each value the number of its meaning; None where all have the only one."""

    def each(self, count: int) -> list[Meaning]:
        """Return the meanings of `count` values one by one."""
        if self.codes is None:
            return [self.meanings[0]] * count
        return [self.meanings[code] for code in self.codes.tolist()]


class Field:
    """What is known of a place in an event, among certain neighbours, whatever the value."""

    __slots__ = (
        "_judge",
        "_kept",
        "_names_event",
        "_scored",
        "_secret",
        "_told",
        "asks",
        "is_mute",
        "rules",
    )

    def __init__(
        self, judge: Judge, rules: tuple[FieldRule, ...], name: str, around: Surroundings
    ) -> None:
        self._judge = judge
        self.rules = rules
        """Rules that may hold, the best first."""
        self.asks = bool(rules) and bool(rules[0].where)
        """Whether it depends on other values which rule holds."""
        self._secret = judge.secret(name, around)
        self._names_event = judge.is_event_name(name, around.above)
        self._scored = judge.scored(name, around)
        self._kept: dict[tuple[object, ...], Meaning] = {}
        self._told: dict[Hashable, Meaning] = {}
        """By value: most fields have few different ones."""
        self.is_mute = not (rules or self._secret or self._names_event or self._scored.speaks)
        """Whether neither a rule nor a word says anything: the value need not be looked at."""

    @property
    def says(self) -> Hashable:
        """All that the names say; fields that say the same judge values alike."""
        return self.rules, self._secret, self._names_event, self._scored.says

    @property
    def rule(self) -> FieldRule | None:
        """The rule that holds, unless that depends on other values."""
        return self.rules[0] if self.rules else None

    def told(self, values: Sequence[Value], rules: Rules | None = None) -> Told:
        """Return what a column of values means; `rules` are needed where the field asks."""
        if rules is not None:
            pairs = zip(values, rules, strict=True)
            found, codes = _numbered(self._meaning(value, rule) for value, rule in pairs)
            return Told(found, np.array(codes, dtype=np.intp))
        rule = self.rule
        kinds = set(map(type, values))
        numbers = kinds <= _NUMBERS
        if rule is not None and rule.category and numbers and not rule.off:
            return Told([self._by_rule(rule)])
        if numbers and len(kinds) == 1 and len(values) >= MANY and not (rule and rule.off):
            marks = marks_of(values)
            if marks is not None:
                different, inverse = np.unique(marks, return_inverse=True)
                found = [self._by_shapes(self._scored.marked(one), rule) for one in different]
                return Told(found, inverse)
        return self._by_value(values, rule, apart=len(kinds & _NUMBERS) > 1)

    def _by_value(self, values: Sequence[Value], rule: FieldRule | None, *, apart: bool) -> Told:
        """Look at each different value once."""
        keys: Sequence[Hashable] = values
        if apart:
            keys = list(zip(map(type, values), values, strict=True))
        different = dict.fromkeys(keys)
        each: Iterable[Value] = (key[1] for key in different) if apart else different  # type: ignore[index,assignment]
        found, codes = _numbered(self.meaning(value, rule) for value in each)
        if len(found) == 1:
            return Told(found)
        code_of = dict(zip(different, codes, strict=True))
        return Told(found, np.array([*map(code_of.__getitem__, keys)], dtype=np.intp))

    def meaning(self, value: Value, rule: FieldRule | None) -> Meaning:
        """Return what one value means; without a rule of its own, pass the first of all rules."""
        if self.asks:
            return self._meaning(value, rule)
        kind = (type(value), value)
        found = self._told.get(kind)
        if found is None:
            found = self._meaning(value, rule)
            if len(self._told) < _MEMORY:
                self._told[kind] = found
        return found

    def _meaning(self, value: Value, rule: FieldRule | None) -> Meaning:
        """Return what a value is; the same rule and shapes of values mean the same."""
        if rule is None:
            return self._by_words(value, None)
        if meanings.is_unmeasured(value, rule):
            empty = value is None or value == ""
            return self._remembered(
                (rule.id, rule.where, empty), lambda: meanings.unmeasured(value, rule)
            )
        if not rule.category:
            return self._by_words(value, rule)
        if rule.names_event and isinstance(value, str):
            said = self._judge.judge_name(value[:_LONGEST_NAME])
            if said.category != "other":
                return meanings.by_words(said)
        return self._by_rule(rule)

    def _by_rule(self, rule: FieldRule) -> Meaning:
        return self._remembered((rule.id, rule.where), lambda: meanings.by_rule(rule))

    def _by_words(self, value: Value, rule: FieldRule | None) -> Meaning:
        """Read the value where the field names an event, else the field's name."""
        if self._names_event and isinstance(value, str):
            said = self._judge.judge_name(value[:_LONGEST_NAME])
            if said.category != "other":
                return meanings.by_words(said, self._hides(rule), rule)
        return self._by_shapes(self._scored.shapes(value), rule)

    def _by_shapes(self, shapes: tuple[str, ...], rule: FieldRule | None) -> Meaning:
        key = (rule.id if rule else "", rule.where if rule else (), shapes)
        return self._remembered(
            key, lambda: meanings.by_words(self._scored.judge(shapes), self._hides(rule), rule)
        )

    def _hides(self, rule: FieldRule | None) -> str:
        return self._secret or (rule.secret if rule else "")

    def _remembered(self, key: tuple[object, ...], make: Callable[[], Meaning]) -> Meaning:
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found


class Sense:
    """What is known of the rows of one layout in an event, among certain neighbours."""

    __slots__ = ("asking", "clocks", "columns", "fields", "layout", "named")

    def __init__(self, layout: Layout, fields: Sequence[Field]) -> None:
        self.layout = layout
        self.fields = tuple(fields)
        """What is known of each value of a row; for lists, the only one stands for all."""
        self.columns = [(number, one) for number, one in enumerate(fields) if not one.is_mute]
        """Those that are worth a look, with their numbers."""
        self.asking = [(number, one) for number, one in self.columns if one.asks]
        """Those whose rule depends on other values of the message."""
        self.named = named(
            tuple(
                (number, one.rules[0].time if one.rules else "")
                for number, one in self.columns
                if not one.asks
            )
        )
        """The others, with the field that their rule takes their time from, or an empty text."""
        self.clocks = [
            (number, one)
            for number, one in self.columns
            if any(rule.unit in TELLING and rule.category for rule in one.rules)
        ]
        """The values that may tell a moment, by rule."""


def _numbered(each: Iterable[Meaning]) -> tuple[list[Meaning], list[int]]:
    """Return the different meanings, and for each its place among them.

    They are told apart by identity: those that are equal are nearly always one object.
    """
    numbers: dict[int, int] = {}
    different: list[Meaning] = []
    codes: list[int] = []
    for one in each:
        code = numbers.get(id(one))
        if code is None:
            code = numbers[id(one)] = len(different)
            different.append(one)
        codes.append(code)
    return different, codes
