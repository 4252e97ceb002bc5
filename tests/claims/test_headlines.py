"""Titles of the timeline, and what its table says action by action."""

from typing import Any

import pytest

from auditor.catalogue.model import Catalogue
from auditor.claims.headlines import lane_actions, timeline

LANE = {"did": 15, "followed": 0, "moved": 0, "matched": 0, "observed": 0, "idle": 15, "idle_hit": 0}  # fmt: skip
NAMES = {"tidal": "TIDAL"}


def row(hit: int = 0, idle_hit: int = 0, **more: Any) -> dict[str, Any]:
    who = "tidal" if hit or idle_hit else ""
    return {"category": "cue", "action": "cue-jump", "receiver": who, "n": 15, "hit": hit,
            "idle": 15, "idle_hit": idle_hit, **more}  # fmt: skip


def found(*rows: dict[str, Any], **claims: dict[str, Any]) -> dict[str, Any]:
    return {"lanes": list(rows), "claims": {f"{name}.tidal": one for name, one in claims.items()}}


@pytest.mark.parametrize(
    ("rows", "lane", "title"),
    [
        ([row(14)], {"followed": 14, "observed": 14}, "Followed by data of their own kind"),
        ([row(2, n=30), row(14)], {"followed": 16, "observed": 16}, "Followed by data"),
        ([row(14, 15)], {"followed": 14, "observed": 29}, "Left at other moments"),
        ([row(3)], {"followed": 3, "observed": 3}, "Left at other moments"),
        ([row()], {"observed": 4}, "Left at other moments"),
        ([row()], {"matched": 15}, "Found in other data"),
        ([row()], {}, "Not followed"),
        ([row(9, idle=0)], {"followed": 9, "idle": 0}, "Followed by data"),
    ],
)
def test_titles(
    catalogue: Catalogue, rows: list[dict[str, Any]], lane: dict[str, int], title: str
) -> None:
    lanes = {"cue": {**LANE, **lane}}
    told = timeline(catalogue.categories, lanes, {"has_marks": True}, found(*rows))["title"]
    assert told.startswith(title)
    assert told.endswith(": cue points.")


def test_actions_have_the_numbers_of_the_test() -> None:
    [one] = lane_actions("cue", LANE, found(row(14, 1), row(3, category="loop")), NAMES)
    assert one == {"action": "cue jump", "receiver": "TIDAL", "followed": "14 of 15",
                   "hands_off": "1 of 15", "otherwise": "", "how": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("lag", "how", "where"),
    [("with", "in other data", "hands_off"), ("flush", "in the next message", "otherwise")],
)
def test_a_named_cause_replaces_a_silent_row(lag: str, how: str, where: str) -> None:
    cause = {"state": "caused", "action": "cue-jump", "lag": lag, "n": 15, "hit": 14,
             "controls": 90, "control_hit": 2}  # fmt: skip
    [one] = lane_actions("cue", LANE, found(row(), cue=cause), NAMES)
    assert (one["receiver"], one["followed"], one[where]) == ("TIDAL", "14 of 15", "2 of 90")
    assert one["how"].startswith(how)
    [same] = lane_actions("cue", LANE, found(row(13), cue=cause), NAMES)
    assert (same["followed"], same["how"]) == ("13 of 15", "")


def test_data_that_left_at_other_moments_is_not_shown_as_silence() -> None:
    [one] = lane_actions("cue", {**LANE, "observed": 9}, found(row()), NAMES)
    assert one["how"] == "left at other moments"
