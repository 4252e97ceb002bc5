"""Small tables for tests of windows: times are seconds after `T`."""

from __future__ import annotations

import json

import pandas as pd

from auditor.tables.build import frame
from auditor.tables.schema import TABLES

T = 1_700_000_000.0


def marks(*rows: tuple[str, float, float], **values: str) -> pd.DataFrame:
    """Return marks of action, start and end."""
    full = [
        (n, action, "", T + start, T + end, json.dumps(values), False, False, None)
        for n, (action, start, end) in enumerate(rows)
    ]
    return frame(full, TABLES["marks"])


def exchanges(*rows: tuple[float, int, int], endpoint: str = "e") -> pd.DataFrame:
    """Return exchanges of time, bytes sent and bytes read."""
    full = [
        (n, 0, "i", "http", "", T + time, "tidal", "TIDAL", "streaming service", endpoint, True, "POST", "h",
         200, "seek", 1, out, read, 0)
        for n, (time, out, read) in enumerate(rows)
    ]  # fmt: skip
    return frame(full, TABLES["exchanges"])


def fields(*first: float) -> pd.DataFrame:
    """Return fields that left first at these times."""
    full = [
        ("tidal", "e", "", "body", f"p{n}", 1, 1, "string", 1, "", "seek", "strong", "", "r", "observed", "", "",
         T + time, T + time)
        for n, time in enumerate(first)
    ]  # fmt: skip
    return frame(full, TABLES["fields"])


def observations(
    *rows: tuple[int, float, float | None, str], category: str = "seek"
) -> pd.DataFrame:
    """Return observations of field, time it left, time it tells and value; one message each."""
    full = [
        (n, 0, T + left, None if told is None else T + told, "tidal", "e", "", "body", f"p{field}", value, None,
         "", category, "strong", "r", "observed", "", field)
        for n, (field, left, told, value) in enumerate(rows)
    ]  # fmt: skip
    return frame(full, TABLES["observations"])


def sealed(*times: float) -> dict[str, pd.DataFrame]:
    """Return connections that refused the recording at these times, and no unread messages."""
    full = [
        (str(n), "refused-by-client", T + at, None, "x", "", "vendor", 500, 0, "", "")
        for n, at in enumerate(times)
    ]
    return {
        "connections": frame(full, TABLES["connections"]),
        "unread": frame([], TABLES["unread"]),
    }
