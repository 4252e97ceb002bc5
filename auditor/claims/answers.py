"""The four answers at the top of the report, made from claims and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.catalogue.model import Category
from auditor.claims.rows import LOUDNESS
from auditor.claims.words import SHORT, capital, kind, many, percent
from auditor.records import Claim

ASKED = ("cue", "loop", "transition")
"""What DJs ask about first."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the answers are made from besides the claims: parts of the audit's facts."""

    shares: Mapping[str, float]
    blind_spots: Sequence[Mapping[str, Any]]
    advice: Sequence[Mapping[str, Any]]
    mixing: Mapping[str, Any]
    """From `auditor.claims.relevance.auto_dj`."""
    terms: str
    """From `auditor.claims.relevance.terms_line`."""


def make_answers(
    claims: Sequence[Claim],
    categories: Mapping[str, Category],
    service: tuple[str, str],
    findings: Findings,
) -> list[dict[str, Any]]:
    """Return the answers in their fixed order; `service` is id and name of the main receiver."""
    return [
        _get(claims, categories, service),
        _train(categories, findings.mixing, findings.terms),
        _blind(findings.shares, findings.blind_spots),
        _act(findings.advice),
    ]


def _get(
    claims: Sequence[Claim], categories: Mapping[str, Category], service: tuple[str, str]
) -> dict[str, Any]:
    by_id = {claim.id: claim for claim in claims}
    asked = [by_id[f"{name}.{service[0]}"] for name in ASKED]
    headline = " ".join(
        f"{_and([categories[name].name for name in names])}: {SHORT[verdict]}."
        for verdict, names in _by_verdict(asked).items()
    )
    return {
        "id": "get",
        "question": f"Does {service[1]} get my cue points, loops and transitions?",
        "headline": headline,
        "points": [
            _point(one.verdict, categories[one.category].name, one.sentence, one.id)
            for one in asked
        ],
        "more": {"text": "See all kinds of data", "href": "#all"},
    }


def _train(
    categories: Mapping[str, Category], mixing: Mapping[str, Any], terms: str
) -> dict[str, Any]:
    points = []
    for verdict in LOUDNESS:
        names = [one["category"] for one in mixing["needs"] if one["verdict"] == verdict]
        if names:
            text = _list([kind(categories[name]) for name in names])
            points.append(_point(verdict, capital(SHORT[verdict]), text, ""))
    return {
        "id": "ai",
        "question": "What could be used to train AI?",
        "headline": mixing["headline"],
        "points": [
            *points,
            _point("", "Terms", terms, ""),
            _point("", "Training", "Whether it happens cannot be seen from here.", ""),
        ],
        "more": {"text": "See why each kind matters, and what the terms say", "href": "#ai"},
    }


def _blind(shares: Mapping[str, float], blind_spots: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    dark = shares["sealed"] + shares["unopened"]
    headline = (
        f"{percent(dark)} of what passed our recording, and all that happens after data arrives."
        if dark
        else "What went around our recording, and all that happens after data arrives."
    )
    points = [_point("not visible", one["title"], one["sentence"], "") for one in blind_spots[:3]]
    return {
        "id": "blind",
        "question": "What could this test not see?",
        "headline": headline,
        "points": points,
        "more": {"text": "See every blind spot", "href": "#blind"},
    }


def _act(advice: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = advice[:3]
    begin = f"Begin with {'this' if len(first) == 1 else 'these'} {many(len(first), 'step')}."
    return {
        "id": "do",
        "question": "What can I do?",
        "headline": begin if first else "No step of ours fits what this session shows.",
        "points": [_point("", one["step"], one["changes"], "") for one in first],
        "more": {"text": "See all steps, with limits", "href": "#do"},
    }


def _point(glyph: str, label: str, text: str, claim: str) -> dict[str, str]:
    return {"glyph": glyph, "label": label, "text": text, "claim": claim}


def _by_verdict(claims: Sequence[Claim]) -> dict[str, list[str]]:
    """Return the kinds of data under each verdict, the loudest first."""
    groups: dict[str, list[str]] = {name: [] for name in LOUDNESS}
    for claim in claims:
        groups[claim.verdict].append(claim.category)
    return {name: kinds for name, kinds in groups.items() if kinds}


def _and(names: Sequence[str]) -> str:
    """Join names for the beginning of a sentence."""
    words = [names[0], *(name[:1].lower() + name[1:] for name in names[1:])]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _list(words: Sequence[str]) -> str:
    return f"{capital(', '.join(words))}." if words else ""
