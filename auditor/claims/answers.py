"""The four answers at the top of the report, made from claims and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.catalogue.model import Category
from auditor.claims.words import kind, many, percent
from auditor.records import Claim

ASKED = ("cue", "loop", "transition")
"""What DJs ask about first."""

LEARNABLE = ("playback", "seek", "transition", "tempo", "cue", "loop", "effects")
"""What a program that mixes by itself would need to learn from."""

_SHORT = {
    "seen": "yes",
    "seen, indirectly": "yes, indirectly",
    "not seen": "not seen",
    "not tested": "not tested",
    "not visible": "could not see",
}


def make_answers(
    claims: Sequence[Claim],
    categories: Mapping[str, Category],
    service: tuple[str, str],
    shares: Mapping[str, float],
    blind_spots: Sequence[Mapping[str, Any]],
    advice: Sequence[Mapping[str, str]],
) -> list[dict[str, Any]]:
    """Return the answers in their fixed order; `service` is id and name of the main receiver."""
    return [
        _get(claims, categories, service),
        _train(claims, categories),
        _blind(shares, blind_spots),
        _act(advice),
    ]


def _get(
    claims: Sequence[Claim], categories: Mapping[str, Category], service: tuple[str, str]
) -> dict[str, Any]:
    by_id = {claim.id: claim for claim in claims}
    asked = [by_id[f"{name}.{service[0]}"] for name in ASKED]
    headline = " ".join(f"{categories[one.category].name}: {_SHORT[one.verdict]}." for one in asked)
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


def _train(claims: Sequence[Claim], categories: Mapping[str, Category]) -> dict[str, Any]:
    left = [one for one in claims if one.category in LEARNABLE and one.verdict.startswith("seen")]
    found = {one.category for one in left}
    kinds = [kind(categories[name]) for name in LEARNABLE if name in found]
    rest = [kind(categories[name]) for name in LEARNABLE if name not in found]
    headline = (
        f"{many(len(kinds), 'kind')} of data that a mixing program could learn from left. "
        if kinds
        else "Nothing that a mixing program could learn from was seen leaving. "
    )
    points = [
        _point("", "Left this computer", _list(kinds) or "None in this session.", ""),
        _point("", "Not seen leaving here", _list(rest) or "None of them.", ""),
        _point(
            "",
            "Terms",
            "This version does not compare with the services’ terms. Allowed is not done.",
            "",
        ),
    ]
    return {
        "id": "ai",
        "question": "What could be used to train AI?",
        "headline": headline + "We cannot see whether it happens.",
        "points": points,
        "more": {"text": "What this version knows about terms", "href": "#ai"},
    }


def _blind(shares: Mapping[str, float], blind_spots: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    dark = shares["sealed"] + shares["unopened"]
    headline = (
        f"{percent(dark)} of what passed our recording, and everything after it arrives."
        if dark
        else "What went around our recording, and everything after data arrives."
    )
    points = [_point("not visible", one["title"], one["sentence"], "") for one in blind_spots[:3]]
    return {
        "id": "blind",
        "question": "What could this test not see?",
        "headline": headline,
        "points": points,
        "more": {"text": "See every blind spot", "href": "#blind"},
    }


def _act(advice: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    first = advice[:3]
    return {
        "id": "do",
        "question": "What can I do?",
        "headline": f"{many(len(first), 'step')} to begin with.",
        "points": [_point("", one["step"], one["changes"], "") for one in first],
        "more": {"text": "See all steps, with limits", "href": "#do"},
    }


def _point(glyph: str, label: str, text: str, claim: str) -> dict[str, str]:
    return {"glyph": glyph, "label": label, "text": text, "claim": claim}


def _list(words: Sequence[str]) -> str:
    text = ", ".join(words)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
