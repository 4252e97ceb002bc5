"""mitmproxy addon: take marks of what the tester does, while traffic passes.

mitmdump -s addons/auditor_capture.py -s addons/auditor_marks.py --set auditor_dir=NEW_FOLDER
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mitmproxy import command, ctx, exceptions, http
from mitmproxy.addonmanager import Loader

from auditor.recorder.listener import MarkListener
from auditor.records import Mark
from auditor.session import marks

NEAR_S = 5.0
"""Exchanges that begin at most this long after a mark carry its action in their metadata."""


class AuditorMarks:
    """Marks by command, through the proxy, or by loopback HTTP; handed to the recorder, if any."""

    def __init__(self) -> None:
        self._listener: MarkListener | None = None
        self._latest: Mark | None = None

    def load(self, loader: Loader) -> None:
        loader.add_option(
            "auditor_marks_port",
            int,
            0,
            "Loopback port that takes marks with a token; 0 chooses one, -1 opens none.",
        )

    async def running(self) -> None:
        port, folder = ctx.options.auditor_marks_port, _folder()
        if port < 0 or self._listener:
            return
        self._listener = MarkListener(self._take, _status)
        try:
            self._listener.open(port, folder)
        except OSError as error:
            raise exceptions.OptionsError(
                f"auditor_marks_port {port} cannot be opened: {error.strerror}"
            ) from None

    def done(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    @command.command("auditor.mark")  # type: ignore[untyped-decorator]
    def mark_command(self, action: str, values: str = "") -> None:
        """Note what the tester did; `values` is a JSON object."""
        try:
            told = json.loads(values) if values else {}
            self._take(json.dumps({"action": action, "values": told}).encode())
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error

    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host == marks.HOST:
            flow.response = flow.response or self._answer(flow.request)
        elif self._latest and flow.request.timestamp_start <= self._latest.end + NEAR_S:
            flow.metadata["auditor_mark"] = self._latest.action

    def _answer(self, request: http.Request) -> http.Response:
        status, answer = 200, _status()
        try:
            if request.path == "/mark":
                body = request.get_content(strict=False) or b""
                marks.check_request(request.method, body, "origin" in request.headers)
                answer = self._take(body)
            elif request.path != "/" or request.method != "GET":
                raise ValueError("Ask for GET / or POST /mark.")  # noqa: TRY301
        except ValueError as error:
            status, answer = 400, {"error": str(error)}
        return http.Response.make(
            status, json.dumps(answer).encode(), {"content-type": "application/json"}
        )

    def _take(self, text: bytes) -> Mapping[str, Any]:
        """Hand a mark to the recorder; raise ValueError with a sentence when it cannot be taken."""
        mark = marks.parse_mark(text, time.time())
        entry = {"action": mark.action, "start": mark.start, "end": mark.end, "values": mark.values}
        try:
            ctx.master.commands.call("auditor.add_mark", json.dumps(entry))
        except exceptions.CommandError as error:
            if not str(error).startswith("Unknown command"):
                raise ValueError(str(error)) from error
        self._latest = mark
        return _status()


def _folder() -> Path | None:
    """Return the recorder's folder; the option exists only where the recorder is loaded."""
    name = ctx.options.auditor_dir if "auditor_dir" in ctx.options else ""
    return Path(name) if name else None


def _status() -> Mapping[str, Any]:
    """Return how far the recorder is; without one nothing is recorded."""
    try:
        return dict(json.loads(ctx.master.commands.call("auditor.status")))
    except exceptions.CommandError:
        return {"recording": False}


addons = [AuditorMarks()]
