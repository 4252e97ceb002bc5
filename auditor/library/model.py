"""What a DJ library says of its tracks, and the small conversions that all readers share."""

from __future__ import annotations

import math
from dataclasses import dataclass

LONGEST_TEXT = 4096
"""Characters kept of any text."""

MOST_MARKERS = 1000
"""Cue points and loops kept of one track."""

_LONGEST_TRACK_S = 86400.0
_BPM = (20.0, 500.0)


@dataclass(frozen=True, slots=True)
class CuePoint:
    """A place in a track that the DJ has marked."""

    position_s: float
    name: str = ""
    hot: bool = True
    """On a pad; otherwise a memory cue, load point or the like."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A stored loop."""

    start_s: float
    end_s: float | None
    """None when the library tells the length in beats and no tempo."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """One track; empty texts and None mean that the library does not say."""

    title: str = ""
    artist: str = ""
    path: str = ""
    """As the library spells it, with URL escapes undone."""
    comment: str = ""
    bpm: float | None = None
    key: str = ""
    duration_s: float | None = None
    identifiers: tuple[str, ...] = ()
    """Ids at a streaming service, or acoustic ids."""
    cues: tuple[CuePoint, ...] = ()
    loops: tuple[Loop, ...] = ()


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist, crate or folder of them."""

    name: str


@dataclass(frozen=True, slots=True)
class Bad:
    """Something in a library that was skipped, for counting. It carries nothing of the library."""

    reason: str


Item = Track | Playlist | Bad

NO_TIME = Bad("a position that is no time")
TOO_MANY = Bad("more cue points or loops than are kept of one track")


def text(value: object) -> str:
    """Return a text without control characters around it, cut; anything else is empty."""
    if not isinstance(value, str):
        return ""
    return value.strip("\0 \t\r\n")[:LONGEST_TEXT]


def number(value: object) -> float | None:
    """Return a finite number, also from its spelling with a point."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def seconds(value: object, per_second: float = 1.0) -> float | None:
    """Return a position in seconds; None when it lies outside any track."""
    found = number(value)
    if found is None or per_second <= 0:
        return None
    found /= per_second
    return found if 0 <= found < _LONGEST_TRACK_S else None


def tempo(value: object) -> float | None:
    """Return beats per minute; 0 and the like mean that nobody knows."""
    found = number(value)
    return found if found is not None and _BPM[0] <= found <= _BPM[1] else None
