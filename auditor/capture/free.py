"""Recording without a protocol: until the tester ends it, then a tail; the same shape as `Guide`."""

from __future__ import annotations

from auditor.capture.guide import Event, View

_RECORDING = "Recording. Use the program; press Ctrl-C when you are done."
_TAIL = "Hands off. The program sends what it kept back."


class Free:
    """Where a recording without a schedule is."""

    def __init__(self, tail: float, duration: float | None, now: float) -> None:
        self._tail = tail
        self._until = None if duration is None else now + duration
        self._in_tail = False
        self.finished = False

    def tick(self, now: float) -> list[Event]:
        """Go on to where the clock is; nothing is to be written down."""
        while not self.finished and self._until is not None and now >= self._until:
            self._go_on(self._until)
        return []

    def press(self, key: str, now: float) -> list[Event]:
        """`q` goes to the tail, and from there to the end; other keys mean nothing."""
        self.tick(now)
        if key == "q":
            self._go_on(now)
        return []

    def view(self, now: float) -> View:
        """Say what to show."""
        left = max(0.0, self._until - now) if self._until is not None else 0.0
        if self.finished:
            return View("finished", "Finished.", "", 0.0, 0, 0, "")
        if self._in_tail:
            return View("tail", _TAIL, "Ctrl-C: end now", left, 0, 0, "")
        return View("waiting", _RECORDING, "", left, 0, 0, "")

    def _go_on(self, now: float) -> None:
        """From recording to the tail, from the tail to the end."""
        if self._in_tail:
            self.finished = True
        else:
            self._in_tail, self._until = True, now + self._tail
