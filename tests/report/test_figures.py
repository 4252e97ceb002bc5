"""The Sankey and the waveform: what is drawn, what is folded, what never passes."""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import pytest

from auditor.report.figures import MAX_LINKS, MAX_NODES, sankey, waveform
from auditor.report.words import Names
from auditor.tables.store import Audit


def flows(receivers: int, kinds: int) -> list[dict[str, Any]]:
    return [
        {"receiver": f"r{left}", "category": f"k{right}" if right else "unread", "messages": 1 + left * right}
        for left in range(receivers)
        for right in range(kinds)
    ]  # fmt: skip


@pytest.fixture
def names(demo: Audit) -> Names:
    return Names(demo.facts)


def parts(figure: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    trace = figure["data"][0]
    return trace["node"], trace["link"]


def test_plotly_accepts_it(demo: Audit, names: Names, drawable: Callable[[Any], Any]) -> None:
    figure = drawable(sankey(demo.facts["flows"], "DemoDeck", names))
    go.Figure(figure["data"], figure["layout"])
    go.Figure(figure["data"], figure["narrow"])


def test_every_message_goes_in_and_comes_out(demo: Audit, names: Names) -> None:
    node, link = parts(sankey(demo.facts["flows"], "DemoDeck", names))
    edges = list(zip(link["source"], link["target"], link["value"], strict=True))
    total = demo.facts["totals"]["messages_out"]
    assert sum(value for source, _, value in edges if source == 0) == total
    for place in range(1, len(node["label"])):
        into = sum(value for _, target, value in edges if target == place)
        out = sum(value for source, _, value in edges if source == place)
        assert out in (into, 0)
        assert node["label"][place].endswith(f"<b>{into:,}</b>")


@pytest.mark.parametrize(
    ("receivers", "kinds"), [(0, 0), (1, 1), (2, 7), (5, 6), (9, 3), (12, 12), (40, 19)]
)
def test_crowds_are_folded(names: Names, receivers: int, kinds: int) -> None:
    given = flows(receivers, kinds)
    node, link = parts(sankey(given, "App", names))
    assert len(node["label"]) <= MAX_NODES
    assert len(link["value"]) <= MAX_LINKS
    first = sum(v for s, v in zip(link["source"], link["value"], strict=True) if s == 0)
    assert first == sum(one["messages"] for one in given)
    if kinds > 7:
        assert any(label.startswith("Could not read") for label in node["label"])
        shown = sum(label.startswith("k") for label in node["label"])
        folded = next(label for label in reversed(node["label"]) if label.startswith("other ("))
        assert folded.startswith(f"other ({kinds - 1 - shown})")


def test_what_nobody_could_read_is_grey(demo: Audit, names: Names) -> None:
    node, link = parts(sankey(demo.facts["flows"], "DemoDeck", names))
    grey = {
        label.split("  ")[0]
        for label, colour in zip(node["label"], node["color"], strict=True)
        if colour == "var(--chart-blind)"
    }
    assert grey == {"Could not read", "x7.unnamed.example"}
    unread = node["label"].index(next(one for one in node["label"] if "Could not" in one))
    for target, colour in zip(link["target"], link["color"], strict=True):
        assert target != unread or colour.startswith("var(--chart-blind)")


def test_captured_names_are_neutral(names: Names) -> None:
    bad = '<a href="https://evil.example">x</a>$y$'
    flow = {"receiver": bad, "category": bad, "messages": 3}
    node, _ = parts(sankey([flow], bad, names))
    for label in node["label"]:
        text = label.rpartition("  <b>")[0]
        assert not set(text) & set("<>$")


def test_waveform_stands_in_time_order_and_leaves_gaps() -> None:
    minutes = [
        {"start": 600.0, "readable": 9, "unreadable": 1},
        {"start": 660.0, "readable": 0, "unreadable": 0},
        {"start": 780.0, "readable": 0, "unreadable": 5},
    ]
    bars, seconds = waveform(minutes, 60)
    assert seconds == 60
    assert [float(bar.x) < limit for bar, limit in zip(bars, (250, 1000), strict=True)] == [
        True
    ] * 2
    assert float(bars[0].height) > float(bars[1].height) == float(bars[1].core_height)
    assert float(bars[0].core_height) == pytest.approx(float(bars[0].height) / 10, abs=0.1)


def test_long_waveforms_are_merged() -> None:
    minutes = [{"start": 60.0 * n, "readable": 1, "unreadable": 0} for n in range(1000)]
    bars, seconds = waveform(minutes, 60)
    assert len(bars) <= 180
    assert seconds == 360
    assert waveform([], 60) == ((), 60)
    assert waveform([{"start": 0.0, "readable": 0, "unreadable": 0}], 60)[0] == ()
