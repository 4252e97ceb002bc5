"""Which observations may tell where in a track a playhead was, and which of them are worth a look."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from auditor import paths
from auditor.reconstruct.columns import Columns, Flags, Floats, Rows, address, indicated
from auditor.reconstruct.playhead import RATES
from auditor.reconstruct.rows import SCALE

LEAST_S = 1.0
"""Two values that are closer in time do not show that a field moves."""

_PLACE = re.compile(
    r"(?i)(?:position|playhead|progress|elapsed|current_?time|play_?time)"
    r"(?:_?(?:in)?_?(?:ms|millis|milliseconds|s|sec|secs|seconds))?$"
)
_BEFORE = re.compile(r"(?i)(?:^|[._-])(?:from|previous|prev|old|before|start)(?=$|[._-]|[A-Z])")
_WORKED_OUT = frozenset({"seek", "cue", "loop"})
_KINDS = frozenset({"playback", "seek"})
"""Kinds of data that a position found by its name may be of: one of a cue point is no playhead."""


@dataclass(frozen=True, slots=True)
class Places:
    """Observations that may be positions, in the order of the table."""

    rows: Rows
    numbers: Floats
    groups: Rows
    """What tells of one thing: positions of one receiver, address and path."""
    now: Flags
    """It tells where the playhead is, not where it was before."""

    def only(self, chosen: Flags) -> Places:
        """Return some of them."""
        return Places(
            self.rows[chosen], self.numbers[chosen], self.groups[chosen], self.now[chosen]
        )


def find(columns: Columns, fields: pd.DataFrame, known: frozenset[str]) -> tuple[Places, Flags]:
    """Return all that may be positions in messages worth a look, and which of them may move.

    Left out are messages to receivers that are `known` already, and those in which nothing can be a
    playhead: what moves as one does has two values that are as far apart as it goes in `LEAST_S`,
    by the largest unit.
    """
    rows, numbers = _possible(columns, fields, known)
    sure = columns.table["number"].notna().to_numpy()[rows] & _likely(columns, fields, rows)
    wanted = np.zeros(len(columns.begins), dtype=np.bool_)
    wanted[columns.messages[rows[sure]]] = True
    kept = wanted[columns.messages[rows]]
    rows, numbers = rows[kept], numbers[kept]
    now = ~columns.paths.fits(_is_before, rows)
    found = Places(rows, numbers, _groups(columns, rows), now)
    wide = now & _wide(found)
    wanted[:] = False
    wanted[columns.messages[rows[wide]]] = True
    kept = wanted[columns.messages[rows]]
    return found.only(kept), wide[kept]


def _possible(columns: Columns, fields: pd.DataFrame, known: frozenset[str]) -> tuple[Rows, Floats]:
    """Return the rows that hold a position by their rule or by their name, and their numbers."""
    known_too = columns.receivers.is_in(known) | columns.contexts.is_in({"header"})
    timed = np.flatnonzero(columns.units.is_in(SCALE) & ~known_too)
    hints = indicated(fields, columns.table["field"].to_numpy()[timed])
    timed = timed[np.array([bool(one & _WORKED_OUT) for one in hints], dtype=np.bool_)]
    bare = np.flatnonzero(columns.units.is_in({""}) & columns.categories.is_in(_KINDS) & ~known_too)
    bare = bare[columns.paths.fits(_is_place, bare)]
    rows = np.union1d(timed, bare)
    numbers = columns.numbers(rows)
    fit = numbers >= 0
    return rows[fit], numbers[fit]


def _likely(columns: Columns, fields: pd.DataFrame, rows: Rows) -> Flags:
    """Say of each row whether its field as a whole may hold positions."""
    codes, different = pd.factorize(columns.table["field"].to_numpy()[rows])
    mine = fields[["unit", "indicates", "category"]].reindex(different)
    mine = mine.astype("object").fillna({"unit": "", "indicates": "", "category": "other"})
    timed = mine["unit"].isin(list(SCALE)) & (mine["indicates"] != "")
    named = (mine["unit"] == "") & (mine["category"] != "other")
    return (timed | named).to_numpy(np.bool_)[codes]


def _groups(columns: Columns, rows: Rows) -> Rows:
    receivers, endpoints, places = (
        one.codes[rows].astype(np.int64)
        for one in (columns.receivers, columns.endpoints, columns.paths)
    )
    keys = (receivers * len(columns.endpoints.texts) + endpoints) * len(columns.paths.texts)
    _, firsts, codes = np.unique(keys + places, return_index=True, return_inverse=True)
    numbers: dict[tuple[str, str, str], int] = {}
    groups = []
    for row in rows[firsts].tolist():
        receiver, path = columns.receivers.at(row), columns.paths.at(row)
        key = receiver, address(receiver, columns.endpoints.at(row)), path
        groups.append(numbers.setdefault(key, len(numbers)))
    return np.array(groups, dtype=np.intp)[codes]


def _wide(places: Places) -> Flags:
    """Say of each place whether those of its group that tell where it is now are apart."""
    size = int(places.groups.max(initial=-1)) + 1
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, places.groups[places.now], places.numbers[places.now])
    np.maximum.at(high, places.groups[places.now], places.numbers[places.now])
    wide: Flags = high - low >= RATES[0] * LEAST_S
    return wide[places.groups]


@lru_cache(maxsize=65536)
def _is_place(path: str) -> bool:
    return bool(_PLACE.search(next(reversed(paths.keys(path)), "")))


def _is_before(path: str) -> bool:
    return bool(_BEFORE.search(path))
