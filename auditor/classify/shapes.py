"""Say what a value looks like, so that a word alone does not decide.

Numbers sent as text count as numbers: many telemetry formats send everything as text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from auditor.records import Value

_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?")
_CAMELOT = re.compile(r"(?:1[0-2]|[1-9])[ABdm]|[A-Ga-g][#b♯♭]?(?:\s?(?:m|min|maj|minor|major))?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[\w #+./:-]{1,64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HASH = re.compile(r"(?=[a-f]*\d)(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})")
_VERSION = re.compile(r"[vV]?\d{1,5}(?:\.\d{1,8}){1,4}(?:[-+ ][\w.+-]{1,32})?")
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Z][a-z]{3})?(?:[-_][A-Za-z]{2})?")
_FRACTION = re.compile(r"1/(?:2|4|8|16|32|64)")
_DAY_MS = 86_400_000
_BITS = 64
"""Longer integers are ids or rubbish, and may not fit a float."""
COUNTS = (-1, 10_000)
LOOPS = (1 / 64, 512)
"""Usual lengths of loops in beats."""
POWER_OF_TWO = 0.5
"""Mantissa of the powers of two."""
MOMENTS = (1.0e9, 3.0e9)
"""Seconds since 1970, from 2001 to 2065."""
RANGES = {
    "position": (-10_000, _DAY_MS),
    "number": (-1e15, 1e15),
    "bpm": (20, 400),
    "ratio": (-4, 4),
    "percent": (-100, 100),
}
"""Shapes that are a range of numbers."""


def fits(value: Value, shapes: tuple[str, ...]) -> str:
    """Return the name of the first shape that fits, or an empty text."""
    for shape in shapes:
        if SHAPES[shape](value):
            return shape
    return ""


def number_of(value: Value) -> float | None:
    """Return the number that a value is or spells."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return float(value) if value.bit_length() < _BITS else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _between(low: float, high: float) -> Callable[[Value], bool]:
    def check(value: Value) -> bool:
        number = number_of(value)
        return number is not None and low <= number <= high

    return check


def _text(expression: re.Pattern[str]) -> Callable[[Value], bool]:
    def check(value: Value) -> bool:
        return isinstance(value, str) and bool(expression.fullmatch(value.strip()))

    return check


def _is_switch(value: Value) -> bool:
    if isinstance(value, bool):
        return True
    return str(value).lower() in {"0", "1", "true", "false", "on", "off", "yes", "no"}


def _is_count(value: Value) -> bool:
    number = number_of(value)
    return number is not None and number.is_integer() and COUNTS[0] <= number <= COUNTS[1]


def _is_time(value: Value) -> bool:
    number = number_of(value)
    if number is not None:
        return any(MOMENTS[0] <= number / scale <= MOMENTS[1] for scale in (1, 1e3, 1e6))
    return isinstance(value, str) and bool(_TIME.fullmatch(value))


def _is_beats(value: Value) -> bool:
    """Say whether a number is a usual length of a loop: 1/64 to 512 beats, doubling."""
    number = number_of(value)
    if number is None:
        return isinstance(value, str) and bool(_FRACTION.fullmatch(value))
    return LOOPS[0] <= number <= LOOPS[1] and math.frexp(number)[0] == POWER_OF_TWO


def _is_any(value: Value) -> bool:
    return bool(value) or value == 0


SHAPES: dict[str, Callable[[Value], bool]] = {
    **{name: _between(low, high) for name, (low, high) in RANGES.items()},
    "count": _is_count,
    "musical-key": _text(_CAMELOT),
    "switch": _is_switch,
    "word": _text(_WORD),
    "text": lambda value: isinstance(value, str) and bool(value.strip()),
    "id": lambda value: bool(str(value)) and not isinstance(value, bool | float),
    "email": _text(_EMAIL),
    "time": _is_time,
    "beats": _is_beats,
    "uuid": _text(_UUID),
    "hash": _text(_HASH),
    "version": _text(_VERSION),
    "locale": _text(_LOCALE),
    "any": _is_any,
}
