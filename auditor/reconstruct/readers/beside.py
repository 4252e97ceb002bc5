"""What stands beside a position in a message of unknown form: when, which track, which deck."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from auditor import paths
from auditor.reconstruct.records import Kind
from auditor.reconstruct.rows import Row, label

_TRACK = re.compile(
    r"(?i)(?:track|song|content|product|item|media)[_-]?(?:id|uri|urn|title)?$|^uri$"
)
_SESSION = re.compile(r"(?i)(?:session|playback|play|player|stream|deck|channel)[_-]?(?:id|uuid)?$")
_MOMENT = re.compile(r"(?i)(?:time|stamp|date|clock|[_-]at|[_-]ts)$|^(?:at|ts)$|At$")
_ACTION = re.compile(
    r"(?i)(?:^|_)(?:action|event|type|state|status|name|reason|command)$"
    r"|(?-i:Action|Event|Type|State|Status)$"
)
_FLAG = re.compile(r"(?i)^is_?(playing|paused)$|^(playing|paused)$")
_STOPS = re.compile(
    r"(?i)(?:^|[^a-z])(?:stop|stopped|pause|paused|end|ended|unload|eject)(?:$|[^a-z])"
)
_STARTS = re.compile(r"(?i)(?:^|[^a-z])(?:start|started|play|playing|resume|resumed)(?:$|[^a-z])")

_UNITS = (1.0, 1e3, 1e6)
_YEARS = (946_684_800.0, 4_102_444_800.0)
"""From 2000 to 2100: other numbers are no moments."""


def track_of(place: Row, around: Sequence[Row]) -> str:
    """Return the label of the track; empty when no neighbour looks like one."""
    return _near(place, around, _TRACK)


def playhead_of(place: Row, around: Sequence[Row]) -> str:
    """Return what tells one playhead from another: a session, a deck, else the track."""
    session, track = _near(place, around, _SESSION), track_of(place, around)
    return session or track or f"{place.receiver} {place.path}"


def moment_of(place: Row, around: Sequence[Row]) -> float:
    """Return when it happened: as a rule says, as a neighbour looks like, else when it left."""
    if place.time is not None:
        return place.time
    named = [one for one in around if _MOMENT.search(one.name)]
    for one in sorted(named, key=lambda one: _far(place, one)):
        when = _moment(one)
        if when is not None:
            return when
    return place.sent


def kind_of(place: Row, around: Sequence[Row]) -> Kind:
    """Return what the neighbours call it; a position where they say nothing."""
    said = [one.value for one in around if _ACTION.search(one.name)] + [place.event]
    flags = [(match, one.value) for one in around if (match := _FLAG.match(one.name))]
    rests = any(
        (match[0].lower().endswith("paused")) == (value == "true") for match, value in flags
    )
    if rests or any(_STOPS.search(text) for text in said):
        return "stop"
    return "start" if any(_STARTS.search(text) for text in said) else "position"


def _near(place: Row, around: Sequence[Row], shape: re.Pattern[str]) -> str:
    named = [one for one in around if one is not place and shape.search(one.name) and label(one)]
    return label(min(named, key=lambda one: _far(place, one), default=None))


def _far(place: Row, other: Row) -> int:
    return abs(len(paths.container(other.path)) - len(paths.container(place.path)))


def _moment(row: Row) -> float | None:
    if row.number is not None:
        fitting = (row.number / unit for unit in _UNITS)
        return next((when for when in fitting if _YEARS[0] <= when <= _YEARS[1]), None)
    try:
        when = datetime.fromisoformat(row.value)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
