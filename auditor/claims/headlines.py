"""Titles of the report's figures: each says the finding, not the variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.catalogue.model import Category
from auditor.claims.causes import spoken
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
    categories: Mapping[str, Category],
    lanes: Mapping[str, Lane],
    session: Mapping[str, Any],
    found: Mapping[str, Any],
    *,
    whole: bool = True,
) -> dict[str, str]:
    """Say which actions were followed by their own kind of data; `found` comes from `causes`.

    `whole` says that every observation is listed: only those have dots.
    """
    some = "" if whole else " There are too many to draw: these are of messages chosen by chance."
    if not session["has_marks"]:
        take = "This recording does not say what the DJ did. Dots show when matching data left."
        return {"title": "When data left", "take": take + some}
    done = {name: lane for name, lane in lanes.items() if lane["did"] and name in categories}
    sorts: dict[str, list[str]] = {title: [] for title in _TITLES}
    for name, lane in done.items():
        sorts[_sort(name, lane, found["lanes"])].append(kind(categories[name]))
    parts = [f"{title}: {', '.join(names)}." for title, names in sorts.items() if names]
    return {
        "title": " ".join(parts) or "What you did, and what left",
        "take": "Each lane is one kind of data. A triangle is something you did. A dot under it is matching data, placed where the message says it happened. A ring means that its position was found in other data."
        + some,
    }


_TITLES = (
    "Followed by data of their own kind",
    "Found in other data",
    "Left at other moments",
    "Not followed",
)


def _sort(name: str, lane: Lane, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the title under which a lane belongs.

    One of its actions is enough, when at least half of its times were followed and hands-off
    times were hit less often.
    """
    mine = [one for one in rows if one["category"] == name]
    if any(
        2 * one["hit"] >= one["n"] and one["hit"] * one["idle"] > one["idle_hit"] * one["n"]
        for one in mine
        if one["idle"]
    ):
        return _TITLES[0]
    if not lane["idle"] and 2 * lane["followed"] >= lane["did"]:
        return _TITLES[0]
    if lane["matched"]:
        return _TITLES[1]
    return _TITLES[2] if lane["observed"] else _TITLES[3]


def lane_headline(lane: Lane) -> str:
    """Say the numbers at the edge of a lane."""
    if not lane["did"]:
        return f"{lane['observed']:,} seen"
    if lane["matched"] and not lane["followed"]:
        return f"{lane['matched']} of {lane['moved']} found"
    return f"{lane['followed']} of {lane['did']}"


_HOW = {
    "with": "in other data",
    "soon": "5 to 60 seconds later",
    "flush": "in the next message of its kind",
    "apart": "left at other moments",
}
"""How data followed that the plain count of a kind did not show."""

_LATER = ("soon", "flush")
"""Lags whose controls are all other times, not the hands-off ones."""


def lane_actions(
    category: str, lane: Lane, found: Mapping[str, Any], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return, action by action, what followed and what left hands off, for the table of the lanes.

    The numbers are those of the tests of causes. An action whose own kind never followed, but
    that is named as a cause, is shown with the numbers of that cause and how it followed.
    """
    rows = [one for one in found["lanes"] if one["category"] == category]
    silent = lane["observed"] and not any(one["receiver"] for one in rows)
    causes = {
        (name.partition(".")[2], one["action"]): one
        for name, one in found["claims"].items()
        if name.partition(".")[0] == category and one["state"] == "caused"
    }
    shown = []
    for row in rows:
        cause = next(
            (
                (receiver, one)
                for (receiver, action), one in causes.items()
                if action == row["action"] and row["receiver"] in {"", receiver} and not row["hit"]
            ),
            None,
        )
        if cause:
            receiver, one = cause
            counts = (one["hit"], one["n"], one["control_hit"], one["controls"])
            shown.append(_action(row["action"], names.get(receiver, receiver), counts, one["lag"]))
        else:
            counts = (row["hit"], row["n"], row["idle_hit"], row["idle"])
            shown.append(
                _action(
                    row["action"],
                    names.get(row["receiver"], row["receiver"]),
                    counts,
                    "apart" if silent else "",
                )
            )
    return shown


def _action(
    action: str, receiver: str, counts: tuple[int, int, int, int], lag: str
) -> dict[str, Any]:
    hit, n, control_hit, controls = counts
    other = f"{control_hit} of {controls}" if controls else ""
    return {
        "action": spoken(action),
        "receiver": receiver,
        "followed": f"{hit} of {n}",
        "hands_off": other if lag not in _LATER else "",
        "otherwise": other if lag in _LATER else "",
        "how": _HOW.get(lag, ""),
    }
