"""Find the rule for a field: the most literal path first, then the one that asks for most."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.catalogue import pattern
from auditor.catalogue.model import FieldRule
from auditor.classify.neighbours import Neighbours
from auditor.places import Context
from auditor.records import Leaf, Sheet

_MEMORY = 50_000


class RuleBook:
    """The rules of one endpoint with those that hold everywhere, resolved once per path."""

    def __init__(
        self, rules: Iterable[FieldRule], general: RuleBook | None = None, *, own: bool = True
    ) -> None:
        """Take rules, and the book of those that hold everywhere; they are not `own` rules."""
        self._exact: dict[tuple[Context, str], list[tuple[bool, FieldRule]]] = {}
        self._loose: list[tuple[Context, re.Pattern[str], bool, FieldRule]] = []
        self._resolved: dict[tuple[str, Context, str], tuple[FieldRule, ...]] = {}
        self._general = general
        self.by_event: bool = general.by_event if general else False
        """Whether any rule holds in one event only."""
        self.by_neighbours: bool = general.by_neighbours if general else False
        """Whether any rule has conditions."""
        self.units: frozenset[str] = general.units if general else frozenset()
        """Units of the values that have a category by rule."""
        self.where_names: frozenset[str] = general.where_names if general else frozenset()
        """Names that conditions look at."""
        self.where_paths: frozenset[str] = general.where_paths if general else frozenset()
        """Whole paths that conditions and times look at."""
        for rule in rules:
            self._add(rule, own=own)

    def neighbours(self, sheets: Iterable[Sheet]) -> Neighbours:
        """Return the values of one message that conditions look at."""
        return Neighbours(sheets, self.where_names, self.where_paths)

    @staticmethod
    def first(rules: Iterable[FieldRule], leaf: Leaf, near: Neighbours) -> FieldRule | None:
        """Return the first rule whose conditions hold for a leaf."""
        return next((one for one in rules if not one.where or _holds(one, leaf, near)), None)

    def resolve(self, event: str, context: Context, path: str) -> tuple[FieldRule, ...]:
        """Return the rules that may hold for a field, the best first; conditions are not tested."""
        key = (event, context, path)
        found = self._resolved.get(key)
        if found is None:
            if len(self._resolved) >= _MEMORY:
                self._resolved.clear()
            found = self._resolved[key] = self._find(event, context, path)
        return found

    def _find(self, event: str, context: Context, path: str) -> tuple[FieldRule, ...]:
        found = self._fitting(event, context, path)
        if self._general:
            found += self._general._fitting(event, context, path)  # noqa: SLF001 - one class
        found.sort(key=_order)
        return tuple(rule for _, rule in found)

    def _fitting(self, event: str, context: Context, path: str) -> list[tuple[bool, FieldRule]]:
        exact = self._exact.get((context, path), ())
        found = [(own, rule) for own, rule in exact if rule.event in {"", event}]
        found += [
            (own, rule)
            for place, expression, own, rule in self._loose
            if place == context and rule.event in {"", event} and expression.fullmatch(path)
        ]
        return found

    def _add(self, rule: FieldRule, *, own: bool) -> None:
        if pattern.is_literal(rule.path):
            self._exact.setdefault((rule.context, rule.path), []).append((own, rule))
        else:
            self._loose.append((rule.context, pattern.compiled(rule.path), own, rule))
        self.by_event = self.by_event or bool(rule.event)
        self.by_neighbours = self.by_neighbours or bool(rule.where)
        self.units |= {rule.unit} if rule.category else frozenset()
        for key, _ in rule.where:
            self._watch(key)
        if rule.time:
            self._watch(rule.time)

    def _watch(self, key: str) -> None:
        if is_whole(key):
            self.where_paths |= {key}
        else:
            self.where_names |= {key}


def _holds(rule: FieldRule, leaf: Leaf, near: Neighbours) -> bool:
    """Say whether the neighbours of a leaf have the values that a rule asks for."""
    for key, wanted in rule.where:
        value, found = (
            near.by_path(leaf, key, leaf.context) if is_whole(key) else near.by_name(leaf, key)
        )
        if not found or value != wanted:
            return False
    return True


def is_whole(key: str) -> bool:
    """Say whether a condition names a whole path and not just a neighbour."""
    return any(mark in key for mark in ".[>")


def _order(found: tuple[bool, FieldRule]) -> tuple[bool, int, bool, int]:
    own, rule = found
    literal = pattern.literalness(rule.path) * 2 + (not rule.path.endswith("**"))
    return (not own, -literal, not rule.event, -len(rule.where))
