"""Blind spots: whatever was sealed, lost or bypassed is named with its numbers."""

from __future__ import annotations

import pytest

from auditor.claims.blind import blind_spots
from auditor.records import OUTCOMES
from auditor.tables.build import frame
from auditor.tables.schema import TABLES

SESSION = {
    "has_journal": True,
    "has_marks": True,
    "canned_server": False,
    "interventions": [],
    "formats": ["session"],
}


def tables(unread: list[tuple[object, ...]], connections: list[tuple[object, ...]]):  # type: ignore[no-untyped-def]
    return {
        "unread": frame(unread, TABLES["unread"]),
        "connections": frame(connections, TABLES["connections"]),
    }


@pytest.mark.parametrize("outcome", [one for one in OUTCOMES if one != "decrypted"])
def test_every_outcome_but_decrypted_is_named(outcome: str) -> None:
    row = ("c", outcome, 1.0, 2.0, "sealed.example", "", "sealed.example", 77, 0, "", "")
    (spot,) = [one for one in blind_spots(tables([], [row]), SESSION, []) if one["id"] == outcome]
    assert "1 connection " in spot["sentence"]
    assert "sealed.example" in spot["sentence"]
    assert (spot["count"], spot["bytes"]) == (1, 77)


def test_decrypted_connections_are_no_blind_spot() -> None:
    row = ("c", "decrypted", 1.0, 2.0, "x", "", "x", 77, 0, "", "")
    assert [one["id"] for one in blind_spots(tables([], [row]), SESSION, [])] == [
        "bypass", "arrival", "elsewhere", "replies"
    ]  # fmt: skip


def test_unread_parts_and_losses_are_counted() -> None:
    rows = [(n, 0, "out", 1.0, "tidal", "e", "damaged", "", "", 40) for n in range(3)]
    loss = {"reason": "damaged", "count": 2, "size": 999, "detail": ""}
    first, second, *_ = blind_spots(tables(rows, []), SESSION, [loss])
    assert "3 parts of messages (120 bytes) for tidal" in first["sentence"]
    assert "damaged: 2 times, 999 bytes" in second["sentence"]


def test_what_a_bare_capture_cannot_know() -> None:
    bare = {
        "has_journal": False,
        "has_marks": False,
        "canned_server": True,
        "interventions": [],
        "formats": ["session"],
    }
    ids = [one["id"] for one in blind_spots(tables([], []), bare, [])]
    assert ids[:3] == ["no-journal", "no-marks", "staged"]


def test_what_is_not_named_is_counted() -> None:
    rows = [("c", "quic", 1.0, 2.0, f"h{n}.example", "", "", 1, 0, "", "") for n in range(5)]
    spot = next(one for one in blind_spots(tables([], rows), SESSION, []) if one["id"] == "quic")
    assert "5 connections to h0.example, h1.example, h2.example and 2 more" in spot["sentence"]


def test_what_we_blocked_is_a_blind_spot() -> None:
    session = {**SESSION, "interventions": [{"what": "block-quic", "count": 4, "targets": []}]}
    (spot,) = [one for one in blind_spots(tables([], []), session, []) if one["id"] == "blocked-0"]
    assert "We refused 4 times on purpose" in spot["sentence"]
    assert spot["count"] == 4
