"""Positions of any receiver: fields that say where in a track the playhead was.

By rule where the catalogue says that jumps can be worked out from a field, by name otherwise. Any
message of any receiver may hold one, so rows are looked at as columns, never one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log
from sys import float_info

import numpy as np
import pandas as pd

from auditor import paths
from auditor.reconstruct.columns import Columns, Flags, Floats, Rows
from auditor.reconstruct.playhead import RATES
from auditor.reconstruct.readers import places
from auditor.reconstruct.readers.beside import KINDS, Beside, beside
from auditor.reconstruct.readers.objects import objects
from auditor.reconstruct.records import Report
from auditor.reconstruct.rows import SCALE

NAME = "positions with times"

_MILLIS = re.compile(r"(?i)(?:[a-z_-]ms|millis|milliseconds)$")
_SECONDS = re.compile(r"(?i)(?:_s|_?secs?|_?seconds)$")


def read(
    columns: Columns, fields: pd.DataFrame, known: frozenset[str] = frozenset()
) -> dict[str, list[Report]]:
    """Return the reports of each receiver that is not `known`: one for each position of a playhead.

    A start or stop where the neighbours say so. Fields that do not move as a playhead does are
    left out, and receivers of which nothing is left.
    """
    found, worth = places.find(columns, fields, known)
    reports: dict[str, list[Report]] = {}
    if not worth.any():
        return reports
    told = _joined([beside(columns, one) for one in objects(columns, found, worth)])
    if not len(told.rows):
        return reports
    spots = np.searchsorted(found.rows, told.rows)
    numbers = found.numbers[spots]
    sessions, _ = pd.factorize(np.where(told.sessions == "", told.tracks, told.sessions))
    for group in _apart(found.groups[spots]):
        steps = _steps(told.times[group], sessions[group], numbers[group])
        scale = _scale(columns, int(told.rows[group[0]]), *steps)
        if scale is not None and _moves(scale, *steps):
            receiver = columns.receivers.at(int(told.rows[group[0]]))
            mine = _reports(columns, told, group, numbers[group] * scale)
            reports.setdefault(receiver, []).extend(mine)
    return reports


def _joined(parts: list[Beside]) -> Beside:
    names = Beside.__slots__
    return Beside(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


def _apart(groups: Rows) -> list[Rows]:
    """Return the members of each group in order, the groups in the order of their first ones."""
    codes, different = pd.factorize(groups)
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=len(different)))[:-1])


def _reports(columns: Columns, told: Beside, group: Rows, places: Floats) -> Iterator[Report]:
    first = int(told.rows[group[0]])
    nobody = f"{columns.receivers.at(first)} {columns.paths.at(first)}"
    for time, sent, kind, track, session, place in zip(
        told.times[group].tolist(),
        told.sent[group].tolist(),
        told.kinds[group].tolist(),
        told.tracks[group].tolist(),
        told.sessions[group].tolist(),
        places.tolist(),
        strict=True,
    ):
        playhead = session or track or nobody
        yield Report(time, sent, playhead, KINDS[kind], track, place, source=NAME)


def _steps(times: Floats, sessions: Rows, numbers: Floats) -> tuple[Floats, Floats, Floats]:
    """Return of each two reports in a row of one playhead how much time passed, and both numbers."""
    order = np.lexsort((times, sessions))
    passed = np.diff(times[order])
    together = (np.diff(sessions[order]) == 0) & (passed > 0)
    numbers = numbers[order]
    return passed[together], numbers[:-1][together], numbers[1:][together]


def _scale(
    columns: Columns, row: int, passed: Floats, before: Floats, after: Floats
) -> float | None:
    """Return seconds per unit: as the rule says, as the name ends, else as the field moves.

    None if it never moves on. `row` is the first of the field.
    """
    unit, name = columns.units.at(row), next(reversed(paths.keys(columns.paths.at(row))), "")
    if unit in SCALE:
        return SCALE[unit]
    if _MILLIS.search(name):
        return SCALE["ms"]
    if _SECONDS.search(name):
        return SCALE["s"]
    on = after > before
    if not on.any():
        return None
    speed = float(np.median((after[on] - before[on]) / passed[on]))
    return min(SCALE.values(), key=lambda scale: abs(log(max(speed * scale, float_info.min))))


def _moves(scale: float, passed: Floats, before: Floats, after: Floats) -> bool:
    """Say whether a field moves as a playhead does: some of its values follow the clock.

    Otherwise it may be a cue point, a length, or a place in a list.
    """
    went = after * scale - before * scale
    follows: Flags = (
        (passed >= places.LEAST_S) & (RATES[0] * passed <= went) & (went <= RATES[1] * passed)
    )
    return bool(follows.any())
