"""The live picture: what the tester must see is in it, at every width, and no control characters."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from auditor.capture.conduct import Moment
from auditor.capture.control import Control
from auditor.capture.guide import View
from auditor.capture.run import Plan, Recorder
from auditor.cli.screen import JsonLines, Picture, control_line

RECORDER = Recorder(Plan(Path("session"), ()))
RECORDER.address = ("127.0.0.1", 8080)
PASSED = Control(("json", "query"), ())
LEAD = View("do-now", "Jump to hot cue 1 on deck 1.", "Press Enter.", 2.4, 3, 40, "consent off")
SEEN = {
    "exchanges": 12,
    "marks": 3,
    "errors": 1,
    "interventions": 2,
    "connections": 5,
    "receivers": [{"name": f"r{n}.example", "role": "unknown", "messages": n} for n in range(12)],
    "categories": [{"id": "cue", "name": "Cue points", "messages": 4}],
    "sealed": [{"host": "pin.example", "outcome": "refused-by-client", "connections": 2}],
    "latest": [
        {"time": 10.0, "what": "message", "receiver": "r1.example", "kinds": ["cue"]},
        {"time": 11.0, "what": "message", "receiver": "r2.example", "kinds": []},
        {"time": 12.0, "what": "mark", "action": "cue-jump"},
    ],
}


def drawn(moment: Moment, width: int = 100) -> str:
    picture = Picture("Some DJ")
    picture.started(RECORDER, PASSED)
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(picture.draw(moment))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_shows_what_to_do_and_what_was_seen() -> None:
    text = drawn(Moment(LEAD, 75.0, SEEN, ("something odd",)))
    for part in (
        "Some DJ · 1:15 · proxy 127.0.0.1, port 8080",
        "Step 3 of 40 · consent off · 2 s",
        "Jump to hot cue 1 on deck 1.",
        "2 of 2 planted messages were found again",
        "12 exchanges · 5 connections · 3 marks · 2 blocked by us · 1 error of the recorder",
        "and 4 more",
        "Cue points",
        "refused the recording",
        "r1.example: cue",
        "r2.example: nothing we know",
        "mark: cue-jump",
        "something odd",
    ):
        assert part in text, part


@pytest.mark.parametrize("width", [40, 80, 200])
def test_before_anything_was_seen(width: int) -> None:
    text = drawn(Moment(LEAD, 0.0, {}), width)
    assert "hot cue 1" in text
    assert "exchanges" not in text


def test_control_that_failed_is_loud() -> None:
    assert (
        control_line(Control((), ("json",), "OSError: no"))
        == "Positive control FAILED: OSError: no"
    )
    assert "not found again: query" in control_line(Control(("json",), ("query",)))


def test_json_states_come_about_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    lines = JsonLines()
    lines.started(RECORDER, PASSED)
    for tenth in range(25):
        lines.show(Moment(LEAD, tenth / 10, SEEN))
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["event"] for one in events] == ["started", "state", "state"]
    assert events[1]["lead"]["text"] == LEAD.text
