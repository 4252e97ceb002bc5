"""What stands beside positions in messages of unknown form: when, which track, which deck."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntFlag
from functools import lru_cache
from math import nan

import numpy as np
import pandas as pd

from auditor import paths
from auditor.reconstruct.columns import Columns, Flags, Floats, Rows, Values
from auditor.reconstruct.readers.objects import Objects
from auditor.reconstruct.records import Kind
from auditor.reconstruct.rows import is_label

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

_POSITION, _START, _STOP = range(3)
"""Kinds of report in the order of their weight."""
KINDS: tuple[Kind, ...] = ("position", "start", "stop")
"""Their names."""


class _Says(IntFlag):
    """What a value tells by its name."""

    TRACK = 1
    SESSION = 2
    MOMENT = 4
    ACTION = 8
    PLAYING = 16
    PAUSED = 32


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside each position; texts are empty where nothing says so."""

    rows: Rows
    """Of the positions."""
    times: Floats
    """When: as a rule says, as a neighbour looks like, else when it left."""
    sent: Floats
    kinds: Rows
    """What the neighbours call it, as an index of `KINDS`."""
    tracks: Values
    sessions: Values
    """What tells one playhead from another: a session or a deck."""


def beside(columns: Columns, whole: Objects) -> Beside:
    """Return what stands beside the positions of some objects: the nearest of what fits."""
    near = whole.only(columns.paths.fits(_says_anything, whole.rows))
    says = columns.paths.told(_says_path, near.rows)
    rows = near.rows[near.places]
    sent = columns.moments("time", rows)
    return Beside(
        rows,
        _moments(columns, near, says, sent),
        sent,
        _kinds(columns, near, says),
        _labels(columns, near, (says & _Says.TRACK) > 0),
        _labels(columns, near, (says & _Says.SESSION) > 0),
    )


def _labels(columns: Columns, near: Objects, named: Flags) -> Values:
    """Return the nearest value, other than the position itself, that tells things apart."""
    rows = np.flatnonzero(named)
    codes, different = pd.factorize(near.rows[rows])  # a row comes once for each home
    texts = columns.values(different)
    good = np.array([is_label(text) for text in texts.tolist()], dtype=np.bool_)
    found = near.nearest(rows[good[codes]], itself=False)
    values = np.full(len(near.rows) + 1, "", dtype="object")
    values[rows] = texts[codes]
    return values[found]  # the last one is empty: -1 is nothing


def _moments(columns: Columns, near: Objects, says: Rows, sent: Floats) -> Floats:
    named = np.flatnonzero(says & _Says.MOMENT)
    whens = np.full(len(near.rows), nan)
    whens[named] = _when(columns, near.rows[named])
    found = near.nearest(np.flatnonzero(~np.isnan(whens)), itself=True)
    ruled = columns.moments("event_time", near.rows[near.places])
    guessed = np.where(found < 0, sent, whens[found])
    return np.where(np.isnan(ruled), guessed, ruled)


def _when(columns: Columns, rows: Rows) -> Floats:
    """Return values as moments: numbers of a time that may be, and spelled out dates."""
    numbers = columns.numbers(rows)
    found = np.full(len(rows), nan)
    for unit in reversed(_UNITS):
        moments = numbers / unit
        fits = (_YEARS[0] <= moments) & (moments <= _YEARS[1])
        found[fits] = moments[fits]
    rest = np.flatnonzero(np.isnan(numbers))
    if len(rest):
        codes, texts = pd.factorize(columns.values(rows[rest]))
        found[rest] = np.array([_spelled(text) for text in texts])[codes]
    return found


def _spelled(text: str) -> float:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return nan
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _kinds(columns: Columns, near: Objects, says: Rows) -> Rows:
    """Return what actions, flags and the event say; a stop outweighs a start."""
    named = np.flatnonzero(says & (_Says.ACTION | _Says.PLAYING | _Says.PAUSED))
    kinds = np.full(len(near.rows), _POSITION, dtype=np.intp)
    codes, texts = pd.factorize(columns.values(near.rows[named]))
    for flag, kind_of in (
        (_Says.ACTION, _kind),
        (_Says.PLAYING, lambda text: _POSITION if text == "true" else _STOP),
        (_Says.PAUSED, lambda text: _STOP if text == "true" else _POSITION),
    ):
        told = np.array([kind_of(text) for text in texts], dtype=np.intp)[codes]
        kinds[named] = np.maximum(kinds[named], np.where(says[named] & flag, told, _POSITION))
    events = columns.events.told(_kind, near.rows[near.places])
    return np.maximum(near.most(kinds), events)


def _kind(text: str) -> int:
    if _STOPS.search(text):
        return _STOP
    return _START if _STARTS.search(text) else _POSITION


def _says_anything(path: str) -> bool:
    return _says_path(path) > 0


def _says_path(path: str) -> int:
    return _says(next(reversed(paths.keys(path)), ""))


@lru_cache(maxsize=65536)
def _says(name: str) -> int:
    """Return what a value of this name may tell."""
    found = _Says(0)
    for flag, shape in (
        (_Says.TRACK, _TRACK),
        (_Says.SESSION, _SESSION),
        (_Says.MOMENT, _MOMENT),
        (_Says.ACTION, _ACTION),
    ):
        if shape.search(name):
            found |= flag
    flagged = _FLAG.match(name)
    if flagged:
        found |= _Says.PAUSED if flagged[0].lower().endswith("paused") else _Says.PLAYING
    return int(found)
