"""Look at one exchange through the pipeline: where it went, and every value with its meaning.

For whoever works on single exchanges (score, match, draft) and not on tables: what a pipeline gives
is taken apart here only.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.pipeline import Pipeline
from auditor.records import Exchange, Site, Value


@dataclass(frozen=True, slots=True)
class Field:
    """One value as the pipeline saw it; `raw` is not redacted."""

    context: str
    path: str
    raw: Value
    category: str
    strength: str
    why: str
    """Rule and meaning, or how the words scored."""
    event: str
    unit: str
    secret: str
    rule: str
    """Id of the rule, `lexicon`, or empty."""
    steps: tuple[str, ...]
    """Decode steps that led here."""

    @property
    def value(self) -> str:
        """The value as text."""
        return str(self.raw)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the pipeline says of one exchange."""

    site: Site
    fields: tuple[Field, ...]
    unread: tuple[tuple[str, str], ...]
    """Reason and path of what could not be decoded."""


def look(pipeline: Pipeline, exchange: Exchange) -> Looked:
    """Return where an exchange went and its values."""
    site, sent = pipeline.run(exchange)
    fields = [
        Field(
            context=one.leaf.context,
            path=one.leaf.path,
            raw=one.leaf.value,
            category=one.category,
            strength=one.strength,
            why=f"{one.rule}: {one.means}" if one.means else one.rule,
            event=one.event,
            unit=one.unit,
            secret=one.secret,
            rule=one.rule,
            steps=one.leaf.steps,
        )
        for message in sent
        for one in message.observations
    ]
    unread = [(one.reason, one.path) for message in sent for one in message.unread]
    return Looked(site, tuple(fields), tuple(unread))
