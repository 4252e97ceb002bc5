"""Run a program under a leash: what it says is read along, and it never outlives the block."""

from __future__ import annotations

import queue
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType

from auditor.errors import AuditorError

_LINES, _LETTERS = 200, 1500
_GRACE_S = 15.0


class Running:
    """One process, ended by its id when the block ends, however that comes about."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own Python, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._said: deque[str] = deque(maxlen=_LINES)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def _listen(self) -> None:
        if self._process.stdout:
            for line in self._process.stdout:
                self._said.append(line)
                self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, pattern: str, seconds: float) -> re.Match[str]:
        """Return the first line that fits; AuditorError when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(end - time.monotonic(), 0.001))
            except queue.Empty:
                line = None
            if line is None:
                raise AuditorError(
                    f"A part of the rehearsal did not start: nothing said “{pattern}”.",
                    f"It said: {self.said()}",
                )
            if found := re.search(pattern, line):
                return found

    @property
    def ended(self) -> bool:
        """Say whether the process is over."""
        return self._process.poll() is not None

    def said(self) -> str:
        """Return what the process said, without the places of tracebacks.

        Of a long text the beginning and the end: the reason may stand before the tracebacks of what
        it broke off, or behind warnings.
        """
        lines = (line for line in tuple(self._said) if not line.startswith("  "))
        text = "".join(lines).strip()
        if len(text) > 2 * _LETTERS:
            text = f"{text[:_LETTERS]} … {text[-_LETTERS:]}"
        return text or "nothing at all"

    def stop(self) -> int | None:
        """Ask the process to end, wait for it, and return its exit code; None when it hung."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            return self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End the process at once, without a chance to tidy up."""
        self._process.kill()
        self._process.wait()
        self._listener.join(_GRACE_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
