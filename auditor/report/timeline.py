"""Pick from an audit what the DJ did and what left when: the lanes of the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from auditor.report.figures import Figure
from auditor.report.followed import hands_off
from auditor.report.lanes import Chart, Track, lanes_figure
from auditor.report.text import plotly_text
from auditor.report.words import Names

MAX_POINTS = 3000
_MINUTE = 60.0
_SHORT = 180.0
"""Seconds below which the axis counts seconds instead of minutes."""
_NAME, _SHORT_NAME = 24, 13
"""Characters of a lane's name that fit beside it, on a screen and on a phone."""
_EDGE_TEXT = 16
"""Characters of the number at a lane's edge."""
_EDGE = {"nots": "var(--nots)", "blind": "var(--ink)"}
"""Colour of the number at the edge of a lane where nothing was found, by verdict."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where the chart begins (seconds since 1970), its length and its unit in seconds."""

    start: float
    length: float
    unit: float
    grain: float
    """Seconds that one mark stands for; marks of one lane are never closer."""

    def place(self, times: Sequence[float]) -> list[float]:
        """Return times on the chart's scale, thinned; what is no time is dropped."""
        known = sorted(one for one in times if one == one)  # noqa: PLR0124 - NaN is not itself
        kept = {one // self.grain: one for one in reversed(known)}
        return [round((one - self.start) / self.unit, 3) for one in sorted(kept.values())]

    def holds(self, moment: float) -> bool:
        """Say whether a moment lies on the chart, give or take a minute."""
        return -_MINUTE <= moment - self.start <= self.length + _MINUTE


def timeline(
    facts: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    names: Names,
    codes: Mapping[str, str],
) -> Figure:
    """Return the lanes of `facts.lanes` and one for what could not be read.

    `codes` gives the verdict code of a kind of data; it colours the number at the lane's edge.
    """
    session, lanes = facts["session"], facts["lanes"]
    length = max(session["ended"] - session["started"], 1.0)
    unit, word = (_MINUTE, "minutes") if length >= _SHORT else (1.0, "seconds")
    # A lane draws up to three marks per grain: an action, its stem and what left.
    grain = 3 * length * (len(lanes) + 1) / MAX_POINTS
    scale = _Scale(session["started"], length, unit, grain if _crowded(tables) else 0.001)
    unread = tables["unread"]
    return lanes_figure(
        Chart(
            tracks=_tracks(lanes, tables, scale, names, codes),
            dark=scale.place(_seconds(unread.loc[unread["direction"] == "out", "time"])),
            rests=_rests(tables["marks"], scale),
            end=length / unit,
            unit=word,
        )
    )


def _crowded(tables: Mapping[str, pd.DataFrame]) -> bool:
    return sum(len(tables[name]) for name in ("marks", "observations", "unread")) > MAX_POINTS / 2


def _tracks(
    lanes: Sequence[Mapping[str, Any]],
    tables: Mapping[str, pd.DataFrame],
    scale: _Scale,
    names: Names,
    codes: Mapping[str, str],
) -> list[Track]:
    marks, left = tables["marks"], _left(tables["observations"], scale)
    tracks = []
    for lane in lanes:
        mine = marks[marks["category"] == lane["category"]]
        found = scale.place(_seconds(mine.loc[mine["matched"] & ~mine["followed"], "start"]))
        followed = scale.place(_seconds(mine.loc[mine["followed"], "start"]))
        name = names.category(lane["category"])
        rest = hands_off(lane)
        track = Track(
            name=plotly_text(name, _NAME),
            short=plotly_text(name, _SHORT_NAME),
            did=scale.place(_seconds(mine["start"])),
            followed=followed,
            found=found,
            left=scale.place(left.get(lane["category"], [])),
            edge=plotly_text(lane["headline"], _EDGE_TEXT),
            rest=f"hands off {plotly_text(rest, _EDGE_TEXT)}" if rest else "",
            colour="var(--seen)"
            if followed or found
            else _EDGE.get(codes[lane["category"]], "var(--ink-2)"),
        )
        tracks.append(track)
    return tracks


def _left(observations: pd.DataFrame, scale: _Scale) -> dict[str, list[float]]:
    """Return when data of each kind happened: by its own clock where that fits the session."""
    told = observations[observations["strength"] != "weak"]
    return {
        str(name): [
            own if scale.holds(own) else sent
            for own, sent in zip(
                _seconds(group["event_time"]), _seconds(group["time"]), strict=True
            )
        ]
        for name, group in told.groupby("category")
    }


def _rests(marks: pd.DataFrame, scale: _Scale) -> list[tuple[float, float]]:
    idle = marks[marks["action"] == "idle"]
    ends = zip(_seconds(idle["start"]), _seconds(idle["end"]), strict=True)
    return [
        ((first - scale.start) / scale.unit, (last - scale.start) / scale.unit)
        for first, last in ends
    ]


def _seconds(times: pd.Series[Any]) -> list[float]:
    since = (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return [float(one) for one in since]
