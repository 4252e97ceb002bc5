"""Tell moments from numbers that are none."""

from __future__ import annotations

import math

_LATEST = 9e9
"""In the year 2255. Tables and calendars end a little later; a capture from then is damaged."""


def moment(value: object) -> float:
    """Return seconds since 1970; ValueError or TypeError when the value is no such number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a moment is a number")
    if not 0 <= value <= _LATEST or not math.isfinite(value):
        raise ValueError("no moment between 1970 and 2255")
    return float(value)
