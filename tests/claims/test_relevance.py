"""Terms and auto-DJ: three statements that stay apart, and nothing concluded from silence."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.catalogue.mixing import load_needs
from auditor.catalogue.model import Catalogue
from auditor.catalogue.policy import CLASSES, Clause, Document, Policy, load_policies
from auditor.claims.relevance import auto_dj, spelled, terms_line, weigh
from auditor.records import Claim


def claim(name: str, verdict: str = "seen", reason: str = "observed", role: str = "") -> Claim:
    category, receiver = name.split(".")
    return Claim(
        id=name, category=category, receiver=receiver, receiver_name=receiver.title(),
        role=role or "streaming service", verdict=verdict, strength="", reason=reason,
        sentence="It is so.", numbers=(), fields=(), observations=(), excerpt=None, falsifier="",
    )  # fmt: skip


def document(day: str, *clauses: Clause, title: str = "Privacy Policy") -> Document:
    return Document(
        f"text-{day}", title, day, "", "2026-11-20", "whole", "example.com", "https://e.example",
        clauses,
    )  # fmt: skip


def clause(kind: str, *covers: str, name: str = "train") -> Clause:
    return Clause(name, kind, covers, "", f"This one is {kind}.", "https://e.example")


def policies(*documents: Document, note: str = "") -> dict[str, Policy]:
    return {"demo": Policy("demo", "Demo", ("demo",), note, documents, "demo.yaml:1")}


def statement(*documents: Document, note: str = "") -> dict[str, Any]:
    (found,) = weigh([claim("playback.demo")], policies(*documents, note=note))["statements"]
    return dict(found)


def line(catalogue: Catalogue, terms: dict[str, Any], claims: list[Claim]) -> str:
    mixing = auto_dj(claims, load_needs(catalogue.categories))
    return terms_line(terms, mixing, ("demo", "Demo"), catalogue.categories)


def test_spotify_is_told_with_both_dates(catalogue: Catalogue) -> None:
    shipped = load_policies(catalogue.categories)
    claims = [claim("playback.spotify"), claim("cue.spotify", "seen, indirectly")]
    playback, cue = weigh(claims, shipped)["statements"]
    assert (playback["class"], playback["verdict"]) == ("named", "seen")
    assert playback["dated"] == (
        "Privacy Policy of 12 May 2025, and still in the text of 27 August 2025. "
        "The text of 14 April 2026 was not compared."
    )
    assert cue["class"] == "broad", "no clause names cue points"


def test_soundcloud_clause_on_uploads_says_nothing_about_listening(catalogue: Catalogue) -> None:
    (found,) = weigh([claim("playback.soundcloud")], load_policies(catalogue.categories))[
        "statements"
    ]
    assert found["class"] == "not checked"
    assert found["clause"] == ""


@pytest.mark.parametrize(
    ("verdict", "reason", "stated"),
    [
        ("seen", "observed", True),
        ("seen, indirectly", "positions-traced", True),
        ("not visible", "not-worked-out", True),
        ("not visible", "sealed", False),
        ("not seen", "absent", False),
        ("not tested", "not-exercised", False),
    ],
)
def test_only_what_was_seen_or_may_be_worked_out(verdict: str, reason: str, stated: bool) -> None:
    found = weigh([claim("cue.demo", verdict, reason)], {})
    assert len(found["statements"]) == stated
    assert not found["terms"]


def test_no_statement_joins_the_three(catalogue: Catalogue) -> None:
    """A verdict comes from the claim, a class from the clause, and neither moves the other."""
    for kind in CLASSES:
        found = statement(document("2025-01-01", clause(kind, "playback")))
        assert (found["verdict"], found["class"]) == ("seen", kind)
        assert not [word for word in found if "train" in word]


def test_silence_is_never_none() -> None:
    assert statement()["class"] == "not checked"
    assert statement(note="Half was read.")["plain"] == "Half was read."
    other = statement(document("2025-01-01", clause("named", "search")))
    assert (other["class"], other["clause"]) == ("not checked", "")
    (unknown,) = weigh([claim("playback.elsewhere")], policies())["statements"]
    assert unknown["plain"].startswith("Nobody has read the terms")


def test_the_newest_text_speaks() -> None:
    found = statement(
        document("2024-01-01", clause("named", "playback")),
        document("2025-01-01", clause("none", "playback", name="left-out")),
    )
    assert (found["class"], found["dated"]) == ("none", "Privacy Policy of 1 January 2025.")


def test_of_two_texts_the_most_telling_one_speaks() -> None:
    found = statement(
        document("2024-01-01", clause("broad", "playback")),
        document("2025-01-01", clause("none", "playback"), title="Terms"),
    )
    assert found["class"] == "broad"


def test_streaming_services_stand_first() -> None:
    claims = [
        claim("playback.sdk", role="analytics vendor"),
        claim("playback.alpha", role="unknown"),
        claim("playback.demo"),
        claim("device.demo"),
    ]
    found = [
        (one["receiver"], one["category"])
        for one in weigh(claims, policies(document("2025-01-01")))["statements"]
    ]
    assert found[:2] == [("demo", "playback"), ("demo", "device")]
    assert [name for name, _ in found[2:]] == ["sdk", "alpha"]


def test_the_annex_gets_what_was_read_newest_first() -> None:
    texts = (document("2024-01-01", clause("broad", "playback")), document("2025-01-01"))
    (terms,) = weigh([claim("playback.demo")], policies(*texts))["terms"]
    assert [one["title"] for one in terms["documents"]] == [
        "Privacy Policy of 1 January 2025",
        "Privacy Policy of 1 January 2024",
    ]
    assert terms["documents"][1]["clauses"][0]["id"] == "demo.text-2024-01-01.train"


def test_auto_dj_takes_the_loudest_receiver(catalogue: Catalogue) -> None:
    claims = [
        claim("cue.demo", "not tested"),
        claim("cue.sdk", "seen, indirectly"),
        claim("loop.demo", "seen"),
        claim("device.demo", "seen"),
    ]
    found = auto_dj(claims, load_needs(catalogue.categories))
    assert [(one["category"], one["verdict"]) for one in found["needs"]] == [
        ("cue", "seen, indirectly"),
        ("loop", "seen"),
    ]
    assert found["needs"][0]["claim"] == "cue.sdk"
    assert found["headline"].endswith("2 were seen leaving, 1 of them indirectly.")


def test_terms_in_one_line(catalogue: Catalogue) -> None:
    claims = [claim("playback.demo"), claim("cue.demo"), claim("loop.demo"), claim("device.demo")]
    texts = document("2025-01-01", clause("named", "playback"), clause("broad", "cue", name="b"))
    assert line(catalogue, weigh(claims, policies(texts)), claims) == (
        "Demo: the terms name training with playback; the wording is wide enough for cue points; "
        "not checked for loops. “Allowed” is not “done”."
    )
    assert line(catalogue, weigh(claims, {}), claims).startswith("Demo: not read for words")
    assert line(catalogue, weigh([], {}), claims).startswith("Nothing was seen leaving")


def test_days_are_spelled() -> None:
    assert spelled("2025-05-12") == "12 May 2025"
    assert spelled("2025-06") == "June 2025"
