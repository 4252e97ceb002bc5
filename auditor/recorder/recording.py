"""The recording that the parts of the recorder share: where to write, and what was counted."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from auditor.session.folder import SessionWriter

_LOG = logging.getLogger(__name__)


class Recording:
    """One session while it is recorded; without a writer before the start and after the end."""

    def __init__(self) -> None:
        self.writer: SessionWriter | None = None
        self.counts = {"flows": 0, "marks": 0, "errors": 0}

    def note(self, kind: str, **entry: object) -> None:
        """Append a line to the journal, if there is one."""
        if self.writer:
            self.writer.note(kind, **entry)

    def failed(self, hook: str, error: Exception) -> None:
        """Count an exception and write it down; the capture goes on without what it hit."""
        self.counts["errors"] += 1
        _LOG.error("auditor_capture: %s failed: %s", hook, error)
        message = f"{type(error).__name__}: {error}"[:300]
        self.note("error", hook=hook, message=message, time=time.time())


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
