"""The timeline's lanes: marks, data, stems, rests, edge numbers."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from auditor.report.timeline import MAX_POINTS, timeline
from auditor.report.words import Names
from auditor.tables.store import Audit


def draw(audit: Audit) -> dict[str, Any]:
    codes = {one["category"]: "nots" for one in audit.facts["rows"]}
    return timeline(audit.facts, audit.tables, Names(audit.facts), codes)


def trace(figure: dict[str, Any], name: str) -> list[tuple[float, float]]:
    found = next(one for one in figure["data"] if one.get("name") == name)
    return list(zip(found["x"], found["y"], strict=True))


def test_plotly_accepts_it(demo: Audit, drawable: Callable[[Any], Any]) -> None:
    figure = drawable(draw(demo))
    go.Figure(figure["data"], figure["layout"])
    go.Figure(figure["data"], figure["narrow"])


def test_lanes_hold_what_the_tables_say(demo: Audit) -> None:
    figure = draw(demo)
    lanes = demo.facts["lanes"]
    did = trace(figure, "you did it")
    assert len(did) == sum(lane["did"] for lane in lanes)
    height = len(lanes) - [lane["category"] for lane in lanes].index("cue")
    assert sum(abs(y - height) < 0.5 for _, y in did) == 14
    left = trace(figure, "left this computer")
    assert not [y for _, y in left if abs(y - height) < 0.5]
    stems = next(one for one in figure["data"] if one.get("mode") == "lines")
    assert stems["x"].count(None) == sum(lane["followed"] for lane in lanes)


def test_unreadable_messages_have_their_own_lane(demo: Audit) -> None:
    dark = trace(draw(demo), "left, unreadable")
    assert len(dark) == 13
    assert {y for _, y in dark} == {0}


def test_edges_say_the_facts_numbers(demo: Audit) -> None:
    texts = [note["text"] for note in draw(demo)["layout"]["annotations"]]
    assert "<b>0 of 14</b>" in texts
    assert "<b>8 of 9</b>" in texts
    assert texts.count("hands off") == 2


def test_rests_are_shaded(demo: Audit) -> None:
    shapes = draw(demo)["layout"]["shapes"]
    rests = [(one["x0"], one["x1"]) for one in shapes if one["xref"] == "x"]
    assert rests == [(0.0, 5.0), (34.0, 42.0)]


def test_a_clock_that_is_off_is_not_believed(demo: Audit) -> None:
    observations = demo.tables["observations"]
    observations["event_time"] = observations["event_time"] + pd.Timedelta(days=300)
    assert max(x for x, _ in trace(draw(demo), "left this computer")) < 44


def test_no_time_at_all_is_dropped(demo: Audit) -> None:
    demo.tables["observations"]["event_time"] = pd.NaT
    demo.tables["observations"]["time"] = pd.NaT
    demo.tables["observations"]["event_time"] = pd.to_datetime(
        demo.tables["observations"]["event_time"], utc=True
    )
    demo.tables["observations"]["time"] = pd.to_datetime(
        demo.tables["observations"]["time"], utc=True
    )
    assert trace(draw(demo), "left this computer") == []


def test_crowds_are_thinned(demo: Audit) -> None:
    observations = demo.tables["observations"]
    many = pd.concat([observations] * 400, ignore_index=True)
    steps = pd.to_timedelta(range(len(many)), unit="ms") * 37
    many["event_time"] = many["event_time"].min() + steps
    audit = Audit(demo.facts, demo.claims, {**demo.tables, "observations": many})
    figure = draw(audit)
    assert sum(len(one["x"]) for one in figure["data"]) <= MAX_POINTS
    json.dumps(figure, allow_nan=False)


@pytest.mark.parametrize("length", [1.0, 90.0, 9000.0])
def test_the_axis_fits_the_session(demo: Audit, length: float) -> None:
    demo.facts["session"]["ended"] = demo.facts["session"]["started"] + length
    title = draw(demo)["layout"]["xaxis"]["title"]["text"]
    assert title == ("seconds since start" if length < 180 else "minutes since start")
