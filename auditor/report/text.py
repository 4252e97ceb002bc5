"""Spell numbers, sizes, times and captured strings for people."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from auditor.report.view import Segment

LONGEST = 1000
"""Characters of one string that a page ever shows."""

_UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_LABEL = re.compile(r"‹(?:[a-z][a-z-]* [a-z0-9]{4}(?:, \d+ characters)?|\d+ bytes)›")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60
_LEAST = 0.001
_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def number(value: float) -> str:
    """Return a count with thousands separated; a fraction keeps at most three digits.

    What is smaller than those can show is no zero: it reads as under the least of them.
    """
    if value == int(value):
        return f"{int(value):,}"
    if 0 < value < _LEAST:
        return f"under {_LEAST}"
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def share(value: float) -> str:
    """Return 0..1 as a percentage; only exactly nothing and exactly all read 0% and 100%."""
    percent = f"{value:.0%}"
    if percent == "100%" and value < 1:
        return "over 99%"
    return "under 1%" if percent == "0%" and value > 0 else percent


def size(count: float) -> str:
    """Return bytes with a decimal unit."""
    for unit, word in _UNITS:
        if count >= unit:
            return f"{count / unit:,.{1 if count < 10 * unit else 0}f} {word}"
    return plural(int(count), "byte")


def plural(count: int, one: str, many: str = "") -> str:
    """Return the count with its noun."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def clock(seconds: float) -> str:
    """Return a moment to the millisecond, UTC."""
    moment = _moment(seconds)
    return f"{_day(moment)}, {moment:%H:%M:%S}.{moment.microsecond // 1000:03d} UTC"


def span(started: float, ended: float) -> str:
    """Return the two ends of a session and its length, UTC."""
    first, last = (_moment(seconds) for seconds in (started, ended))
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{_day(last)}, {last:%H:%M}"
    ends = [f"{first:%H:%M}", until]
    return f"{_day(first)}, {'–'.join(dict.fromkeys(ends))} UTC ({duration(ended - started)})"


def duration(seconds: float) -> str:
    """Return a length of time in the two largest units that say something."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 2 * _MINUTE:
        return f"{number(round(seconds))} s"
    minutes = round(seconds / _MINUTE)
    if minutes < 2 * _MINUTE:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def visible(text: str, limit: int = LONGEST) -> str:
    """Spell control, direction, zero-width and surrogate characters out; cut at the limit."""
    shown = _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def plotly_text(text: str, limit: int = 48) -> str:
    """Return text that Plotly draws as it stands: no tags, no entities, no formulas."""
    shown = visible(text, limit)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        shown = shown.replace(character, entity)
    return shown


def segments(text: str) -> tuple[Segment, ...]:
    """Split a redacted text into plain parts and the labels that stand for hidden values."""
    parts: list[Segment] = []
    end = 0
    for found in _LABEL.finditer(text):
        if found.start() > end:
            parts.append(Segment(text[end : found.start()], hidden=False))
        parts.append(Segment(found.group(), hidden=True))
        end = found.end()
    if end < len(text) or not parts:
        parts.append(Segment(text[end:], hidden=False))
    return tuple(parts)


_LONGEST_NAME = 100
"""Longer names are cut in an id, with a hash behind: the page cuts every text that is too long."""


def anchor(prefix: str, name: str) -> str:
    """Return an element id. Different names give different ids, whatever they contain."""
    plain = name.encode("utf-8", "backslashreplace").decode()
    if len(plain) > _LONGEST_NAME:
        digest = hashlib.sha256(plain.encode()).hexdigest()
        plain = f"{plain[:_LONGEST_NAME]} {digest}"
    return f"{prefix}-{quote(plain, safe='').replace('_', '%5F').replace('%', '_')}"


def _moment(seconds: float) -> datetime:
    """Return a moment; Windows has no `fromtimestamp` for times before 1970."""
    return _EPOCH + timedelta(seconds=seconds)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
