"""Draw the lanes of the timeline as Plotly JSON: marks, stems, shaded rests, numbers at the edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from auditor.report.figures import Figure, base_layout
from auditor.report.words import UNREAD

_SMALL, _TEXT = 11.5, 12.5
"""Font sizes in pixels."""
_ABOVE, _BELOW = 0.17, -0.2
"""Where actions and data stand in a lane of height 1."""


@dataclass(frozen=True, slots=True)
class Track:
    """One lane: times on the chart's own scale; its texts are already neutral for Plotly."""

    name: str
    short: str
    did: Sequence[float]
    followed: Sequence[float]
    found: Sequence[float]
    """Actions whose positions left in data of another kind."""
    left: Sequence[float]
    edge: str
    rest: str
    """How often its data left while nobody did anything; empty where that is not known."""
    colour: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All lanes, the times of unreadable messages and of rests, and the axis."""

    tracks: Sequence[Track]
    dark: Sequence[float]
    rests: Sequence[tuple[float, float]]
    end: float
    unit: str


def lanes_figure(chart: Chart) -> Figure:
    """Return the figure with a layout for screens and one for phones."""
    count = len(chart.tracks)
    did, left, found = _Spots([], [], []), _Spots([], [], []), _Spots([], [], [])
    for row, track in enumerate(chart.tracks):
        did.add(track.did, count - row + _ABOVE, track.name)
        left.add(track.left, count - row + (_BELOW if track.did else 0), track.name)
        found.add(track.found, count - row + _BELOW, track.name)
    dark = _Spots([], [], [])
    dark.add(chart.dark, 0, UNREAD)
    return {
        "data": [
            _stems(chart.tracks),
            _marks(did, "you did it", "triangle-down-open", 10, "var(--ink)"),
            _marks(left, "left this computer", "circle", 7.5, "var(--chart-seen)"),
            _marks(found, "found in other data", "circle-open", 8, "var(--chart-seen)"),
            _marks(dark, "left, unreadable", "square", 9, "var(--chart-blind)"),
        ],
        "layout": _layout(chart, narrow=False),
        "narrow": _layout(chart, narrow=True),
    }


@dataclass(frozen=True, slots=True)
class _Spots:
    x: list[float]
    y: list[float]
    text: list[str]

    def add(self, times: Sequence[float], height: float, text: str) -> None:
        """Add one mark per time."""
        self.x.extend(times)
        self.y.extend([height] * len(times))
        self.text.extend([text] * len(times))


def _marks(spots: _Spots, what: str, symbol: str, size: float, colour: str) -> Figure:
    line = {"width": 1.5, "color": colour}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": spots.x,
        "y": spots.y,
        "text": spots.text,
        "name": what,
        "marker": {"symbol": symbol, "size": size, "color": colour, "line": line},
        "hovertemplate": f"%{{text}}: {what}<br>%{{x:.1f}}<extra></extra>",
    }


def _stems(tracks: Sequence[Track]) -> Figure:
    """Return thin lines from an action down to the data that followed it."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, track in enumerate(tracks):
        for time in track.followed:
            x += [time, time, None]
            y += [len(tracks) - row + _ABOVE / 2, len(tracks) - row + _BELOW, None]
    line = {"color": "var(--chart-seen)", "width": 1.5}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _layout(chart: Chart, *, narrow: bool) -> Figure:
    count = len(chart.tracks)
    names = [one.short if narrow else one.name for one in chart.tracks]
    letter = 6.3 if narrow else 7.0
    return {
        **base_layout(),
        "height": 84 + 46 * (count + 1),
        "margin": {
            "l": 16 + letter * max(map(len, [*names, "Unreadable"])),
            "r": 98 if narrow else 118,
            "t": 26,
            "b": 44,
        },
        "shapes": _shapes(chart),
        "annotations": _notes(chart, narrow=narrow),
        "hovermode": "closest",
        "xaxis": {
            "range": [-chart.end / 100, chart.end * 1.01],
            "nticks": 5 if narrow else 10,
            "title": {
                "text": f"{chart.unit} since start",
                "font": {"size": 12, "color": "var(--ink-2)"},
                "standoff": 6,
            },
            "gridcolor": "var(--chart-grid)",
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"color": "var(--ink-2)"},
        },
        "yaxis": {
            "range": [-0.55, count + 0.55],
            "tickvals": list(range(count, -1, -1)),
            "ticktext": [*names, "Unreadable"],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticks": "outside",
            "ticklen": 6,
            "tickcolor": "rgba(0,0,0,0)",
            "tickfont": {"size": _SMALL if narrow else 13},
        },
    }


def _shapes(chart: Chart) -> list[Figure]:
    count = len(chart.tracks)
    stripes = [
        _box((0, 1), (count - row - 0.5, count - row + 0.5), ".09", "paper")
        for row in range(0, count, 2)
    ]
    return stripes + [_box(rest, (-0.5, count + 0.5), ".16", "x") for rest in chart.rests]


def _box(x: tuple[float, float], y: tuple[float, float], alpha: str, xref: str) -> Figure:
    return {
        "type": "rect",
        "xref": xref,
        "x0": x[0],
        "x1": x[1],
        "y0": y[0],
        "y1": y[1],
        "line": {"width": 0},
        "fillcolor": f"var(--line-strong)/{alpha}",
        "layer": "below",
    }


def _notes(chart: Chart, *, narrow: bool) -> list[Figure]:
    """Return the numbers at the lanes' right edge, and `hands off` over rests that have room."""
    top = len(chart.tracks) + 0.5
    plain = {"size": _SMALL, "color": "var(--ink-2)"}
    edge: dict[str, Any] = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6}
    notes = [
        _note("hands off", plain, x=(first + last) / 2, y=top, yanchor="bottom")
        for first, last in chart.rests
        if (last - first) / chart.end > (0.2 if narrow else 0.07)
    ]
    if any(track.did for track in chart.tracks):
        notes.append(_note("followed", plain, y=top, yanchor="bottom", **edge))
    for row, track in enumerate(chart.tracks):
        font = {"size": _SMALL if narrow else _TEXT, "color": track.colour}
        text = f"<b>{track.edge}</b>" if track.did else track.edge
        height = len(chart.tracks) - row
        notes.append(_note(text, font, y=height, yshift=7 if track.rest else 0, **edge))
        if track.rest:
            small = {"size": 10 if narrow else _SMALL, "color": "var(--ink-2)"}
            notes.append(_note(track.rest, small, y=height, yshift=-8, **edge))
    return notes


def _note(text: str, font: Figure, **place: Any) -> Figure:
    return {"text": text, "showarrow": False, "font": font, **place}
