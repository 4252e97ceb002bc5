"""Positions of any receiver: fields that say where in a track the playhead was.

By rule where the catalogue says that jumps can be worked out from a field, by name otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import log
from statistics import median
from typing import TypeAlias

from auditor import paths
from auditor.reconstruct.playhead import RATES
from auditor.reconstruct.records import Kind, Report
from auditor.reconstruct.rows import SCALE, Row, items, label, messages

NAME = "positions with times"

_PLACE = re.compile(
    r"(?i)(?:^|[_-])(?:position|playhead|progress|elapsed|offset|playtime)|(?:position|playhead|"
    r"progress|currenttime|current_time|playhead_?time)(?:_?(?:in_?)?(?:ms|millis|milliseconds|s|"
    r"sec|secs|seconds))?$"
)
_MILLIS = re.compile(r"(?i)(?:[a-z_-]ms|millis|milliseconds)$")
_SECONDS = re.compile(r"(?i)(?:_s|_?secs?|_?seconds)$")
_TRACK = re.compile(
    r"(?i)(?:track|song|content|product|item|media)[_-]?(?:id|uri|urn|title)?$|^uri$"
)
_SESSION = re.compile(r"(?i)(?:session|playback|play|player|stream|deck|channel)[_-]?(?:id|uuid)?$")
_ACTION = re.compile(r"(?i)(?:^|_)(?:action|event|type|state|status|name|reason|command)$|Type$")
_STOPS = re.compile(
    r"(?i)(?:^|[^a-z])(?:stop|stopped|pause|paused|end|ended|unload|eject)(?:$|[^a-z])"
)
_STARTS = re.compile(r"(?i)(?:^|[^a-z])(?:start|started|play|playing|resume|resumed)(?:$|[^a-z])")
_FROM = re.compile(r"(?i)(?:^|[._-])(?:from|previous|prev|old|before|start)(?=$|[._-]|[A-Z])")
_Field: TypeAlias = tuple[str, str]
"""Address and path."""

LEAST_S = 1.0
"""Two values that are closer in time do not show that a field moves."""

_WORKED_OUT = frozenset({"seek", "cue", "loop"})
_KINDS = frozenset({"playback", "seek", "cue", "loop", "transition", "tempo"})


def is_place(row: Row) -> bool:
    """Say whether a row can be a position in a track."""
    if row.number is None or row.number < 0 or row.context == "header":
        return False
    if row.unit in SCALE and row.rule != "lexicon":
        return bool(row.indicates & _WORKED_OUT)
    return row.unit == "" and row.category in _KINDS and bool(_PLACE.search(row.name))


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield one report for each position, and a start or stop where its neighbours say so."""
    places: list[tuple[Row, list[Row]]] = []
    for message in messages(rows):
        for item in _split(message):
            places += [(row, item) for row in item if is_place(row) and not _FROM.search(row.path)]
    scales = _scales([row for row, _ in places])
    reports: defaultdict[_Field, list[Report]] = defaultdict(list)
    for row, around in places:
        track, session = _near(row, around, _TRACK), _near(row, around, _SESSION)
        position = (row.number or 0.0) * scales[_field(row)]
        playhead = session or track or f"{row.receiver} {row.path}"
        reports[_field(row)].append(
            Report(
                row.happened, row.sent, playhead, _kind(row, around), track, position, source=NAME
            )
        )
    for mine in reports.values():
        if _moves(mine):
            yield from mine


def _moves(reports: Sequence[Report]) -> bool:
    """Say whether a field moves as a playhead does: some of its values follow the clock.

    Otherwise it may be a cue point, a length, or a place in a list.
    """
    apart: defaultdict[str, list[Report]] = defaultdict(list)
    for one in sorted(reports, key=lambda report: report.time):
        apart[one.session].append(one)
    for mine in apart.values():
        for before, after in pairwise(mine):
            passed = after.time - before.time
            went = (after.position_s or 0.0) - (before.position_s or 0.0)
            if passed >= LEAST_S and RATES[0] * passed <= went <= RATES[1] * passed:
                return True
    return False


def _split(message: Sequence[Row]) -> list[list[Row]]:
    """Split a message into the objects that hold positions, each with what stands outside lists."""
    homes = {paths.container(row.path) for row in message if is_place(row)}
    found: list[list[Row]] = []
    for home in sorted(homes):
        inside = [row for row in message if row.path.startswith(home)]
        outside = [row for row in message if "[]" not in row.path and not row.path.startswith(home)]
        found += [[*item, *outside] for item in items(inside)]
    return [item for item in found if any(is_place(row) for row in item)]


def _scales(rows: Sequence[Row]) -> Mapping[_Field, float]:
    """Return seconds per unit of each field: as its rule says, as its name ends, else as it moves."""
    groups: defaultdict[_Field, list[Row]] = defaultdict(list)
    for row in rows:
        groups[_field(row)].append(row)
    return {field: _scale(mine) for field, mine in groups.items()}


def _scale(rows: Sequence[Row]) -> float:
    first = rows[0]
    if first.unit in SCALE:
        return SCALE[first.unit]
    if _MILLIS.search(first.name):
        return SCALE["ms"]
    if _SECONDS.search(first.name):
        return SCALE["s"]
    told = sorted((row.happened, row.number or 0.0) for row in rows)
    slopes = [
        (after[1] - before[1]) / (after[0] - before[0])
        for before, after in pairwise(told)
        if after[0] > before[0] and after[1] > before[1]
    ]
    if not slopes:
        return SCALE["ms"] if any((row.number or 0.0) > 10_000 for row in rows) else SCALE["s"]  # noqa: PLR2004
    speed = median(slopes)
    return min(SCALE.values(), key=lambda scale: abs(log(speed * scale)))


def _field(row: Row) -> _Field:
    return row.address, row.path


def _near(row: Row, around: Sequence[Row], shape: re.Pattern[str]) -> str:
    """Return the label of the neighbour with such a name that stands nearest in the paths."""
    home = paths.container(row.path)
    named = [one for one in around if one is not row and shape.search(one.name) and label(one)]
    if not named:
        return ""
    return label(min(named, key=lambda one: abs(len(paths.container(one.path)) - len(home))))


def _kind(row: Row, around: Sequence[Row]) -> Kind:
    said = [one.value for one in around if _ACTION.search(one.name)] + [row.event]
    if any(_STOPS.search(text) for text in said):
        return "stop"
    return "start" if any(_STARTS.search(text) for text in said) else "position"
