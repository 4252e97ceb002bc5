"""Conduct a session: record, plant the control, lead the tester, watch, and end without loss."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from auditor.capture.control import Control, run_control
from auditor.capture.free import Free
from auditor.capture.guide import Event, Guide, View
from auditor.capture.run import Plan, Recorder
from auditor.capture.schedule import Schedule
from auditor.capture.watch import Watch
from auditor.catalogue import load_catalogue
from auditor.records import Mark

_TICK_S = 0.1
_VIEW_S = 1.0

_CERTIFICATE = "mitmproxy-ca-cert.pem"


@dataclass(frozen=True, slots=True)
class Orders:
    """What to do."""

    plan: Plan
    schedule: Schedule | None = None
    tail: float = 60.0
    """Seconds of rest at the end, where there is no schedule to say it."""
    duration: float | None = None
    """Seconds until the tail begins by itself; None waits for the tester."""
    seed: int = 0
    """Of the planted values."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything a screen may show now."""

    lead: View
    seconds: float
    """Since the recording began."""
    seen: Mapping[str, Any]
    """See `Snapshot.view`; empty until the watching process has answered."""
    said: tuple[str, ...] = ()
    """What mitmproxy warned of last."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How the session ended."""

    folder: Path
    seconds: float
    stopped: str
    """Why it ended before anybody ended it; empty when it did not."""
    control: Control
    seen: Mapping[str, Any] = field(default_factory=dict)


class Screen(Protocol):
    """Who shows what happens; called from the event loop, so it must be quick."""

    def started(self, recorder: Recorder, control: Control) -> None:
        """Say where the proxy listens, and whether the control was found."""

    def show(self, moment: Moment) -> None:
        """Show the moment; called several times a second."""


class Conductor:
    """One session from start to end."""

    def __init__(self, orders: Orders, screen: Screen) -> None:
        self._orders = orders
        self._screen = screen
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._halted = False

    def press(self, key: str) -> None:
        """Take a key: `enter`, `s`, `r` or `q`."""
        self._keys.put_nowait(key)

    def halt(self) -> None:
        """End now, without a tail; nothing that was recorded is lost."""
        self._halted = True

    async def run(self) -> Summary:
        """Record until the end; raises AuditorError when recording cannot start."""
        plan = self._orders.plan
        async with Watch(plan.folder) as watch:
            async with Recorder(plan) as recorder:
                began = time.time()
                control = await self._control(recorder)
                self._screen.started(recorder, control)
                await self._lead(recorder, watch, time.time())
                stopped = recorder.stopped
            seen = await watch.view()
        return Summary(plan.folder, time.time() - began, stopped, control, seen)

    async def _control(self, recorder: Recorder) -> Control:
        certificate = recorder.confdir / _CERTIFICATE
        place = (recorder.address, certificate, recorder.plan.folder)
        control = await asyncio.to_thread(run_control, *place, load_catalogue(), self._orders.seed)
        recorder.tell({"control": control.facts()})
        return control

    async def _lead(self, recorder: Recorder, watch: Watch, began: float) -> None:
        schedule = self._orders.schedule
        lead: Guide | Free = (
            Guide(schedule, began)
            if schedule
            else Free(self._orders.tail, self._orders.duration, began)
        )
        seen: Mapping[str, Any] = {}
        asked, answer = 0.0, asyncio.create_task(watch.view())
        while not (lead.finished or self._halted or recorder.ended):
            now = time.time()
            _write(recorder, lead.tick(now))
            while not self._keys.empty():
                _write(recorder, lead.press(self._keys.get_nowait(), now))
            if answer.done():
                seen = answer.result() or seen
                if now - asked > _VIEW_S:
                    asked, answer = now, asyncio.create_task(watch.view())
            self._screen.show(Moment(lead.view(now), now - began, seen, tuple(recorder.said)))
            await asyncio.sleep(_TICK_S)
        await answer


def _write(recorder: Recorder, events: list[Event]) -> None:
    for event in events:
        if isinstance(event, Mark):
            recorder.mark(event)
        else:
            recorder.note("step", asdict(event))
