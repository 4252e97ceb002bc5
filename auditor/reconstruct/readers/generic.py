"""Positions of any receiver: fields that say where in a track the playhead was.

By rule where the catalogue says that jumps can be worked out from a field, by name otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import log
from statistics import median
from typing import TypeAlias

from auditor import paths
from auditor.reconstruct.playhead import RATES
from auditor.reconstruct.readers import beside
from auditor.reconstruct.records import Report
from auditor.reconstruct.rows import SCALE, Row, items, messages

NAME = "positions with times"

LEAST_S = 1.0
"""Two values that are closer in time do not show that a field moves."""

_Field: TypeAlias = tuple[str, str]
"""Address and path."""

_PLACE = re.compile(
    r"(?i)(?:position|playhead|progress|elapsed|current_?time|play_?time)"
    r"(?:_?(?:in)?_?(?:ms|millis|milliseconds|s|sec|secs|seconds))?$"
)
_MILLIS = re.compile(r"(?i)(?:[a-z_-]ms|millis|milliseconds)$")
_SECONDS = re.compile(r"(?i)(?:_s|_?secs?|_?seconds)$")
_BEFORE = re.compile(r"(?i)(?:^|[._-])(?:from|previous|prev|old|before|start)(?=$|[._-]|[A-Z])")
_WORKED_OUT = frozenset({"seek", "cue", "loop"})
_KINDS = frozenset({"playback", "seek"})
"""Kinds of data that a position found by its name may be of: one of a cue point is no playhead."""

_LONG = 10_000.0
"""A track has fewer seconds than this: larger numbers are milliseconds."""


def is_place(row: Row) -> bool:
    """Say whether a row can be a position in a track."""
    if row.number is None or row.number < 0 or row.context == "header":
        return False
    if row.unit in SCALE:
        return bool(row.indicates & _WORKED_OUT)
    return row.unit == "" and row.category in _KINDS and bool(_PLACE.search(row.name))


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield one report for each position, and a start or stop where its neighbours say so."""
    found: defaultdict[_Field, list[tuple[Row, Report]]] = defaultdict(list)
    for message in messages(rows):
        for item in _split(message):
            row = next(
                (one for one in item if is_place(one) and not _BEFORE.search(one.path)), None
            )
            if row is not None:
                found[row.address, row.path].append((row, _report(row, item)))
    for told in found.values():
        scale = _scale(told)
        reports = [replace(one, position_s=(row.number or 0.0) * scale) for row, one in told]
        if _moves(reports):
            yield from reports


def _report(row: Row, item: Sequence[Row]) -> Report:
    """Return the report of one position, in the unit of the field."""
    return Report(
        beside.moment_of(row, item),
        row.sent,
        beside.playhead_of(row, item),
        beside.kind_of(row, item),
        beside.track_of(row, item),
        row.number,
        source=NAME,
    )


def _split(message: Sequence[Row]) -> list[list[Row]]:
    """Split a message into the objects that hold positions, each with what stands outside lists."""
    homes = {paths.container(row.path) for row in message if is_place(row)}
    found: list[list[Row]] = []
    for home in sorted(homes):
        inside = [row for row in message if row.path.startswith(home)]
        outside = [row for row in message if "[]" not in row.path and not row.path.startswith(home)]
        found += [[*item, *outside] for item in items(inside)]
    return found


def _scale(told: Sequence[tuple[Row, Report]]) -> float:
    """Return seconds per unit: as the rule says, as the name ends, else as the field moves."""
    first = told[0][0]
    if first.unit in SCALE:
        return SCALE[first.unit]
    if _MILLIS.search(first.name):
        return SCALE["ms"]
    if _SECONDS.search(first.name):
        return SCALE["s"]
    slopes = [went / passed for passed, went in _steps([one for _, one in told]) if went > 0]
    if slopes:
        speed = median(slopes)
        return min(SCALE.values(), key=lambda scale: abs(log(speed * scale)))
    return SCALE["ms" if max(row.number or 0.0 for row, _ in told) > _LONG else "s"]


def _moves(reports: Sequence[Report]) -> bool:
    """Say whether a field moves as a playhead does: some of its values follow the clock.

    Otherwise it may be a cue point, a length, or a place in a list.
    """
    return any(
        passed >= LEAST_S and RATES[0] * passed <= went <= RATES[1] * passed
        for passed, went in _steps(reports)
    )


def _steps(reports: Sequence[Report]) -> Iterator[tuple[float, float]]:
    """Yield how much time passed between reports of one playhead, and how far it went."""
    apart: defaultdict[str, list[Report]] = defaultdict(list)
    for one in sorted(reports, key=lambda report: report.time):
        apart[one.session].append(one)
    for mine in apart.values():
        for before, after in pairwise(mine):
            if after.time > before.time:
                passed = after.time - before.time
                yield passed, (after.position_s or 0.0) - (before.position_s or 0.0)
