"""Count what left, for whom, when, and how much of it could be read."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
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
    hosts: dict[str, set[str]] = {}
    pairs = exchanges[["receiver", "host"]].drop_duplicates()
    for receiver, host in pairs.itertuples(index=False):
        hosts.setdefault(receiver, set()).add(host)
    grouped = exchanges.groupby("receiver", observed=True)
    told = grouped[["receiver_name", "role"]].first()
    sums = grouped[["messages_out", "bytes_out", "bytes_read"]].sum()
    rows = [
        {
            "id": receiver,
            "name": name,
            "role": role,
            "known": role != "unknown",
            "hosts": sorted(hosts[receiver]),
            "messages": int(messages),
            "bytes_out": int(sent),
            "bytes_read": int(read),
            "categories": carried.get(receiver, {}),
        }
        for receiver, name, role, messages, sent, read in told.join(sums).itertuples()
    ]
    return sorted(rows, key=lambda row: (-row["messages"], row["id"]))


def flows(exchanges: pd.DataFrame) -> list[dict[str, Any]]:
    """Count each message once, under its receiver and its main content."""
    counts = exchanges.groupby(["receiver", "content"], observed=True)["messages_out"].sum()
    rows = [
        {"receiver": receiver, "category": content, "messages": int(count)}
        for receiver, content, count in counts.reset_index().itertuples(index=False)
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
    sums = [
        np.bincount(place[mine], exchanges["messages_out"][mine], minlength=count).astype(int)
        for mine in (~sealed, sealed)
    ]
    rows = [
        {"start": started + width * number, "readable": readable, "unreadable": unreadable}
        for number, (readable, unreadable) in enumerate(
            zip(*(one.tolist() for one in sums), strict=True)
        )
    ]
    return width, rows
