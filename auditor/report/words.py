"""Turn codes of an audit into the words and looks of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.report.verdicts import (
    BLIND,
    INDIRECT,
    NOT_SEEN,
    NOT_TESTED,
    SEEN,
    VERDICTS,
    Verdict,
)
from auditor.report.view import Strength

GROUPS = (
    (SEEN, "Found in what this computer sent."),
    (NOT_SEEN, "You did it, we were watching, nothing matching left."),
    (NOT_TESTED, "Nobody did it in this session, or nobody noted it. No answer."),
    (BLIND, "We were watching, but could not look well enough. It could be anything."),
)
"""The four groups, always in this order; the sentence is the definition."""

CLASSES = {
    "named": ("named", "Training named"),
    "broad": ("broad", "Broad wording"),
    "none": ("none", "None found"),
    "not checked": ("unread", "Not checked"),
}
"""What a clause says about training: look and word, by the class in the audit."""


@dataclass(frozen=True, slots=True)
class Degree:
    """How sure a cause is, in a few words, and what that means."""

    word: str
    meaning: str


CAUSES = {
    "firm": Degree(
        "caused by what you did",
        "It followed most of your actions and hardly ever came hands off. A test against chance agrees.",
    ),
    "likely": Degree(
        "seems caused by what you did",
        "A test against chance finds it. Plain counting would not be enough.",
    ),
    "unclear": Degree(
        "cause unclear",
        "It left, but no action stands out. It may leave by a clock, or in batches.",
    ),
}
"""How sure a cause is, by the name in the audit."""

READINGS = {
    "whole": "whole text searched",
    "part": "read in part",
    "report": "not read, reported by others",
}

SECTIONS = (
    ("short", "The short answer"),
    ("all", "All kinds of data"),
    ("who", "Who received what"),
    ("when", "When you did what"),
    ("set", "Your set, rebuilt"),
    ("blind", "What we could not see"),
    ("ai", "AI training"),
    ("compare", "Other services"),
    ("do", "What you can do"),
    ("sure", "How sure are we?"),
    ("annex", "Evidence annex"),
)
"""Element id and title of the sections, in page order."""

UNREAD = "Could not read"

_PIPS = ("○○○", "●○○", "●●○", "●●●")


class Names:
    """Display words of an audit: kinds of data, receivers, strengths."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._categories: dict[str, str] = {one["id"]: one["name"] for one in facts["categories"]}
        self._hints: dict[str, str] = {one["id"]: one["hint"] for one in facts["categories"]}
        self._receivers: dict[str, str] = {one["id"]: one["name"] for one in facts["receivers"]}
        self.strengths = tuple(
            Strength(one["name"], _PIPS[one["pips"]], one["meaning"]) for one in facts["strengths"]
        )
        self.order: Sequence[str] = tuple(self._categories)
        """Ids of the kinds of data as the report sorts them."""

    def category(self, name: str) -> str:
        """Return the display name of a kind of data."""
        return UNREAD if name == "unread" else self._categories.get(name, name)

    def hint(self, name: str) -> str:
        """Return what belongs to a kind of data, in a few words."""
        return self._hints[name]

    def receiver(self, name: str) -> str:
        """Return the display name of a receiver."""
        return self._receivers.get(name, name)

    def strength(self, name: str) -> Strength | None:
        """Return the strength with this name, none for the empty one."""
        return next((one for one in self.strengths if one.word.lower() == name.lower()), None)


def verdict(name: str, *, indirectly: bool = False) -> Verdict:
    """Return the look of a verdict."""
    return INDIRECT if indirectly else VERDICTS[name]
