from dataclasses import replace

import pytest

from auditor.claims.verdict import Rebuilt, Subject, decide

TESTED = Subject(
    values=0,
    strength="medium",
    did=14,
    moved=12,
    traced=0,
    rebuilt=Rebuilt(),
    carriers=0,
    readable=0.92,
    tail_s=60,
    has_marks=True,
    has_journal=True,
    clean=14,
    control="passed",
)


@pytest.mark.parametrize(
    ("change", "verdict", "reason"),
    [
        ({}, "not seen", "absent"),
        ({"readable": None}, "not seen", "silent"),
        ({"values": 3}, "seen", "observed"),
        ({"values": 3, "did": 0, "has_marks": False}, "seen", "observed"),
        ({"carriers": 1, "rebuilt": Rebuilt(8, 8, 8), "traced": 12}, "seen, indirectly", "rebuilt"),
        ({"carriers": 1, "rebuilt": Rebuilt(10, 5, 5)}, "seen, indirectly", "rebuilt"),
        ({"carriers": 1, "rebuilt": Rebuilt(5, 5, 4)}, "not visible", "not-worked-out"),
        ({"carriers": 1, "rebuilt": Rebuilt(11, 5, 5)}, "not visible", "not-worked-out"),
        ({"carriers": 1, "rebuilt": Rebuilt(5, 11, 5)}, "not visible", "not-worked-out"),
        ({"rebuilt": Rebuilt(8, 8, 8)}, "not seen", "absent"),
        ({"carriers": 1, "traced": 12}, "seen, indirectly", "positions-traced"),
        ({"carriers": 1, "traced": 6}, "seen, indirectly", "positions-traced"),
        ({"carriers": 1, "traced": 5}, "not visible", "not-worked-out"),
        ({"carriers": 1, "traced": 0, "moved": 0}, "not visible", "not-worked-out"),
        ({"carriers": 1, "traced": 4, "did": 4}, "not visible", "not-worked-out"),
        ({"traced": 14}, "not seen", "absent"),
        ({"did": 4}, "not visible", "too-few"),
        ({"did": 5}, "not seen", "absent"),
        ({"readable": 0.79}, "not visible", "sealed"),
        ({"readable": 0.8}, "not seen", "absent"),
        ({"tail_s": 29.9}, "not visible", "no-tail"),
        ({"has_journal": False}, "not visible", "no-journal"),
        ({"clean": 4}, "not visible", "sealed"),
        ({"clean": 5}, "not seen", "absent"),
        ({"control": "failed"}, "not visible", "control-failed"),
        ({"control": "failed", "has_journal": False}, "not visible", "control-failed"),
        ({"control": "none"}, "not visible", "no-control"),
        ({"control": "none", "readable": 0.1}, "not visible", "sealed"),
        ({"did": 0}, "not tested", "not-exercised"),
        ({"did": 0, "carriers": 2}, "not tested", "not-exercised"),
        ({"did": 0, "has_marks": False}, "not tested", "no-marks"),
    ],
)
def test_first_rule_that_applies_wins(change: dict[str, object], verdict: str, reason: str) -> None:
    decision = decide(replace(TESTED, **change))  # type: ignore[arg-type]
    assert (decision.verdict, decision.reason) == (verdict, reason)


def test_strength_only_where_something_was_seen() -> None:
    assert decide(replace(TESTED, values=1, strength="strong")).strength == "strong"
    assert decide(TESTED).strength == ""
