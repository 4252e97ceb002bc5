"""The four answers at the top of the report, made from claims and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.catalogue.model import Category
from auditor.claims.rows import LOUDNESS
from auditor.claims.words import kind, many, percent
from auditor.records import Claim

ASKED = ("cue", "loop", "transition")
"""What DJs ask about first."""

LEARNABLE = ("playback", "seek", "transition", "tempo", "cue", "loop", "effects")
"""What a program that mixes by itself would need to learn from."""

_SHORT = {
    "seen": "seen leaving",
    "seen, indirectly": "seen, indirectly",
    "not seen": "tested, not seen",
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
    headline = " ".join(
        f"{_and([categories[name].name for name in names])}: {_SHORT[verdict]}."
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


def _train(claims: Sequence[Claim], categories: Mapping[str, Category]) -> dict[str, Any]:
    loudest = [
        min(
            (one for one in claims if one.category == name),
            key=lambda one: LOUDNESS.index(one.verdict),
        )
        for name in LEARNABLE
    ]
    groups = _by_verdict(loudest)
    direct, indirect = (len(groups.get(name, ())) for name in ("seen", "seen, indirectly"))
    headline = (
        f"A mixing program could learn from {len(LEARNABLE)} kinds of data. "
        f"Of these, {_were(direct + indirect)} seen leaving{_of_these(direct, indirect)}."
    )
    points = [
        _point(
            verdict, _capital(_SHORT[verdict]), _list([kind(categories[one]) for one in names]), ""
        )
        for verdict, names in groups.items()
    ]
    points += [
        _point("", "Training", "Whether it happens cannot be seen from here.", ""),
        _point("", "Terms", "This version does not read them. “Allowed” is not “done”.", ""),
    ]
    return {
        "id": "ai",
        "question": "What could be used to train AI?",
        "headline": headline,
        "points": points,
        "more": {"text": "See the evidence for each kind", "href": "#all"},
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


def _act(advice: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    first = advice[:3]
    return {
        "id": "do",
        "question": "What can I do?",
        "headline": f"Begin with {'this' if len(first) == 1 else 'these'} {many(len(first), 'step')}.",
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


def _were(count: int) -> str:
    return f"{count or 'none'} {'was' if count == 1 else 'were'}"


def _of_these(direct: int, indirect: int) -> str:
    if not indirect:
        return ""
    return f", {indirect} of them indirectly" if direct else ", indirectly"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _and(names: Sequence[str]) -> str:
    """Join names for the beginning of a sentence."""
    words = [names[0], *(name[:1].lower() + name[1:] for name in names[1:])]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _list(words: Sequence[str]) -> str:
    return f"{_capital(', '.join(words))}." if words else ""
