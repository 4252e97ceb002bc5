"""Sentences: every reason has one, its numbers are in it, and it promises nothing."""

from __future__ import annotations

import pytest

from auditor.catalogue.model import Catalogue
from auditor.claims.words import falsifier, many, percent, sentence

NUMBERS = {
    "values": 7.0, "messages": 3.0, "did": 14.0, "followed": 12.0, "lag_s": 5.0, "idle": 15.0,
    "idle_hit": 2.0, "moved": 13.0, "traced": 11.0, "error_ms": 25.0, "carriers": 4.0,
    "readable": 0.92, "tail_s": 9.0, "bound": 0.1926, "clean": 14.0, "settled": 3.0,
    "rebuilt_real": 15.0, "rebuilt_right": 14.0, "rebuilt_wrong": 1.0, "rebuilt_ms": 56.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "parts"),
    [
        ("observed", ["7 values in 3 messages", "14 times", "within 5 seconds 12 times", "2 of 15 hands-off times", "a; b; c; 1 more"]),
        ("positions-traced", ["11 of your 13 jumps to a cue point", "within 25 ms", "Without them, too few came out right"]),
        ("rebuilt", ["without your notes", "14 of your 15 jumps to a cue point", "within 56 ms", "1 more came out that you did not do"]),
        ("not-worked-out", ["4 fields", "14 times"]),
        ("not-exercised", ["Nobody", "says nothing about cue points"]),
        ("no-marks", ["no test for cue points", "92%"]),
        ("too-few", ["only 14 times", "Five times"]),
        ("no-journal", ["14 times", "connections that refused it"]),
        ("sealed", ["92%", "too little to answer"]),
        ("control-failed", ["14 times", "did not find its own test messages"]),
        ("no-control", ["14 times", "no test messages were planted"]),
        ("no-tail", ["9 seconds after"]),
        ("absent", ["14 times", "92% at those moments", "up to 19% of cases"]),
        ("silent", ["14 times", "nothing at all passed our recording", "up to 19% of cases"]),
    ],
)  # fmt: skip
def test_sentence_of_every_reason(catalogue: Catalogue, reason: str, parts: list[str]) -> None:
    text = sentence(reason, catalogue.categories["cue"], "TIDAL", NUMBERS, ["a", "b", "c", "d"])
    for part in parts:
        assert part in text
    assert not [word for word in ("safe", "never", "does not send", "no evidence") if word in text]


@pytest.mark.parametrize("reason", ["not-exercised", "no-marks"])
def test_kinds_that_no_action_provokes(catalogue: Catalogue, reason: str) -> None:
    text = sentence(reason, catalogue.categories["identity"], "TIDAL", NUMBERS)
    assert "data about who you are" in text
    assert "no test" in text


def test_without_marks_nothing_is_said_about_following(catalogue: Catalogue) -> None:
    numbers = {**NUMBERS, "did": 0.0}
    text = sentence("observed", catalogue.categories["cue"], "TIDAL", numbers, ["a"])
    assert text == "Left for TIDAL: a (7 values in 3 messages)."


def test_a_named_cause_brings_its_own_counts(catalogue: Catalogue) -> None:
    text = sentence("observed", catalogue.categories["cue"], "TIDAL", {**NUMBERS, "cause_n": 15.0})
    assert "14 times" in text
    assert "followed" not in text
    assert "hands-off" not in text


def test_what_leaves_by_a_clock_is_not_held_against_actions(catalogue: Catalogue) -> None:
    text = sentence("observed", catalogue.categories["cue"], "TIDAL", {**NUMBERS, "by_clock": 1.0})
    assert "It leaves by a clock, so the moment shows no cause." in text
    assert "hands-off" not in text


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100%"), (0.9999, "over 99%"), (0.5, "50%"), (0.0001, "under 1%"), (0.0, "0%")],
)
def test_percent_is_honest_at_the_ends(share: float, text: str) -> None:
    assert percent(share) == text


def test_counts_and_plurals() -> None:
    assert many(1, "jump to a cue point") == "1 jump to a cue point"
    assert many(1234, "jump to a cue point") == "1,234 jumps to a cue point"


def test_bound_counts_clean_tries_only(catalogue: Catalogue) -> None:
    numbers = {**NUMBERS, "clean": 9.0, "bound": 0.2831}
    text = sentence("absent", catalogue.categories["cue"], "TIDAL", numbers)
    assert "up to 28% of cases" in text
    assert "counts the 9 times around which we could read enough" in text
    assert "still growing" not in text


def test_coverage_that_still_grows_is_said(catalogue: Catalogue) -> None:
    text = sentence("absent", catalogue.categories["cue"], "TIDAL", {**NUMBERS, "settled": 2.0})
    assert "Coverage still growing" in text


def test_sealed_times_are_counted(catalogue: Catalogue) -> None:
    text = sentence("sealed", catalogue.categories["cue"], "TIDAL", {**NUMBERS, "clean": 3.0})
    assert "Around 11 of them too little was readable" in text


def test_every_verdict_says_what_would_change_it() -> None:
    for verdict in ("seen", "seen, indirectly", "not seen", "not tested", "not visible"):
        assert falsifier(verdict)


def test_sentences_are_short(catalogue: Catalogue) -> None:
    """At most 20 words, the list of fields aside; names of kinds may add a few."""
    for reason in ("rebuilt", "positions-traced", "not-worked-out", "not-exercised", "no-marks", "too-few",
                   "no-journal", "sealed", "no-tail", "absent", "silent", "control-failed", "no-control"):  # fmt: skip
        text = sentence(reason, catalogue.categories["cue"], "TIDAL", NUMBERS)
        for part in text.split(". "):
            assert len(part.split()) <= 20, part
