"""mitmproxy addon: record a session folder with flows, journal and facts.

mitmdump -s addons/auditor_capture.py --set auditor_dir=NEW_FOLDER
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from mitmproxy import command, ctx, exceptions, optmanager, version
from mitmproxy.addonmanager import Loader
from mitmproxy.tools.dump import DumpMaster

from auditor import __version__
from auditor.errors import AuditorError
from auditor.recorder.connections import ConnectionWatch
from auditor.recorder.recording import Recording
from auditor.recorder.storage import FlowStore
from auditor.session import facts, folder, marks


class AuditorCapture:
    """Open and close the session; the addons in `addons` watch and write, and alter nothing."""

    def __init__(self) -> None:
        self.recording = Recording(self._stopped)
        self.addons: tuple[FlowStore, ConnectionWatch] = (
            FlowStore(self.recording),
            ConnectionWatch(self.recording),
        )
        self._told: dict[str, Any] = {}

    # ---- start and end

    def load(self, loader: Loader) -> None:
        loader.add_option("auditor_dir", str, "", "New folder that the session is written to.")
        loader.add_option(
            "auditor_session", str, "", "YAML or JSON file with what session.yaml shall say."
        )
        loader.add_option(
            "auditor_rotate_mb",
            int,
            folder.ROTATE >> 20,
            "Megabytes after which the next flow goes into a new file.",
        )

    def configure(self, updated: set[str]) -> None:
        if self.recording.writer and updated & {"auditor_dir", "auditor_session"}:
            raise exceptions.OptionsError("A session is being recorded: its folder stays.")
        if not ctx.options.auditor_dir:
            raise exceptions.OptionsError(
                "auditor_dir is empty: say where to record with --set auditor_dir=NEW_FOLDER"
            )
        if ctx.options.auditor_rotate_mb < 1:
            raise exceptions.OptionsError("auditor_rotate_mb is a number of megabytes, from 1.")
        self._told |= _read_facts(ctx.options.auditor_session)

    def running(self) -> None:
        rotate = ctx.options.auditor_rotate_mb << 20
        try:
            self.recording.start(Path(ctx.options.auditor_dir), rotate)
        except AuditorError as error:
            raise exceptions.OptionsError(f"{error.message} {error.hint}") from None
        self.recording.write_facts(self._facts())

    def done(self) -> None:
        for part in self.addons:
            part.finish()
        self.recording.finish(self._facts(time.time()))

    def tell(self, told: dict[str, Any]) -> None:
        """Add to what session.yaml says; raise ValueError for what only the recorder knows."""
        self._told |= facts.check(told)
        self.recording.write_facts(self._facts())

    def _facts(self, ended: float | None = None) -> dict[str, Any]:
        changed = {n: o.current() for n, o in ctx.options.items() if o.has_changed()}
        tools = {"auditor": __version__, "mitmproxy": version.VERSION}
        times, errors = (self.recording.started, ended), self.recording.counts["errors"]
        return facts.compose(self._told, times, tools, changed, errors)

    def _stopped(self, writer: folder.SessionWriter) -> None:
        """Leave a readable session when the disk takes no more, and end mitmproxy."""
        self._told["stopped"] = self.recording.stopped
        writer.abandon(self._facts(time.time()))
        if isinstance(ctx.master, DumpMaster):
            ctx.master.addons.add(_ExitCode())
        ctx.master.shutdown()

    # ---- for other addons

    @command.command("auditor.add_mark")  # type: ignore[untyped-decorator]
    def add_mark(self, text: str) -> None:
        """Write down a mark, given as JSON."""
        try:
            mark = marks.parse_mark(text, time.time())
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error
        if not self.recording.writer:
            raise exceptions.CommandError("No session is being recorded.")
        self.recording.note(
            "mark", action=mark.action, start=mark.start, end=mark.end, values=mark.values
        )
        self.recording.counts["marks"] += 1

    @command.command("auditor.note")  # type: ignore[untyped-decorator]
    def add_note(self, kind: str, text: str) -> None:
        """Append an `intervention` or a `step` to the journal, given as JSON."""
        entry = json.loads(text)
        if kind not in {"intervention", "step"} or not isinstance(entry, dict):
            raise exceptions.CommandError("Interventions and steps are noted, as JSON objects.")
        self.recording.note(kind, **entry)

    @command.command("auditor.status")  # type: ignore[untyped-decorator]
    def status(self) -> str:
        """Return how far the recording is, as JSON."""
        told = {"recording": bool(self.recording.writer), "started": self.recording.started}
        return json.dumps({**told, **self.recording.counts})


class _ExitCode:
    """The last addon to end: it lets mitmdump exit with 1."""

    def done(self) -> None:
        raise SystemExit(1)


def _read_facts(path: str) -> dict[str, Any]:
    try:
        text = Path(path).expanduser().read_text("utf-8") if path else ""
        return facts.check(optmanager.parse(text))
    except (OSError, ValueError) as error:
        raise exceptions.OptionsError(f"auditor_session cannot be read: {error}") from error


addons = [AuditorCapture()]
