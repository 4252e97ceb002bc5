"""What a value looks like, and an invented one of the same shape."""

from __future__ import annotations

import re

from auditor.records import Value

_UUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?")
_NAME = re.compile(r"[A-Za-z][A-Za-z _.:/-]{1,59}")
_MOMENTS = ((1e9, 3e9, "unix-s"), (1e12, 3e12, "unix-ms"), (1e15, 3e15, "unix-us"))
_NAMED = (
    (
        re.compile(
            r"(?:^|[_.\]-])(?i:ms|msec|millis|milliseconds)$|[a-z](?:Ms|Millis|Milliseconds)$"
        ),
        "ms",
    ),
    (re.compile(r"(?:^|[_.\]-])(?i:sec|secs|seconds)$|[a-z](?:Sec|Seconds)$"), "s"),
    (re.compile(r"(?i)bpm$"), "bpm"),
    (re.compile(r"(?i)percent$"), "percent"),
)
_INVENTED = {"unix-s": 1763683200, "unix-ms": 1763683200000, "unix-us": 1763683200000000}
_NAMED_VALUE: dict[str, float] = {"ms": 61234, "s": 61.5, "bpm": 124, "percent": 50}


def unit(path: str, value: Value) -> str:
    """Return the unit that value and name suggest, or nothing."""
    number = _number(value)
    if number is None:
        return ""
    for low, high, name in _MOMENTS:
        if low <= number <= high:
            return name
    return next((name for shape, name in _NAMED if shape.search(path)), "")


def is_moment(value: Value) -> bool:
    """Say whether a value tells a time of our days."""
    if isinstance(value, str) and _ISO.fullmatch(value):
        return True
    return unit("", value).startswith("unix-")


def is_name(value: str) -> bool:
    """Say whether a text is plain words, as programs name events; anything with digits is not."""
    return bool(_NAME.fullmatch(value))


def invent(path: str, value: Value) -> Value:
    """Return a value of the same shape that nobody has sent."""
    if isinstance(value, bool) or value in {None, ""}:
        return value
    if isinstance(value, str):
        return _invent_text(path, value)
    guess = unit(path, value)
    if guess in _INVENTED:
        return _INVENTED[guess]
    if guess:
        return _NAMED_VALUE[guess]
    return 0.5 if isinstance(value, float) else 1


def _invent_text(path: str, value: str) -> Value:
    if _NUMBER.fullmatch(value):
        return str(invent(path, float(value) if "." in value else int(value)))
    if _UUID.fullmatch(value):
        return "00000000-0000-4000-8000-000000000001"
    if _ISO.fullmatch(value):
        return "2026-01-01T00:00:00Z"
    if "@" in value:
        return "dj@example.test"
    if value.startswith(("http://", "https://")):
        return "https://example.test/"
    return "true" if value in {"true", "false"} else "invented"


def _number(value: Value) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return float(value) if isinstance(value, int | float) and abs(value) < 2**63 else None
