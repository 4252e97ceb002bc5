"""A clock that the client moves forward, so that ten minutes of a session need no ten minutes.

Client and recorder share eight bytes of a file: the seconds by which their clocks are ahead. Whatever
passes between two moves takes the time it really takes.
"""

from __future__ import annotations

import mmap
import struct
import time
from collections.abc import Callable
from pathlib import Path

_FORM = struct.Struct("<d")


class MovedClock:
    """The client's end: it sets the time."""

    def __init__(self, path: Path, now: float) -> None:
        """Make the file; the clock begins at `now`, in seconds since 1970."""
        path.write_bytes(_FORM.pack(0.0))
        self._shared = _shared(path)
        self._ahead = 0.0
        self.move_to(now)

    def now(self) -> float:
        """Return the time that client and recorder agree on."""
        return time.time() + self._ahead

    def move_to(self, moment: float) -> None:
        """Jump to a moment; a clock that is there already is left alone, as time never goes back."""
        missing = moment - self.now()
        if missing > 0 or not self._ahead:
            self._ahead += missing
            self._shared[: _FORM.size] = _FORM.pack(self._ahead)


def reader(path: Path) -> Callable[[], float]:
    """Return what stands in for `time.time` in the recorder's process."""
    shared, real = _shared(path), time.time

    def now() -> float:
        return real() + float(_FORM.unpack(shared[: _FORM.size])[0])

    return now


def _shared(path: Path) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), _FORM.size)
