"""Rebuild WebSocket, TCP and UDP conversations from the journal.

Needed for those that were open when the recorder was killed, and for long ones, of whose first
messages the recorder keeps nothing but their lines in the journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.records import Exchange, Loss, Message
from auditor.sources import lines
from auditor.sources.journal import Held

UNSAVED = "rebuilt from the journal: the recording ended before the conversation did"
LONG = "rebuilt from the journal: the saved conversation holds its last messages only"

_NOWHERE = "message of a conversation that is in no file"


class Conversations:
    """Which conversations are whole in the flows, and which have to be rebuilt."""

    def __init__(self, journal: Path, held: Mapping[str, Held], losses: list[Loss]) -> None:
        self._journal = journal
        self._losses = losses
        self._parts = {flow: _Parts(one.frames) for flow, one in held.items()}
        self._held = held

    def whole(self, saved: Exchange, trimmed: int) -> bool:
        """Take a conversation as it was saved; False when it comes later, from the journal.

        `trimmed` says how many messages are missing before its first.
        """
        heads = _heads(saved)
        frames = len(saved.messages) - heads
        held = self._held.get(saved.id)
        if not held or not held.frames or (not trimmed and held.frames <= frames):
            self._parts.pop(saved.id, None)
            if trimmed:
                self._losses.append(Loss(_NOWHERE, count=trimmed))
            return True
        parts = self._parts[saved.id]
        parts.exchange = replace(saved, messages=saved.messages[:heads])
        parts.error = "; ".join(filter(None, (saved.error, LONG)))
        parts.end = trimmed + frames
        parts.frames = dict(enumerate(saved.messages[heads:], trimmed))
        return False

    def rebuilt(self, first: int) -> Iterator[Exchange]:
        """Yield what has to be rebuilt, each as soon as its last line is read; numbers from `first`.

        In memory are the conversations that are open at that place of the journal, no others.
        """
        number = first
        for flow in self._ready():
            parts = self._parts.pop(flow)
            if parts.exchange is None:
                lost = Loss("message of a conversation whose beginning is lost", count=parts.read)
                self._losses.append(lost)
                continue
            gaps = max(parts.end, self._held[flow].end) - len(parts.frames)
            if gaps > 0:
                self._losses.append(Loss(_NOWHERE, count=gaps))
            frames = tuple(parts.frames[at] for at in sorted(parts.frames))
            messages = parts.exchange.messages + frames
            yield replace(parts.exchange, number=number, messages=messages, error=parts.error)
            number += 1

    def _ready(self) -> Iterator[str]:
        if not self._parts:
            return
        for _, line in lines.lines(self._journal):
            try:
                entry = json.loads(line.strip(b"\0 \t\r\n"))
                if entry["kind"] not in {"open", "frame"}:
                    continue
                flow = lines.flow_of(entry)
                if flow in self._parts and self._parts[flow].take(entry):
                    yield flow
            except lines.BAD:
                continue  # counted when the journal was read first
        yield from list(self._parts)


@dataclass(slots=True)
class _Parts:
    """A conversation while its lines are gathered."""

    expected: int
    read: int = 0
    exchange: Exchange | None = None
    error: str = UNSAVED
    end: int = 0
    frames: dict[int, Message] = field(default_factory=dict)

    def take(self, entry: dict[str, object]) -> bool:
        """Take a line; say whether it was the last one. What was saved goes before the journal."""
        if entry["kind"] == "open":
            self.exchange = self.exchange or lines.opened(entry)
        else:
            number, message = lines.frame(entry)
            self.frames.setdefault(number, message)
            self.read += 1
        return self.read == self.expected


def _heads(saved: Exchange) -> int:
    """Return how many messages of a conversation are bodies of HTTP, not frames."""
    if saved.kind != "websocket":
        return 0
    return 1 if saved.status is None else 2
