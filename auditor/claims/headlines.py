"""Titles of the report's figures: each says the finding, not the variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.catalogue.model import Category
from auditor.claims.words import kind, many, percent

Lane = Mapping[str, int]


def who(receivers: Sequence[Mapping[str, Any]], totals: Mapping[str, int]) -> dict[str, str]:
    """Say who received what, in messages."""
    if not receivers:
        return {"title": "Nothing left", "take": "No message left in this recording."}
    first, rest = receivers[0], receivers[1:]
    title = f"{first['messages']:,} of {many(totals['messages_out'], 'message')} left for {first['name']}"
    others = ", ".join(f"{one['name']} {one['messages']:,}" for one in rest[:4])
    more = sum(one["messages"] for one in rest[4:])
    tail = f", {many(len(rest) - 4, 'other receiver')} {more:,}" if more else ""
    take = (
        f"The others: {others}{tail}." if others else "No other receiver appears in this recording."
    )
    return {"title": title, "take": take}


def coverage(shares: Mapping[str, float], totals: Mapping[str, int]) -> dict[str, Any]:
    """Say how much of what was sent could be read, in bytes."""
    whole = totals["bytes_out"] + totals["bytes_unopened"]
    take = f"We could read {percent(shares['readable'])} of the {whole:,} bytes that left through our recording."
    if shares["readable"] < 1:
        take += " Any kind of data could be in the rest."
    return {"title": "How much of the sent data we could read", "take": take, **shares}


def timeline(
    categories: Mapping[str, Category], lanes: Mapping[str, Lane], session: Mapping[str, Any]
) -> dict[str, str]:
    """Say which actions were followed by their own kind of data."""
    if not session["has_marks"]:
        return {
            "title": "When data left",
            "take": "This recording does not say what the DJ did. Dots show when matching data left.",
        }
    done = {name: lane for name, lane in lanes.items() if lane["did"] and name in categories}
    yes = [name for name, lane in done.items() if 2 * lane["followed"] >= lane["did"]]
    found = [name for name, lane in done.items() if lane["matched"] and name not in yes]
    no = [name for name in done if not done[name]["followed"] and name not in found]
    parts = [
        f"{title}: {', '.join(kind(categories[name]) for name in names)}."
        for title, names in (
            ("Followed by data of their own kind", yes),
            ("Found in other data", found),
            ("Not followed", no),
        )
        if names
    ]
    return {
        "title": " ".join(parts) or "What you did, and what left",
        "take": "Each lane is one kind of data. A triangle is something you did. A dot under it is matching data, placed where the message says it happened. A ring means that its position was found in other data.",
    }


def lane_headline(lane: Lane) -> str:
    """Say the numbers at the edge of a lane."""
    if not lane["did"]:
        return f"{lane['observed']:,} seen"
    if lane["matched"] and not lane["followed"]:
        return f"{lane['matched']} of {lane['moved']} found"
    return f"{lane['followed']} of {lane['did']}"
