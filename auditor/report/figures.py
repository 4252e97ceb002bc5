"""Draw the two charts as Plotly JSON and the waveform as bars.

Colours are tokens, `var(--name)` or `var(--name)/alpha`: the page resolves them, so that the
charts follow its theme. Captured strings pass through `plotly_text`; none goes into a template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from auditor.report.text import number, plotly_text
from auditor.report.view import Bar
from auditor.report.words import Names

Figure = dict[str, Any]

MAX_NODES = 12
MAX_LINKS = 20
_MAX_BARS = 180
_RECEIVER, _KIND = 0, 1
"""Sides of a flow."""
_ROOM = ((5, 6), (4, 6), (4, 5), (4, 4), (3, 5))
"""Receivers and kinds to try, from roomy to tight; the last always fits."""
_OTHER = "\0other"
"""Key of what was folded; no receiver or kind can be called that."""


def waveform(minutes: Sequence[Mapping[str, Any]], bin_s: float) -> tuple[tuple[Bar, ...], float]:
    """Return the bars in a box of 1000 × 100, and how many seconds one bar stands for."""
    if not minutes:
        return (), bin_s
    first = minutes[0]["start"]
    places = [round((one["start"] - first) / bin_s) for one in minutes]
    merged = ceil((places[-1] + 1) / _MAX_BARS)
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for place, one in zip(places, minutes, strict=True):
        sums[place // merged][0] += one["readable"]
        sums[place // merged][1] += one["unreadable"]
    step = 1000 / (places[-1] // merged + 1)
    top = max(readable + dark for readable, dark in sums.values()) or 1
    bars = (
        _bar(place, step, (pair[0], pair[1]), top)
        for place, pair in sorted(sums.items())
        if any(pair)
    )
    return tuple(bars), bin_s * merged


def _bar(place: int, step: float, pair: tuple[int, int], top: int) -> Bar:
    readable, dark = pair
    height = 6 + 90 * (readable + dark) / top
    core = height * dark / (readable + dark)
    width = min(step * 0.84, 40.0)
    sizes = (place * step + (step - width) / 2, width, 50 - height / 2, height, 50 - core / 2, core)
    return Bar(*(f"{size:.1f}" for size in sizes))


def sankey(flows: Sequence[Mapping[str, Any]], app: str, names: Names) -> Figure:
    """Return computer → receiver → kind of data, in messages, folded to what people can read."""
    sums = _fold(flows)
    labels = {
        **{(_RECEIVER, one): names.receiver(one) for one, _ in sums},
        **{(_KIND, one): names.category(one) for _, one in sums},
    }
    for side, key in ((_RECEIVER, "receiver"), (_KIND, "category")):
        if (side, _OTHER) in labels:
            kept = sum(one == side for one, _ in labels) - 1
            labels[side, _OTHER] = f"other ({len({flow[key] for flow in flows}) - kept})"
    places = {key: place + 1 for place, key in enumerate(labels)}
    totals = [_total(sums, side, one) for side, one in labels]
    dark = [
        _all_unread(sums, one) if side == _RECEIVER else one == "unread" for side, one in labels
    ]
    links = [
        (0, places[side, one], totals[place], dark[place])
        for place, (side, one) in enumerate(labels)
        if side == _RECEIVER
    ]
    links += [
        (places[_RECEIVER, receiver], places[_KIND, kind], messages, kind == "unread")
        for (receiver, kind), messages in sums.items()
    ]
    texts = [plotly_text(one, 32) for one in (app or "This computer", *labels.values())]
    totals, dark = [sum(sums.values()), *totals], [False, *dark]
    return _sankey_json(texts, totals, dark, links)


def _sankey_json(
    texts: Sequence[str],
    totals: Sequence[int],
    dark: Sequence[bool],
    links: Sequence[tuple[int, int, int, bool]],
) -> Figure:
    source, target, value, unread = zip(*links, strict=True) if links else ((), (), (), ())
    tones = ["var(--chart-blind)" if one else "var(--chart-seen)" for one in dark]
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "valueformat": ",d",
        "valuesuffix": " messages",
        "node": {
            "label": [
                f"{text}  <b>{number(total)}</b>" for text, total in zip(texts, totals, strict=True)
            ],
            "pad": 18,
            "thickness": 12,
            "color": ["var(--ink)", *tones[1:]],
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        "link": {
            "source": source,
            "target": target,
            "value": value,
            "color": [
                "var(--chart-blind)/.42" if one else "var(--chart-seen)/.32" for one in unread
            ],
            "hovertemplate": "%{value}<extra></extra>",
        },
    }
    layout = {**base_layout(), "height": 440, "margin": {"l": 4, "r": 4, "t": 6, "b": 6}}
    return {"data": [trace], "layout": layout, "narrow": layout}


def base_layout() -> Figure:
    """Return what both charts share; no template, so that nothing else is drawn."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "var(--sans)", "size": 13, "color": "var(--ink)"},
        "hoverlabel": {"bgcolor": "var(--ink)", "font": {"color": "var(--bg)", "size": 13}},
        "showlegend": False,
        "dragmode": False,
    }


Sums = dict[tuple[str, str], int]


def _fold(flows: Sequence[Mapping[str, Any]]) -> Sums:
    """Keep the largest receivers and kinds that fit; what could not be read is always kept."""
    raw: Sums = defaultdict(int)
    for one in flows:
        raw[one["receiver"], one["category"]] += one["messages"]
    tries = (
        _folded(raw, _largest(raw, _RECEIVER, receivers), _largest(raw, _KIND, kinds))
        for receivers, kinds in _ROOM
    )
    return next(sums for sums in tries if _fits(sums))


def _fits(sums: Sums) -> bool:
    receivers, kinds = {one for one, _ in sums}, {one for _, one in sums}
    nodes = 1 + len(receivers) + len(kinds)
    return nodes <= MAX_NODES and len(receivers) + len(sums) <= MAX_LINKS


def _folded(raw: Sums, receivers: set[str], kinds: set[str]) -> Sums:
    sums: Sums = defaultdict(int)
    for (receiver, kind), messages in sorted(raw.items(), key=lambda item: (-item[1], item[0])):
        left = receiver if receiver in receivers else _OTHER
        sums[left, kind if kind in kinds else _OTHER] += messages
    return dict(sums)


def _largest(raw: Sums, side: int, limit: int) -> set[str]:
    """Return the names that are kept: all, or the largest and room for the fold."""
    found = {key[side] for key in raw}
    if len(found) <= limit:
        return found
    kept = {"unread"} & found
    by_size = sorted(found - kept, key=lambda one: (-_total(raw, side, one), one))
    return kept | set(by_size[: limit - 1 - len(kept)])


def _total(sums: Sums, side: int, name: str) -> int:
    return sum(messages for key, messages in sums.items() if key[side] == name)


def _all_unread(sums: Sums, receiver: str) -> bool:
    return all(kind == "unread" for one, kind in sums if one == receiver)
