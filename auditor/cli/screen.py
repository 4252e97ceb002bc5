"""Show a running session: as a live picture, as a few lines, or as JSON lines."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from types import TracebackType
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from auditor.capture.conduct import Moment
from auditor.capture.control import Control
from auditor.capture.run import Recorder
from auditor.claims.words import many

_ROWS = 8

_SEALED = {
    "refused-by-client": "refused the recording",
    "established-silent": "opened, said nothing",
    "passed-through": "let through unread",
    "quic": "QUIC, not opened",
}


class Quiet:
    """Two lines at the start, and nothing until the end."""

    def started(self, recorder: Recorder, control: Control) -> None:
        """Say where the proxy listens, and whether the control was found."""
        host, port = recorder.address
        click.echo(f"Recording. Proxy: {host}, port {port}.", err=True)
        if recorder.wireguard:
            click.echo(f"WireGuard: import {recorder.wireguard} on the other computer.", err=True)
        click.echo(control_line(control), err=True)

    def show(self, moment: Moment) -> None:
        """Show nothing."""


class JsonLines:
    """One JSON object per line on standard output, for scripts; a state about once a second."""

    _EVERY_S = 1.0

    def __init__(self) -> None:
        self._last = 0.0

    def started(self, recorder: Recorder, control: Control) -> None:
        """Print the event `started`."""
        host, port = recorder.address
        wireguard = {"wireguard": str(recorder.wireguard)} if recorder.wireguard else {}
        told = {"proxy": {"host": host, "port": port}, **wireguard}
        print_event("started", **told, control=control.facts())

    def show(self, moment: Moment) -> None:
        """Print the event `state`."""
        if moment.seconds - self._last >= self._EVERY_S:
            self._last = moment.seconds
            print_event(
                "state",
                seconds=round(moment.seconds, 1),
                lead=asdict(moment.lead),
                seen=moment.seen,
            )


class Picture:
    """A picture of the session that is drawn anew a few times a second; use it with `with`."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._where = ""
        self._control = Text()
        console = Console(stderr=True)
        self._live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Picture:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def started(self, recorder: Recorder, control: Control) -> None:
        """Keep what stays the same."""
        host, port = recorder.address
        self._where = f"proxy {host}, port {port}"
        if recorder.wireguard:
            self._where += f" · import {recorder.wireguard}"
        self._control = Text(control_line(control), style="green" if control.passed else "bold red")

    def show(self, moment: Moment) -> None:
        """Hand the picture to the screen."""
        self._live.update(self.draw(moment))

    def draw(self, moment: Moment) -> RenderableType:
        """Return the picture of a moment."""
        parts: list[RenderableType] = [_lead(moment), self._control]
        if moment.seen:
            parts += [_totals(moment.seen), _columns(moment.seen), _latest(moment.seen["latest"])]
        parts += [Text(line, style="yellow", overflow="ellipsis") for line in moment.said[-2:]]
        title = f"{self._title} · {_clock(moment.seconds)} · {self._where}"
        return Panel(Group(*parts), title=title, title_align="left")


def control_line(control: Control) -> str:
    """Say in one line whether the recording finds what was planted."""
    total = len(control.found) + len(control.missed)
    if control.passed:
        return f"Positive control passed: {total} of {total} planted messages were found again."
    if control.problem:
        return f"Positive control FAILED: {control.problem}"
    return f"Positive control FAILED: not found again: {', '.join(control.missed)}."


def print_event(name: str, **told: Any) -> None:
    """Print one event as a line of JSON."""
    click.echo(json.dumps({"event": name, "time": round(time.time(), 3), **told}))


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _lead(moment: Moment) -> RenderableType:
    """Draw what the tester does now, as large as a terminal can."""
    lead = moment.lead
    style = {"do-now": "bold black on yellow", "get-ready": "bold yellow"}.get(lead.phase, "bold")
    place = f"Step {lead.number} of {lead.total}" if lead.total else ""
    rest = f"{lead.countdown:.0f} s" if lead.countdown else ""
    head = " · ".join(filter(None, (place, lead.condition, rest)))
    lines = [Text(head, style="dim"), Text(f" {lead.text} ", style=style)]
    return Group(*lines, Text(lead.hint, style="dim"))


def _totals(seen: Mapping[str, Any]) -> Text:
    names = ("exchange", "connection", "mark")
    text = Text(" · ".join(many(seen[f"{name}s"], name) for name in names))
    if seen["interventions"]:
        text.append(f" · {seen['interventions']} blocked by us", style="yellow")
    if seen["errors"]:
        text.append(f" · {many(seen['errors'], 'error of the recorder')}", style="bold red")
    return text


def _columns(seen: Mapping[str, Any]) -> Table:
    """Draw receivers, kinds of data and sealed connections side by side."""
    grid = Table.grid(padding=(0, 3))
    receivers = [(one["name"], f"{one['messages']}") for one in seen["receivers"]]
    kinds = [(one["name"], f"{one['messages']}") for one in seen["categories"]]
    sealed = [(one["host"], _SEALED[one["outcome"]]) for one in seen["sealed"]]
    grid.add_row(
        _list("Receivers", receivers), _list("Kinds of data", kinds), _list("Sealed", sealed)
    )
    return grid


def _list(title: str, rows: list[tuple[str, str]]) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=True)
    table.add_column(title, overflow="ellipsis", max_width=34, no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows[:_ROWS]:
        table.add_row(*(Text(cell) for cell in row))
    if len(rows) > _ROWS:
        table.add_row(Text(f"and {len(rows) - _ROWS} more", style="dim"), "")
    return table


def _latest(latest: list[Mapping[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False)
    for one in latest[-_ROWS:]:
        clock = time.strftime("%H:%M:%S", time.localtime(one["time"]))
        if one["what"] == "message":
            words = f"{one['receiver']}: {', '.join(one['kinds']) or 'nothing we know'}"
        else:
            words = f"{one['what']}: {one['action']}"
        table.add_row(Text(clock, style="dim"), Text(words))
    return table
