"""Read a mark: something the tester did, told while the capture runs."""

from __future__ import annotations

import json
import math
import re

from auditor.records import Mark, Value

HOST = "auditor.invalid"
"""Requests to this host are for the recorder; the name cannot exist on the internet (RFC 2606)."""

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")

LIMIT = 1 << 16
"""Bytes of a mark."""

_SECONDS_BELOW = 1e11
"""A time that is not below this counts milliseconds: as seconds it lies after the year 5000."""


def check_request(method: str, body: bytes, from_page: bool) -> None:
    """Raise ValueError, with a sentence that says why, for a request that must not bring a mark."""
    if method != "POST":
        raise ValueError("A mark comes by POST.")
    if from_page:
        raise ValueError("Marks come from the tester, not from a web page.")
    if len(body) > LIMIT:
        raise ValueError(f"A mark has at most {LIMIT} bytes.")


def parse_mark(text: str | bytes, now: float) -> Mark:
    """Read a mark from JSON; times default to `now`, a missing end to the start.

    Raises ValueError with a sentence that says what is wrong.
    """
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("A mark is a JSON object in UTF-8.") from None
    if not isinstance(entry, dict):
        raise ValueError('A mark is a JSON object, for example {"action": "play"}.')  # noqa: TRY004
    unknown = sorted(set(entry) - {"action", "start", "end", "values"})
    if unknown:
        raise ValueError(f"A mark has action, start, end and values, not {', '.join(unknown)}.")
    action = entry.get("action")
    if not isinstance(action, str) or not _WORD.fullmatch(action):
        raise ValueError("`action` is a word of small letters, digits and hyphens, such as seek.")
    start = _moment("start", entry.get("start"), now)
    end = _moment("end", entry.get("end"), start)
    if end < start:
        raise ValueError("`end` lies before `start`.")
    return Mark(action, start, end, _values(entry.get("values")))


def _moment(name: str, value: object, default: float) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"`{name}` is a number of seconds since 1970.")
    if not 0 <= value < _SECONDS_BELOW:
        raise ValueError(f"`{name}` counts seconds since 1970, not milliseconds.")
    return float(value)


def _values(values: object) -> dict[str, Value]:
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ValueError("`values` is an object of names and values.")  # noqa: TRY004
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{json.dumps(name[:64])} is no name of a value.")
        if not isinstance(value, str | int | float | None):
            raise ValueError(f"The value of {name} is a string, number, true, false or null.")  # noqa: TRY004
    return values
