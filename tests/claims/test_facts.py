"""Notices: whatever makes a report less than it looks stands above everything else."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.claims.facts import notices

PLAIN = {
    "synthetic": False, "canned_server": False, "app_kind": "DJ application", "damaged": False,
    "addon_errors": 0, "unknown_actions": [], "control": {"state": "passed"}, "stopped": "",
    "interventions": [],
}  # fmt: skip

ALL = {"observations": 7, "observations_listed": 7}


def capture(exchanges: int = 1, losses: int = 0) -> list[dict[str, Any]]:
    return [{"exchanges": exchanges, "losses": [{"count": losses}] if losses else []}]


def test_a_whole_recording_of_a_dj_application_needs_none() -> None:
    assert notices(PLAIN, capture(), ALL) == []


@pytest.mark.parametrize(
    ("change", "read", "said"),
    [
        ({"synthetic": True}, capture(), "Synthetic capture."),
        ({"canned_server": True}, capture(), "replies we made ourselves"),
        ({"app_kind": "published client"}, capture(), "No DJ application was running"),
        ({"damaged": True, "addon_errors": 1}, capture(), "The recorder failed once:"),
        ({"control": {"state": "failed"}}, capture(), "do not trust its silence"),
        ({"stopped": "disk full"}, capture(), "ended by itself: disk full."),
        ({"interventions": [{"count": 2}]}, capture(), "We interfered 2 times"),
        ({"unknown_actions": ["dance"]}, capture(), "left aside: dance."),
        ({}, capture(exchanges=0), "holds no message"),
        ({}, capture(losses=1), "1 part of the recording could not be read, or was left aside."),
        ({}, capture(losses=3), "3 parts of the recording could not be read, or were left aside."),
    ],
)
def test_every_weakness_is_said(
    change: dict[str, Any], read: list[dict[str, Any]], said: str
) -> None:
    (line,) = notices({**PLAIN, **change}, read, ALL)
    assert said in line


def test_a_recording_with_too_many_observations_says_what_is_listed() -> None:
    (line,) = notices(PLAIN, capture(), {"observations": 3_000_000, "observations_listed": 800_000})
    assert "800,000 of 3,000,000 observations are listed" in line
