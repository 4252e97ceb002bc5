"""Which steps a report shows, in which order, and why."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from auditor.catalogue.advice import load_advice
from auditor.catalogue.model import Catalogue
from auditor.claims.advice import fitting
from auditor.claims.answers import Findings, make_answers
from auditor.records import Claim

SERVICE = "streaming service"


def claim(name: str, verdict: str = "seen", role: str = SERVICE) -> Claim:
    category, receiver = name.split(".")
    return Claim(
        id=name, category=category, receiver=receiver, receiver_name=receiver.title(), role=role,
        verdict=verdict, strength="", reason="", sentence="It is so.", numbers=(), fields=(),
        observations=(), excerpt=None, falsifier="",
    )  # fmt: skip


def steps(
    catalogue: Catalogue,
    *claims: Claim,
    ran: tuple[str, str] = ("", ""),
    receivers: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    known = catalogue.categories
    return {one["id"]: one for one in fitting(load_advice(known), claims, known, ran, receivers)}


def test_steps_about_others_are_left_out(catalogue: Catalogue) -> None:
    found = steps(catalogue, claim("playback.tidal"), receivers={"tidal"})
    assert set(found) == {"licensed", "ask", "account"}


@pytest.mark.parametrize(
    ("application", "switches"),
    [
        (
            "rekordbox",
            {"cloud-library-sync", "collection-auto-upload", "rekordbox-analysis", "kuvo"},
        ),
        ("traktor", {"traktor-usage"}),
        ("serato-dj-pro", {"serato-playlists"}),
        ("serato-dj-lite", {"serato-playlists"}),
        ("djay", {"djay-icloud"}),
        ("mixxx", set()),
        ("", set()),
    ],
)
def test_switches_of_the_application_that_ran(
    catalogue: Catalogue, application: str, switches: set[str]
) -> None:
    found = steps(catalogue, ran=(application, application))
    assert set(found) == switches
    assert all(one["fits"] == f"{application} ran in this session." for one in found.values())


def test_a_receiver_is_enough(catalogue: Catalogue) -> None:
    seen = claim("playback.serato", role="DJ vendor")
    found = steps(catalogue, seen, receivers={"serato"})
    assert found["serato-playlists"]["fits"] == "Seen leaving: playback."


def test_what_concerns_most_kinds_stands_first(catalogue: Catalogue) -> None:
    claims = [claim("playback.tidal"), *(claim(f"{name}.tidal", "not tested") for name in TESTABLE)]
    found = steps(catalogue, *claims, receivers={"tidal"})
    assert next(iter(found)) == "retest"
    assert found["retest"]["kinds"] == list(TESTABLE)
    assert found["retest"]["fits"].startswith("Not tested: jumps inside a track, transitions")


TESTABLE = ("seek", "transition", "tempo", "cue", "loop", "effects", "library", "search")


def test_among_equals_the_product_stands_first(catalogue: Catalogue) -> None:
    found = steps(catalogue, claim("playback.spotify"), receivers={"spotify"})
    assert list(found)[:2] == ["spotify-session", "licensed"]


def test_every_verdict_is_named_apart(catalogue: Catalogue) -> None:
    found = steps(catalogue, claim("seek.tidal"), claim("cue.tidal", "seen, indirectly"))
    assert found["licensed"]["fits"] == (
        "Seen leaving: jumps inside a track. Seen, indirectly: cue points."
    )


def test_the_loudest_verdict_on_a_kind_counts(catalogue: Catalogue) -> None:
    claims = (claim("cue.tidal", "not visible"), claim("cue.spotify", "seen"))
    for order in (claims, claims[::-1]):
        assert steps(catalogue, *order)["licensed"]["fits"] == "Seen leaving: cue points."


def test_three_stand_in_the_short_answer(catalogue: Catalogue) -> None:
    known = catalogue.categories
    claims = [claim(f"{name}.tidal") for name in ("playback", "search", "identity", "device")]
    claims += [claim(f"{name}.tidal", "not tested") for name in ("cue", "loop", "transition")]
    found = fitting(load_advice(known), claims, known, ("", ""), {"tidal"})
    shares = {"readable": 1.0, "sealed": 0.0, "unopened": 0.0}
    rest = Findings(shares, [], found, {"needs": [], "headline": ""}, "")
    *_, do = make_answers(claims, known, ("tidal", "TIDAL"), rest)
    assert do["headline"] == "Begin with these 3 steps."
    assert [point["label"] for point in do["points"]] == [one["step"] for one in found[:3]]


def test_no_step_is_said(catalogue: Catalogue) -> None:
    asked = [claim(f"{name}.tidal", "not seen") for name in ("cue", "loop", "transition")]
    shares = {"readable": 1.0, "sealed": 0.0, "unopened": 0.0}
    assert steps(catalogue, *asked) == {}
    rest = Findings(shares, [], [], {"needs": [], "headline": ""}, "")
    *_, do = make_answers(asked, catalogue.categories, ("tidal", "TIDAL"), rest)
    assert do["headline"] == "No step of ours fits what this session shows."
