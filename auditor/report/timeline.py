"""Draw what the DJ did and what left as lanes of marks over time, as Plotly JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from auditor.report.figures import Figure, base_layout
from auditor.report.text import plotly_text
from auditor.report.words import UNREAD, Names

MAX_POINTS = 3000
_MINUTE = 60.0
_SHORT = 180.0
"""Seconds below which the axis counts seconds instead of minutes."""
_SOLID = "rgba(0,0,0,0)"
_EDGE = {
    "seen": "var(--seen)",
    "nots": "var(--nots)",
    "nott": "var(--ink-2)",
    "blind": "var(--ink)",
}


@dataclass(frozen=True, slots=True)
class Track:
    """One lane: times on the chart's own scale, and the words at its edge."""

    name: str
    did: Sequence[float]
    followed: Sequence[float]
    left: Sequence[float]
    edge: str
    colour: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the chart begins (seconds since 1970), its length, and its unit."""

    start: float
    length: float
    unit: float
    word: str

    def place(self, moment: float) -> float:
        """Return a moment on the chart's scale."""
        return round((moment - self.start) / self.unit, 3)

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
    started, ended = facts["session"]["started"], facts["session"]["ended"]
    unit, word = (_MINUTE, "minutes") if ended - started >= _SHORT else (1.0, "seconds")
    scale = Scale(started, max(ended - started, 1.0), unit, word)
    grain = scale.length / (MAX_POINTS / 3 / (len(facts["lanes"]) + 1))
    done = {
        name: (
            _thin(_seconds(group["start"]), grain),
            _thin(_seconds(group.loc[group["followed"], "start"]), grain),
        )
        for name, group in tables["marks"].groupby("category")
    }
    left = _left(tables["observations"], scale, grain)
    tracks = [_track(one, names, codes, done, left, scale) for one in facts["lanes"]]
    unread = tables["unread"]
    dark = _thin(_seconds(unread.loc[unread["direction"] == "out", "time"]), grain)
    idle = tables["marks"].loc[tables["marks"]["action"] == "idle", ["start", "end"]]
    rests = list(zip(_seconds(idle["start"]), _seconds(idle["end"]), strict=True))
    return _figure(tracks, [scale.place(one) for one in dark], rests, scale)


def _track(
    lane: Mapping[str, Any],
    names: Names,
    codes: Mapping[str, str],
    done: Mapping[Any, tuple[list[float], list[float]]],
    left: Mapping[str, list[float]],
    scale: Scale,
) -> Track:
    name = lane["category"]
    did, followed = done.get(name, ([], []))
    return Track(
        name=plotly_text(names.category(name), 24),
        did=[scale.place(one) for one in did],
        followed=[scale.place(one) for one in followed],
        left=[scale.place(one) for one in left.get(name, [])],
        edge=plotly_text(lane["headline"], 24),
        colour=_EDGE[codes[name]] if did else "var(--ink-2)",
    )


def _left(observations: pd.DataFrame, scale: Scale, grain: float) -> dict[str, list[float]]:
    """Return when data of each kind happened: by its own clock where that fits the session."""
    told = observations[observations["strength"] != "weak"]
    left: dict[str, list[float]] = {}
    for name, group in told.groupby("category"):
        pairs = zip(_seconds(group["event_time"]), _seconds(group["time"]), strict=True)
        left[str(name)] = _thin([own if scale.holds(own) else sent for own, sent in pairs], grain)
    return left


def _seconds(times: pd.Series[Any]) -> list[float]:
    since = (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return [float(one) for one in since]


def _thin(times: Sequence[float], grain: float) -> list[float]:
    """Keep the first time of each grain when there are many; drop what is no time."""
    known = sorted(one for one in times if one == one)  # noqa: PLR0124 - NaN is not itself
    return list({one // grain: one for one in reversed(known)}.values())[::-1]


def _figure(
    tracks: Sequence[Track],
    dark: Sequence[float],
    rests: Sequence[tuple[float, float]],
    scale: Scale,
) -> Figure:
    count = len(tracks)
    spots: dict[str, tuple[list[float], list[float], list[str]]] = {
        "did": ([], [], []),
        "left": ([], [], []),
    }
    for row, track in enumerate(tracks):
        for key, times, shift in (
            ("did", track.did, 0.17),
            ("left", track.left, -0.2 if track.did else 0.0),
        ):
            spots[key][0].extend(times)
            spots[key][1].extend([count - row + shift] * len(times))
            spots[key][2].extend([track.name] * len(times))
    data = [
        _stems(tracks),
        _marks(spots["did"], "you did it", "triangle-down-open", 10, "var(--ink)"),
        _marks(spots["left"], "left this computer", "circle", 7.5, "var(--chart-seen)"),
        _marks(
            (list(dark), [0.0] * len(dark), [UNREAD] * len(dark)),
            "left, unreadable",
            "square",
            9,
            "var(--chart-blind)",
        ),
    ]
    shapes = _shapes(tracks, rests, scale)
    return {
        "data": data,
        "layout": _layout(tracks, rests, scale, shapes, narrow=False),
        "narrow": _layout(tracks, rests, scale, shapes, narrow=True),
    }


def _marks(
    spots: tuple[list[float], list[float], list[str]],
    what: str,
    symbol: str,
    size: float,
    colour: str,
) -> Figure:
    x, y, text = spots
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "text": text,
        "name": what,
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": colour,
            "line": {"width": 1.5, "color": colour},
        },
        "hovertemplate": f"%{{text}}: {what}<br>%{{x:.1f}}<extra></extra>",
    }


def _stems(tracks: Sequence[Track]) -> Figure:
    """Return thin lines from an action down to the data that followed it."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, track in enumerate(tracks):
        for time in track.followed:
            x += [time, time, None]
            y += [len(tracks) - row + 0.08, len(tracks) - row - 0.2, None]
    line = {"color": "var(--chart-seen)", "width": 1.5}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _shapes(
    tracks: Sequence[Track], rests: Sequence[tuple[float, float]], scale: Scale
) -> list[Figure]:
    count = len(tracks)
    shapes: list[Figure] = [
        _box(0, 1, count - row - 0.5, count - row + 0.5, ".09", xref="paper")
        for row in range(0, count, 2)
    ]
    shapes += [_box(scale.place(a), scale.place(b), -0.5, count + 0.5, ".16") for a, b in rests]
    return shapes


def _box(x0: float, x1: float, y0: float, y1: float, alpha: str, xref: str = "x") -> Figure:
    return {
        "type": "rect",
        "xref": xref,
        "x0": x0,
        "x1": x1,
        "y0": y0,
        "y1": y1,
        "line": {"width": 0},
        "fillcolor": f"var(--line-strong)/{alpha}",
        "layer": "below",
    }


def _layout(
    tracks: Sequence[Track],
    rests: Sequence[tuple[float, float]],
    scale: Scale,
    shapes: list[Figure],
    *,
    narrow: bool,
) -> Figure:
    count, small = len(tracks), 11.5
    notes = [
        _note(
            "hands off",
            x=scale.place((a + b) / 2),
            y=count + 0.5,
            yanchor="bottom",
            font={"size": small, "color": "var(--ink-2)"},
        )
        for a, b in rests
        if (b - a) / scale.length > (0.2 if narrow else 0.07)
    ]
    notes += [
        _note(
            f"<b>{track.edge}</b>" if track.did else track.edge,
            xref="paper",
            x=1,
            xanchor="left",
            xshift=6,
            y=count - row,
            font={"size": small if narrow else 12.5, "color": track.colour},
        )
        for row, track in enumerate(tracks)
    ]
    end = scale.length / scale.unit
    return {
        **base_layout(),
        "height": 84 + 46 * (count + 1),
        "margin": {"l": 92 if narrow else 126, "r": 62 if narrow else 96, "t": 26, "b": 44},
        "shapes": shapes,
        "annotations": notes,
        "hovermode": "closest",
        "xaxis": {
            "range": [-end / 100, end * 1.01],
            "nticks": 5 if narrow else 10,
            "title": {
                "text": f"{scale.word} since start",
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
            "ticktext": [*(track.name for track in tracks), "Unreadable"],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticks": "outside",
            "ticklen": 6,
            "tickcolor": _SOLID,
            "tickfont": {"size": small if narrow else 13},
        },
    }


def _note(text: str, **place: Any) -> Figure:
    return {"text": text, "showarrow": False, **place}
