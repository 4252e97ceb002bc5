"""Turn signals into calls while a block runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_signals(interrupt: Callable[[], None], terminate: Callable[[], None]) -> Iterator[None]:
    """Call `interrupt` on Ctrl-C, `terminate` when the system ends the process.

    Only the main thread may use it. Windows has no SIGTERM that another process can send; there
    the break signal of a closing console stands for it.
    """
    calls = {signal.SIGINT: interrupt, signal.SIGTERM: terminate}
    if hasattr(signal, "SIGBREAK"):
        calls[signal.SIGBREAK] = terminate
    before = {number: signal.signal(number, _handler(call)) for number, call in calls.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _handler(call: Callable[[], None]) -> Callable[[int, object], None]:
    return lambda _number, _frame: call()
