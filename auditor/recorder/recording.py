"""The recording that the parts of the recorder share: where to write, and what was counted."""

from __future__ import annotations

import errno
import functools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from mitmproxy import flow

from auditor.session.folder import Position, SessionWriter

_LOG = logging.getLogger(__name__)

_FULL = frozenset(
    code for name in ("ENOSPC", "EDQUOT", "EFBIG") if (code := getattr(errno, name, None))
)


@dataclass(slots=True)
class Talk:
    """How far a WebSocket, TCP or UDP conversation is."""

    frames: int = 0
    """Messages that passed."""
    dropped: int = 0
    """The first so many are in the journal only."""
    held: int = 0
    """Bytes of the others."""


class Recording:
    """One session while it is recorded; without a writer before the start and after the end."""

    def __init__(self, on_stop: Callable[[SessionWriter], None] | None = None) -> None:
        """`on_stop` gets the writer when the disk takes no more, to abandon it."""
        self.writer: SessionWriter | None = None
        self.started = 0.0
        self.counts = {"flows": 0, "marks": 0, "errors": 0}
        self.stopped = ""
        """Why the recording ended before somebody ended it."""
        self.open_flows: dict[str, flow.Flow] = {}
        self.talks: dict[str, Talk] = {}
        self._on_stop = on_stop
        self.whole: tuple[Position, int] | None = None

    # ---- start and end

    def start(self, folder: Path, rotate: int) -> None:
        """Open the folder; go on where a script that mitmproxy loads again has left off.

        Raises StoreError when the folder holds an earlier session or cannot be written.
        """
        before = _left.pop(folder.expanduser().absolute(), None)
        whole = before.whole if before else None
        self.writer = SessionWriter(folder, rotate, whole[0] if whole else None)
        self.started = time.time()
        if before and whole:
            self.started, self.counts = before.started, {**before.counts, "flows": whole[1]}
            self.open_flows, self.talks = before.open_flows, before.talks

    def add_unfinished(self, write: Callable[[flow.Flow], None]) -> None:
        """Write what is still open; a script that is loaded again takes it back and goes on."""
        if self.writer:
            self.whole = self.writer.position(), self.counts["flows"]
            for one in list(self.open_flows.values()):
                write(one)

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the last facts and close."""
        if not self.writer:
            return
        try:
            self.writer.finish(facts)
        except OSError as error:
            self._stop(error)
            return
        _left[self.writer.folder] = self
        self.writer = None

    # ---- what passes

    def add_flow(self, state: bytes) -> None:
        """Append a flow, if a session is recorded."""
        if self.writer:
            try:
                self.writer.add_flow(state)
                self.counts["flows"] += 1
            except OSError as error:
                self._stop(error)

    def note(self, kind: str, **entry: object) -> None:
        """Append a line to the journal, if there is one."""
        if self.writer:
            try:
                self.writer.note(kind, **entry)
            except OSError as error:
                self._stop(error)

    def write_facts(self, facts: Mapping[str, Any]) -> None:
        """Replace session.yaml, if a session is recorded."""
        if self.writer:
            try:
                self.writer.write_facts(facts)
            except OSError as error:
                self._stop(error)

    def _stop(self, error: OSError) -> None:
        """End a recording that cannot be written: better no traffic than traffic unrecorded."""
        writer, self.writer = self.writer, None
        said = error.strerror or str(error)
        self.stopped = "disk full" if error.errno in _FULL else f"writing failed: {said}"
        _LOG.error("auditor_capture: the recording has ended: %s (%s).", self.stopped, said)
        if writer and self._on_stop:
            self._on_stop(writer)

    def failed(self, hook: str, error: Exception) -> None:
        """Count an exception and write it down; the capture goes on without what it hit."""
        self.counts["errors"] += 1
        _LOG.error("auditor_capture: %s failed: %s", hook, error)
        message = f"{type(error).__name__}: {error}"[:300]
        self.note("error", hook=hook, message=message, time=time.time())


_left: dict[Path, Recording] = {}
"""Recordings that ended in this process, by folder; this module stays when a script is reloaded."""


class _Part(Protocol):
    recording: Recording


_S = TypeVar("_S", bound=_Part)
_P = ParamSpec("_P")


def counted(hook: Callable[Concatenate[_S, _P], None]) -> Callable[Concatenate[_S, _P], None]:
    """Count a hook's exceptions in the journal and go on: mitmproxy would only log them."""

    @functools.wraps(hook)
    def guarded(self: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            hook(self, *args, **kwargs)
        except Exception as error:
            self.recording.failed(hook.__name__, error)

    return guarded
