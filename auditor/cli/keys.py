"""Read single keys while the screen is being drawn; where there is no terminal, lines."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType

_PAUSE_S = 0.1


class Keys:
    """Call `press` with `enter` or a small letter for every key; use it with `with`.

    `press` is called from a thread of its own. Ctrl-C stays a signal.
    """

    def __init__(self, press: Callable[[str], None]) -> None:
        self._press = press
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._stack = ExitStack()

    def __enter__(self) -> Keys:
        if sys.stdin.isatty():
            self._stack.enter_context(_single_keys())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if sys.stdin.isatty():
            self._thread.join()
        self._stack.close()

    def _read(self) -> None:
        for key in self._keys() if sys.stdin.isatty() else _lines():
            if self._over.is_set():
                return
            self._press("enter" if key in {"\r", "\n", ""} else key.lower())

    def _keys(self) -> Iterator[str]:
        while not self._over.is_set():
            key = _next_key()
            if key:
                yield key


def _lines() -> Iterator[str]:
    """Yield the first letter of every line, for scripts."""
    for line in sys.stdin:
        yield line.strip()[:1]


if sys.platform == "win32":
    import msvcrt
    import time

    @contextmanager
    def _single_keys() -> Iterator[None]:
        yield

    def _next_key() -> str:
        """Wait a moment for a key; never run on Windows so far."""
        if msvcrt.kbhit():
            return msvcrt.getwch()
        time.sleep(_PAUSE_S)
        return ""

else:
    import os
    import select
    import termios
    import tty

    @contextmanager
    def _single_keys() -> Iterator[None]:
        """Hand keys over one by one, unechoed; signals and line ends stay as they are."""
        before = termios.tcgetattr(sys.stdin)
        # At once: the default would throw away what was typed before.
        tty.setcbreak(sys.stdin, termios.TCSANOW)
        try:
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def _next_key() -> str:
        """Wait a moment for a key; past the buffers, which `select` does not know."""
        ready, _, _ = select.select([sys.stdin], [], [], _PAUSE_S)
        return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace") if ready else ""
