"""The answer cards: one word per verdict, and no verdict hidden behind another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.catalogue.mixing import load_needs
from auditor.catalogue.model import Catalogue
from auditor.claims.answers import Findings, make_answers
from auditor.claims.relevance import auto_dj
from auditor.records import Claim

LEARNABLE = ("playback", "seek", "transition", "tempo", "cue", "loop", "effects")
SHARES = {"readable": 1.0, "sealed": 0.0, "unopened": 0.0}


def claim(category: str, verdict: str) -> Claim:
    return Claim(
        id=f"{category}.tidal", category=category, receiver="tidal", receiver_name="TIDAL",
        role="streaming service", verdict=verdict, strength="", reason="", sentence="It is so.",
        numbers=(), fields=(), observations=(), excerpt=None, falsifier="",
    )  # fmt: skip


def answers(catalogue: Catalogue, *, also: tuple[Claim, ...] = (), **verdicts: str) -> list[Any]:
    claims = [*(claim(name, verdicts.get(name, "not tested")) for name in LEARNABLE), *also]
    mixing = auto_dj(claims, load_needs(catalogue.categories))
    findings = Findings(SHARES, [], [], mixing, "TIDAL: not checked.")
    return make_answers(claims, catalogue.categories, ("tidal", "TIDAL"), findings)


def test_kinds_with_the_same_verdict_stand_together(catalogue: Catalogue) -> None:
    get, *_ = answers(catalogue, cue="seen, indirectly", loop="seen, indirectly", transition="seen")
    assert get["headline"] == "Transitions: seen leaving. Cue points and loops: seen, indirectly."
    assert [point["claim"] for point in get["points"]] == [
        "cue.tidal", "loop.tidal", "transition.tidal"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("verdicts", "end"),
    [
        ({}, "none were seen leaving."),
        ({"cue": "seen"}, "1 was seen leaving."),
        ({"cue": "seen", "loop": "seen, indirectly"}, "2 were seen leaving, 1 of them indirectly."),
        ({"loop": "seen, indirectly"}, "1 was seen leaving, indirectly."),
    ],
)
def test_what_could_train_is_counted(
    catalogue: Catalogue, verdicts: dict[str, str], end: str
) -> None:
    _, ai, *_ = answers(catalogue, **verdicts)
    assert ai["headline"].endswith(end)


def test_verdicts_are_not_mixed(catalogue: Catalogue) -> None:
    """Not seen, not tested and could not see are three things."""
    _, ai, *_ = answers(catalogue, playback="seen", tempo="not seen", cue="not visible")
    lines = {point["label"]: point["text"] for point in ai["points"]}
    assert lines["Seen leaving"] == "Playback."
    assert lines["Tested, not seen"] == "Tempo and key."
    assert lines["Could not see"] == "Cue points."
    assert "Transitions" not in lines["Not tested"]
    assert "transitions" in lines["Not tested"]


def test_the_loudest_receiver_decides(catalogue: Catalogue) -> None:
    other = replace(claim("loop", "seen"), id="loop.segment", receiver="segment")
    _, ai, *_ = answers(catalogue, also=(other,))
    assert {point["label"]: point["text"] for point in ai["points"]}["Seen leaving"] == "Loops."
