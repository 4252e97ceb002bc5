"""A track while its lines are still being read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from auditor.library.model import (
    MOST_MARKERS,
    NO_TIME,
    TOO_MANY,
    Bad,
    CuePoint,
    Item,
    Loop,
    Track,
    text,
)


@dataclass(slots=True)
class Draft:
    """Collects cue points and loops, and counts those that cannot be."""

    facts: dict[str, Any] = field(default_factory=dict)
    """Arguments of `Track`."""
    cues: list[CuePoint] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)

    def add_cue(self, position_s: float | None, name: object = "", hot: bool = True) -> None:
        """Add a cue point, or count it when it has no position."""
        if position_s is None:
            self.bad.append(NO_TIME)
        elif self._has_room():
            self.cues.append(CuePoint(position_s, text(name), hot))

    def add_loop(self, start_s: float | None, end_s: float | None, name: object = "") -> None:
        """Add a loop, or count it when it has no beginning; an end before it is left out."""
        if start_s is None:
            self.bad.append(NO_TIME)
        elif self._has_room():
            ends = end_s if end_s is not None and end_s > start_s else None
            self.loops.append(Loop(start_s, ends, text(name)))

    def _has_room(self) -> bool:
        if len(self.cues) + len(self.loops) < MOST_MARKERS:
            return True
        self.bad.append(TOO_MANY)
        return False

    def done(self) -> Iterator[Item]:
        """Yield the track, then what was wrong with it."""
        yield Track(**self.facts, cues=tuple(self.cues), loops=tuple(self.loops))
        yield from self.bad
