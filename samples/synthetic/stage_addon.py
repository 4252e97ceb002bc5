"""mitmproxy addon: put mitmdump on the stage of a synthetic session.

Its clock is the client's, every name leads to the stage's servers on loopback, and it answers the
positive control as `auditor capture` does. What is recorded stays as it is.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader

from auditor.recorder.control import ControlAnswer
from auditor.session.marks import HOST

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from synthetic.clock import reader

RAW_PORT = 4070
"""Where Spotify's access points listen; the stage has a server there that is no web server."""


class SyntheticStage:
    """Set up once, when mitmdump reads its options."""

    def __init__(self) -> None:
        self._up = False
        self._dial = asyncio.open_connection

    def load(self, loader: Loader) -> None:
        """Add the options."""
        loader.add_option("stage_clock", str, "", "File of the client's clock.")
        loader.add_option("stage_web", int, 0, "Port of the stage's web server.")
        loader.add_option("stage_raw", int, 0, "Port of the stage's other server.")

    def configure(self, updated: set[str]) -> None:
        """Take over clock and names before anything is recorded."""
        if self._up or not ctx.options.stage_clock:
            return
        self._up = True
        time.time = reader(Path(ctx.options.stage_clock))
        asyncio.open_connection = self._lead  # type: ignore[assignment]
        ctx.master.addons.add(ControlAnswer(Path(ctx.options.auditor_dir)))

    async def _lead(self, host: str, port: int, **more: Any) -> Any:
        """Stand in for the names of the internet: whatever is dialled is on the stage."""
        to = ctx.options.stage_raw if port == RAW_PORT else ctx.options.stage_web
        return await self._dial("127.0.0.1", to, **more)

    def request(self, flow: http.HTTPFlow) -> None:
        """Let the client add facts to session.yaml, as `auditor capture` does."""
        if flow.request.pretty_host == HOST and flow.request.path == "/tell":
            ctx.master.addons.get("auditorcapture").tell(json.loads(flow.request.get_text() or ""))
            flow.response = http.Response.make(200, b"{}", {"content-type": "application/json"})


addons = [SyntheticStage()]
