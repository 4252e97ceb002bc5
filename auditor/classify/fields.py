"""Find the rule for a field: the most literal path first, then the one that asks for most."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.catalogue import pattern
from auditor.catalogue.model import FieldRule
from auditor.records import Context

_MEMORY = 50_000


class RuleBook:
    """The rules of one endpoint with those that hold everywhere, resolved once per path."""

    def __init__(self, rules: Iterable[FieldRule], general: Iterable[FieldRule] = ()) -> None:
        self._exact: dict[tuple[Context, str], list[tuple[bool, FieldRule]]] = {}
        self._loose: list[tuple[Context, re.Pattern[str], bool, FieldRule]] = []
        self._resolved: dict[tuple[str, Context, str], tuple[FieldRule, ...]] = {}
        self.where_names: frozenset[str] = frozenset()
        """Names that conditions look at."""
        self.where_paths: frozenset[str] = frozenset()
        """Whole paths that conditions and times look at."""
        for own, group in ((True, rules), (False, general)):
            for rule in group:
                self._add(rule, own=own)

    def resolve(self, event: str, context: Context, path: str) -> tuple[FieldRule, ...]:
        """Return the rules that may hold for a field, the best first; conditions are not tested."""
        key = (event, context, path)
        if key not in self._resolved:
            if len(self._resolved) >= _MEMORY:
                self._resolved.clear()
            self._resolved[key] = self._find(event, context, path)
        return self._resolved[key]

    def _find(self, event: str, context: Context, path: str) -> tuple[FieldRule, ...]:
        found = list(self._exact.get((context, path), ()))
        found += [
            (own, rule)
            for place, expression, own, rule in self._loose
            if place == context and expression.fullmatch(path)
        ]
        fitting = [(own, rule) for own, rule in found if rule.event in {"", event}]
        fitting.sort(key=_order)
        return tuple(rule for _, rule in fitting)

    def _add(self, rule: FieldRule, *, own: bool) -> None:
        if pattern.is_literal(rule.path):
            self._exact.setdefault((rule.context, rule.path), []).append((own, rule))
        else:
            self._loose.append((rule.context, pattern.compiled(rule.path), own, rule))
        for key, _ in rule.where:
            self._watch(key)
        if rule.time:
            self._watch(rule.time)

    def _watch(self, key: str) -> None:
        if is_whole(key):
            self.where_paths |= {key}
        else:
            self.where_names |= {key}


def is_whole(key: str) -> bool:
    """Say whether a condition names a whole path and not just a neighbour."""
    return any(mark in key for mark in ".[>")


def _order(found: tuple[bool, FieldRule]) -> tuple[bool, int, bool, int]:
    own, rule = found
    literal = pattern.literalness(rule.path) * 2 + (not rule.path.endswith("**"))
    return (not own, -literal, not rule.event, -len(rule.where))
