"""One row of the report per kind of data: the loudest of its claims, and the others by id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditor.catalogue.model import Category
from auditor.records import Claim

LOUDNESS = ("seen", "seen, indirectly", "not visible", "not seen", "not tested")
"""When claims about different receivers disagree, the loudest verdict names the row."""


def make_rows(claims: Iterable[Claim], categories: Sequence[Category]) -> list[dict[str, Any]]:
    """Return the twelve rows in the order of the categories."""
    mine: dict[str, list[Claim]] = {category.id: [] for category in categories}
    for claim in claims:
        mine[claim.category].append(claim)
    return [_row(category, sorted(mine[category.id], key=_loudness)) for category in categories]


def _can_be_repeated(claim: Claim) -> bool:
    """Say whether doing it again, or more often, could change the verdict."""
    return claim.verdict == "not tested" or claim.reason == "too-few"


def _loudness(claim: Claim) -> tuple[int, float]:
    return (LOUDNESS.index(claim.verdict), -dict(claim.numbers)["values"])


def _row(category: Category, claims: list[Claim]) -> dict[str, Any]:
    loudest = claims[0]
    numbers = dict(loudest.numbers)
    others = sorted(
        {claim.receiver_name for claim in claims[1:] if claim.verdict == loudest.verdict}
    )
    also = f" The same holds for {', '.join(others)}." if others and numbers["values"] else ""
    return {
        "category": category.id,
        "verdict": loudest.verdict,
        "indirectly": loudest.verdict == "seen, indirectly",
        "strength": loudest.strength,
        "sentence": loudest.sentence + also,
        "did": None if category.always_on else int(numbers["did"]),
        "readable": numbers["readable"],
        "claims": [claim.id for claim in claims],
        "test": category.test if _can_be_repeated(loudest) else "",
    }
