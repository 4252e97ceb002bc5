"""What a rule or the lexicon says of a value."""

from __future__ import annotations

from functools import lru_cache

from auditor.catalogue.model import FieldRule
from auditor.classify.lexicon import Judgement
from auditor.records import NO_MEANING, Meaning, Strength, Value

_STRENGTH: dict[str, Strength] = {
    "documented": "strong",
    "schema": "strong",
    "observed": "strong",
    "reverse-engineered": "medium",
    "name": "weak",
    "inferred": "weak",
}
_SECRET_KIND = {"device-id": "device"}


def is_unmeasured(value: Value, rule: FieldRule) -> bool:
    """Say whether a field is there, but empty or at rest: it decides nothing."""
    return value is None or value == "" or value in rule.off


def unmeasured(value: Value, rule: FieldRule) -> Meaning:
    """Return the meaning of a field that is empty or at rest."""
    state = "empty" if value is None or value == "" else "resting value"
    return Meaning(
        rule.category or "other", "weak", rule.id, rule.evidence.basis, f"{rule.means} ({state})"
    )


def by_rule(rule: FieldRule) -> Meaning:
    """Return what a rule says."""
    return Meaning(
        rule.category,
        _STRENGTH[rule.evidence.basis],
        rule.id,
        rule.evidence.basis,
        rule.means,
        rule.unit,
        rule.secret,
        rule.indicates,
    )


@lru_cache(maxsize=65536)
def by_words(said: Judgement, secret: str = "", rule: FieldRule | None = None) -> Meaning:
    """Return what the lexicon says; a rule without a category leaves the word to it."""
    if said.category != "other":
        means = f"{rule.means}; {said.means}" if rule else said.means
        return Meaning(said.category, said.strength, "lexicon", "lexicon", means, secret=secret)
    if rule is None and not secret:
        return NO_MEANING
    return Meaning(
        _SECRET_KIND.get(secret, "identity") if secret else "other",
        "weak",
        rule=rule.id if rule else "lexicon",
        basis=rule.evidence.basis if rule else "lexicon",
        means=rule.means if rule else "",
        secret=secret,
    )
