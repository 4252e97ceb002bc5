"""Put the bytes of one direction of a TCP connection back into order."""

from __future__ import annotations

from dataclasses import dataclass, field

_WRAP = 1 << 32
_HALF = 1 << 31
_AHEAD = 8 << 20
"""Bytes that may wait for a missing segment; then the gap is given up."""
_PIECES = 2_000
_JUMP = 64 << 20
"""A larger jump is no gap but damage."""


@dataclass(slots=True)
class Half:
    """One direction: what arrived, and how much of it is missing."""

    following: int | None = None
    """Sequence number of the next byte."""
    missing: int = 0
    _waiting: dict[int, bytes] = field(default_factory=dict)
    _held: int = 0

    def begin(self, sequence: int) -> None:
        """Take the number of a SYN."""
        self.following = (sequence + 1) % _WRAP

    def add(self, sequence: int, data: bytes) -> tuple[int, bytes]:
        """Take a segment; return bytes that were jumped over, and those that are in order now."""
        if self.following is None:
            self.following = sequence
        if not data:
            return 0, b""
        ahead = self._ahead(sequence)
        if ahead > _JUMP or ahead < -_JUMP:
            return 0, b""
        if ahead <= 0:
            return 0, self._take(data[-ahead:]) if -ahead < len(data) else b""
        if len(data) > len(self._waiting.get(sequence, b"")):
            self._held += len(data) - len(self._waiting.get(sequence, b""))
            self._waiting[sequence] = data
        full = self._held > _AHEAD or len(self._waiting) > _PIECES
        return self.flush() if full else (0, b"")

    def flush(self) -> tuple[int, bytes]:
        """Give up the first gap, because nothing more will fill it."""
        if not self._waiting:
            return 0, b""
        nearest = min(self._waiting, key=self._ahead)
        gap = max(0, self._ahead(nearest))
        self.missing += gap
        self.following = nearest if gap else self.following
        return gap, self._take(b"")

    def _take(self, data: bytes) -> bytes:
        parts = [data]
        self._advance(len(data))
        while self._waiting:
            near = min(self._waiting, key=self._ahead)
            ahead = self._ahead(near)
            if ahead > 0:
                break
            waiting = self._waiting.pop(near)
            self._held -= len(waiting)
            if -ahead < len(waiting):
                parts.append(waiting[-ahead:])
                self._advance(len(waiting) + ahead)
        return b"".join(parts)

    def _advance(self, count: int) -> None:
        self.following = ((self.following or 0) + count) % _WRAP

    def _ahead(self, sequence: int) -> int:
        return (sequence - (self.following or 0) + _HALF) % _WRAP - _HALF
