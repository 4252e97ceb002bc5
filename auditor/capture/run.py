"""Run mitmproxy in this process, with the addons that record a session."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, cast

from mitmproxy import addons, exceptions, master, options
from mitmproxy.addons.script import load_script

from auditor import resources
from auditor.errors import AuditorError
from auditor.recorder.control import ControlAnswer
from auditor.records import Mark
from auditor.session.private import open_private

_START_S = 90.0
"""Longest wait for mitmproxy to listen; the local redirector may ask for permission first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to record, and how."""

    folder: Path
    modes: tuple[str, ...]
    """mitmproxy's mode specifications; one of them listens as a regular proxy."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What session.yaml shall say beside what the recorder knows itself."""
    pass_on: tuple[str, ...] = ()
    """Hosts whose connections are passed on unread."""
    block: tuple[str, ...] = ()
    """Receivers that are refused."""
    block_quic: bool = False
    confdir: Path | None = None
    """Where mitmproxy keeps its certificate; its own default when None."""


class Recorder:
    """A running recording; use it with `async with`.

    Raises AuditorError when mitmproxy cannot start: the folder is taken, a port is in use, or the
    mode is not available.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.said: list[str] = []
        """Warnings and errors that mitmproxy logged, oldest first."""
        self.address = ("127.0.0.1", 0)
        """Where the regular proxy listens, for the application, for marks and for the control."""
        self.wireguard: Path | None = None
        """What the other computer imports; only in that mode. It holds a key."""

    async def __aenter__(self) -> Recorder:
        self._log = _Log(self.said)
        logging.getLogger().addHandler(self._log)
        try:
            await self._start()
        except BaseException:
            logging.getLogger().removeHandler(self._log)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._close()
        finally:
            logging.getLogger().removeHandler(self._log)

    @property
    def ended(self) -> bool:
        """Whether mitmproxy has ended by itself, for example because the disk is full."""
        return self._task.done()

    @property
    def confdir(self) -> Path:
        """Where mitmproxy keeps its certificate."""
        return Path(self._master.options.confdir).expanduser()

    @property
    def stopped(self) -> str:
        """Why the recording ended by itself; empty while it runs."""
        told: str = self._capture.recording.stopped
        return told or ("mitmproxy ended" if self.ended else "")

    def status(self) -> dict[str, Any]:
        """Return what was counted so far: flows, marks, errors."""
        return dict(json.loads(self._master.commands.call("auditor.status")))

    def mark(self, mark: Mark) -> None:
        """Write down what the tester did."""
        entry = {"action": mark.action, "start": mark.start, "end": mark.end, "values": mark.values}
        self._master.commands.call("auditor.add_mark", json.dumps(entry))

    def note(self, kind: str, entry: Mapping[str, Any]) -> None:
        """Append a line of kind `step` or `intervention` to the journal."""
        self._master.commands.call("auditor.note", kind, json.dumps(entry))

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Add to what session.yaml says."""
        self._capture.tell(dict(facts))

    async def _start(self) -> None:
        self._master = master.Master(options.Options(), asyncio.get_running_loop())
        self._master.addons.add(*addons.default_addons())
        self._capture = _addon("auditor_capture")
        ready = _Ready()
        try:
            # Its folder has to be known before another addon brings options of its own.
            self._master.addons.add(self._capture)
            self._master.options.update(auditor_dir=str(self.plan.folder))
            self._master.addons.add(ControlAnswer(self.plan.folder), _addon("auditor_marks"))
            if self.plan.block or self.plan.block_quic:
                self._master.addons.add(_addon("auditor_block"))
            self._master.addons.add(ready)
            self._master.options.update(**_options(self.plan))
            self._capture.tell(dict(self.plan.facts))
        except (exceptions.OptionsError, ValueError) as error:
            raise self._failure(str(error)) from error
        self._task = asyncio.create_task(self._master.run())
        started = asyncio.create_task(ready.event.wait())
        await asyncio.wait(
            {self._task, started}, timeout=_START_S, return_when=asyncio.FIRST_COMPLETED
        )
        started.cancel()
        if self._task.done() and self._task.exception():
            raise self._failure(str(self._task.exception())) from None
        if not ready.event.is_set() or not self._listens():
            await self._close()
            raise self._failure(" ".join(self.said[-2:]))

    async def _close(self) -> None:
        """Stop listening, then end; mitmproxy by itself leaves its sockets to the system."""
        for one in list(self._master.addons.get("proxyserver").servers):
            if one.is_running:
                await one.stop()
        self._master.shutdown()
        await self._task

    def _listens(self) -> bool:
        """Note where the modes listen; False when one did not come up."""
        servers = list(self._master.addons.get("proxyserver").servers)
        for one in servers:
            if one.mode.type_name == "regular" and one.listen_addrs:
                self.address = one.listen_addrs[0][:2]
            elif one.mode.type_name == "wireguard" and one.is_running:
                self.wireguard = self.plan.folder / "wireguard.conf"
                with open_private(self.wireguard, os.O_TRUNC) as file:
                    file.write(one.client_conf().encode())
        return bool(self.address[1]) and all(one.is_running for one in servers)

    @staticmethod
    def _failure(said: str) -> AuditorError:
        return AuditorError(f"The recording could not start. {said}".strip(), _HINT)


_HINT = "Run `auditor doctor`; it checks port, mode, certificate and disk."


class _Ready:
    """Tell when every addon is running."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def running(self) -> None:
        self.event.set()


class _Log(logging.Handler):
    """Keep what mitmproxy warns of."""

    _KEPT = 50

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())
        del self._said[: -self._KEPT]


def _addon(name: str) -> Any:
    return cast("ModuleType", load_script(str(resources.addon_script(name)))).addons[0]


def _options(plan: Plan) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "mode": list(plan.modes),
        "listen_host": "127.0.0.1",
        "ignore_hosts": [_as_rule(host) for host in plan.pass_on],
    }
    if plan.confdir:
        chosen["confdir"] = str(plan.confdir)
    if plan.block or plan.block_quic:
        chosen["auditor_block_receivers"] = list(plan.block)
        chosen["auditor_block_quic"] = plan.block_quic
    return chosen


def _as_rule(host: str) -> str:
    """Return the pattern by which mitmproxy knows a host and everything below it."""
    name = host.removeprefix("*.").replace(".", r"\.")
    return rf"^(.+\.)?{name}:\d+$"
