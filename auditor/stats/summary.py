"""Count what left, for whom, when, and how much of it could be read."""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import Any

import pandas as pd

from auditor.stats.clock import seconds

UNOPENED = (
    "refused-by-client",
    "established-silent",
    "passed-through",
    "not-http",
    "quic",
)
"""Outcomes of connections that carried data which nobody could open."""

_BINS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_MOST_BARS = 60


def totals(tables: dict[str, pd.DataFrame], observations: int) -> dict[str, int]:
    """Count messages, bytes and rows of the whole audit; `observations` are all, listed or not.

    `bytes_sealed` were opened but not understood; `bytes_unopened` went through connections
    that refused the recording or bypassed it, as far as the journal knows them.
    """
    exchanges, fields = tables["exchanges"], tables["fields"]
    out, read = int(exchanges["bytes_out"].sum()), int(exchanges["bytes_read"].sum())
    return {
        "exchanges": len(exchanges),
        "messages_out": int(exchanges["messages_out"].sum()),
        "bytes_out": out,
        "bytes_read": read,
        "bytes_sealed": out - read,
        "bytes_unopened": int(unopened(tables["connections"])["bytes_up"].sum()),
        "observations": observations,
        "observations_listed": len(tables["observations"]),
        "fields": len(fields),
        "fields_unclassified": int((fields["category"] == "other").sum()),
        "unread": len(tables["unread"]),
        "connections": len(tables["connections"]),
    }


def unopened(connections: pd.DataFrame) -> pd.DataFrame:
    """Return the connections whose content nobody could open."""
    return connections[connections["outcome"].isin(UNOPENED)]


def shares(counts: dict[str, int]) -> dict[str, float]:
    """Split everything that was sent into readable, sealed and unopened; they add up to 1."""
    whole = counts["bytes_out"] + counts["bytes_unopened"]
    if not whole:
        return {"readable": 0.0, "sealed": 0.0, "unopened": 0.0}
    return {
        "readable": counts["bytes_read"] / whole,
        "sealed": counts["bytes_sealed"] / whole,
        "unopened": counts["bytes_unopened"] / whole,
    }


def receivers(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """List who got messages, most first, with the messages that carried each category.

    Weak observations are candidates and do not count.
    """
    exchanges = tables["exchanges"]
    carried: dict[str, dict[str, int]] = {}
    names = ["receiver", "category", "messages"]
    for receiver, category, count in tables["kinds"][names].itertuples(index=False):
        carried.setdefault(receiver, {})[category] = int(count)
    rows: dict[str, dict[str, Any]] = {}
    columns = (
        "receiver",
        "receiver_name",
        "role",
        "host",
        "messages_out",
        "bytes_out",
        "bytes_read",
    )
    for receiver, name, role, host, *amounts in zip(
        *(exchanges[column].tolist() for column in columns), strict=True
    ):
        row = rows.setdefault(
            receiver,
            {
                "id": receiver,
                "name": name,
                "role": role,
                "known": role != "unknown",
                "hosts": set(),
                "messages": 0,
                "bytes_out": 0,
                "bytes_read": 0,
                "categories": carried.get(receiver, {}),
            },
        )
        row["hosts"].add(host)
        for key, amount in zip(("messages", "bytes_out", "bytes_read"), amounts, strict=True):
            row[key] += int(amount)
    for row in rows.values():
        row["hosts"] = sorted(row["hosts"])
    return sorted(rows.values(), key=lambda row: (-row["messages"], row["id"]))


def flows(exchanges: pd.DataFrame) -> list[dict[str, Any]]:
    """Count each message once, under its receiver and its main content."""
    counts: Counter[tuple[str, str]] = Counter()
    columns = (exchanges["receiver"], exchanges["content"], exchanges["messages_out"])
    for receiver, content, count in zip(*columns, strict=True):
        counts[str(receiver), str(content)] += int(count)
    rows = [
        {"receiver": receiver, "category": content, "messages": count}
        for (receiver, content), count in counts.items()
        if count
    ]
    return sorted(rows, key=lambda row: (-row["messages"], row["receiver"], row["category"]))


def bars(exchanges: pd.DataFrame, started: float, ended: float) -> tuple[int, list[dict[str, Any]]]:
    """Return the width of a bar in seconds, and messages per bar, readable or not."""
    span = max(ended - started, 1.0)
    width = next((size for size in _BINS if span / size <= _MOST_BARS), ceil(span / _MOST_BARS))
    count = int(span // width) + 1
    sealed = (exchanges["bytes_read"] == 0) & (exchanges["bytes_out"] > 0)
    place = ((seconds(exchanges["time"]) - started) // width).clip(0, count - 1).astype("int64")
    rows = [
        {"start": started + width * number, "readable": 0, "unreadable": 0}
        for number in range(count)
    ]
    for number, dark, messages in zip(place, sealed, exchanges["messages_out"], strict=True):
        rows[number]["unreadable" if dark else "readable"] += int(messages)
    return width, rows
