"""A whole session in this process: recorded, planted, marked, led, watched, ended."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from auditor.capture.conduct import Conductor, Moment, Orders, Summary
from auditor.capture.control import Control
from auditor.capture.run import Plan, Recorder
from auditor.capture.schedule import make_schedule
from auditor.capture.tell import find_session, tell_mark
from auditor.catalogue.protocol import load_protocol
from auditor.errors import AuditorError
from auditor.session import live
from tests.addons.session_files import facts, journal
from tests.cli.test_capture import PROTOCOL

pytestmark = pytest.mark.proxy


class Screen:
    """Keeps what it is shown; does something once when a phase is shown."""

    def __init__(self) -> None:
        self.control: Control | None = None
        self.phases: list[str] = []
        self.seen: list[Any] = []
        self.when: dict[str, Any] = {}

    def started(self, recorder: Recorder, control: Control) -> None:
        self.control = control
        assert recorder.address[1]
        assert recorder.status()["recording"] is True

    def show(self, moment: Moment) -> None:
        if moment.seen:
            self.seen.append(moment.seen)
        if moment.lead.phase not in self.phases[-1:]:
            self.phases.append(moment.lead.phase)
            self.when.pop(moment.lead.phase, lambda: None)()


def plan(folder: Path) -> Plan:
    return Plan(
        folder / "session",
        ("regular@127.0.0.1:0",),
        {"services": ["tidal"]},
        pass_on=("*.left.example",),
        confdir=folder / "conf",
    )


def conduct(orders: Orders, screen: Screen, acts: dict[str, str]) -> Summary:
    async def scene() -> Summary:
        conductor = Conductor(orders, screen)
        for phase, key in acts.items():
            act = conductor.halt if key == "halt" else lambda key=key: conductor.press(key)  # type: ignore[misc]
            screen.when[phase] = act
        return await conductor.run()

    return asyncio.run(scene())


def test_ends_by_itself_after_its_tail(tmp_path: Path) -> None:
    screen = Screen()
    summary = conduct(Orders(plan(tmp_path), tail=0.2, duration=0.3), screen, {})
    assert screen.control
    assert screen.control.passed
    assert screen.phases[:2] == ["waiting", "tail"]
    assert (summary.stopped, summary.seen["exchanges"], summary.seen["errors"]) == ("", 0, 0)
    told = facts(tmp_path / "session")
    assert told["control"]["passed"] is True
    assert told["mitmproxy_options"]["ignore_hosts"] == [r"^(.+\.)?left\.example:\d+$"]
    assert "ended" in told
    # Neither the control nor anything else of ours is listed as a connection.
    assert journal(tmp_path / "session", "connection") == []


def test_keys_lead_through_a_protocol(tmp_path: Path) -> None:
    (tmp_path / "mini.yaml").write_text(PROTOCOL, "utf-8")
    schedule = make_schedule(load_protocol(tmp_path / "mini.yaml"), 3)
    screen = Screen()
    conduct(Orders(plan(tmp_path), schedule), screen, {"do-now": "enter", "waiting": "q"})
    steps = journal(tmp_path / "session", "step")
    assert [line["state"] for line in steps][:1] == ["done"]
    assert {"do-now", "tail"} <= set(screen.phases)
    assert journal(tmp_path / "session", "mark")


def test_halt_loses_nothing(tmp_path: Path) -> None:
    screen = Screen()
    session = tmp_path / "session"

    def mark() -> None:
        status = tell_mark(live.read(find_session(tmp_path)), {"action": "play"})
        assert status["marks"] == 1

    async def scene() -> Summary:
        conductor = Conductor(Orders(plan(tmp_path)), screen)
        running = asyncio.create_task(conductor.run())
        while not screen.seen:
            await asyncio.sleep(0.02)
            assert not running.done()
        await asyncio.to_thread(mark)
        conductor.halt()
        return await running

    summary = asyncio.run(scene())
    assert summary.seen["marks"] == 1
    assert [line["action"] for line in journal(session, "mark")] == ["play"]
    assert "ended" in facts(session)
    with pytest.raises(AuditorError, match="No recording runs"):
        find_session(tmp_path)


def test_recording_that_was_killed_takes_no_marks(tmp_path: Path) -> None:
    live.write(tmp_path, "127.0.0.1:9", "token")
    with pytest.raises(AuditorError, match="does not answer"):
        tell_mark(live.read(tmp_path), {"action": "play"})
