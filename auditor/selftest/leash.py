"""mitmproxy addon: end cleanly when standard input ends, also when the rehearsal was killed.

A closed pipe is the one request to stop that Linux, macOS and Windows deliver alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from typing import Any

from mitmproxy import ctx


class Leash:
    """Wait for the end of standard input beside mitmproxy's loop."""

    def running(self) -> None:
        """Begin to wait."""
        told = (asyncio.get_running_loop(), ctx.master.shutdown)
        threading.Thread(target=_wait, args=told, daemon=True).start()


def _wait(loop: asyncio.AbstractEventLoop, stop: Any) -> None:
    # os.read: a thread that waits inside sys.stdin keeps Python from ending.
    while os.read(0, 1024):
        pass
    with contextlib.suppress(RuntimeError):  # the loop ended by itself
        loop.call_soon_threadsafe(stop)


class _Voice:
    """Standard output that nobody need listen to."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def write(self, text: str) -> int:
        """Write a text, or lose it where nobody reads any more."""
        with contextlib.suppress(OSError):
            self._inner.write(text)
        return len(text)

    def flush(self) -> None:
        """Do the same with what was held back."""
        with contextlib.suppress(OSError):
            self._inner.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def talk_on() -> None:
    """Go on when the reader of standard output has died.

    mitmproxy exits at the first line that it cannot print, and would leave the session open.
    """
    sys.stdout = _Voice(sys.stdout)


addons = [Leash()]
