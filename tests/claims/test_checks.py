"""What a recording says about itself comes through in plain words, and doubt is never left out."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.claims import checks

FOUND = ["json", "gzip+json", "query"]


@pytest.mark.parametrize(
    ("result", "state", "said"),
    [
        ({"passed": True, "found": FOUND, "missed": []}, "passed", "All 3 were found again."),
        (
            {"passed": False, "found": ["json"], "missed": ["query"]},
            "failed",
            "found again: query.",
        ),
        ({"passed": True, "found": ["json"], "missed": ["query"]}, "failed", "Not for certain."),
        ({"passed": True, "found": [], "missed": []}, "failed", "Not for certain."),
        ({"passed": "yes", "found": FOUND, "missed": []}, "failed", "Not for certain."),
        ("nonsense", "none", "No test messages were planted"),
        (None, "none", "No test messages were planted"),
    ],
)
def test_control_passes_only_when_everything_was_found(result: Any, state: str, said: str) -> None:
    box = checks.control({"control": result})
    assert box["state"] == state
    assert said in box["text"]


def test_schedule_is_told_with_its_seed_and_hash() -> None:
    told = {
        "protocol": {
            "id": "quick",
            "title": "Quick look",
            "seed": 7,
            "hash": "ab" * 32,
            "steps": 40,
        }
    }
    session = {"control": checks.control({}), "protocol": checks.schedule(told)}
    lines = dict(checks.method(session))
    assert "Quick look, 40 steps, order drawn with seed 7" in lines["Schedule"]
    assert "ab" * 32 in lines["Schedule"]
    assert checks.schedule({"protocol": {"id": "quick"}}) == {}
    assert "Schedule" not in dict(checks.method({**session, "protocol": {}}))


def test_what_we_blocked_is_said_with_its_targets() -> None:
    one = {"what": "block-receiver", "count": 3, "targets": ["segment"]}
    ((sentence, count),) = checks.blocked({"interventions": [one]})
    assert count == 3
    assert sentence.startswith(
        "We refused 3 times on purpose: connections to a receiver (segment)."
    )
