"""The set as it was played, from the tester's marks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pandas as pd

from auditor.reconstruct.records import DjSet, Jump, Loop, Pause, Play, Stretch, Transition

_ZERO = pd.Timestamp(0, tz="UTC")


@dataclass(frozen=True, slots=True)
class Done:
    """One mark."""

    action: str
    start: float
    end: float
    values: Mapping[str, Any]

    def number(self, name: str) -> float | None:
        """Return a value where it is a number."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) and value is not True else None

    def text(self, name: str) -> str:
        """Return a value as a label."""
        value = self.values.get(name)
        return "" if value is None else str(value)


@dataclass(slots=True)
class _Deck:
    """One track on one deck while its marks are read."""

    track: str
    name: str
    spans: list[tuple[float, float | None, float, float | None]] = field(default_factory=list)
    since: tuple[float, float | None] | None = None
    jumps: list[Jump] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)


def marks_of(marks: pd.DataFrame) -> list[Done]:
    """Return the marks in order of time."""
    starts, ends = ((marks[name] - _ZERO).dt.total_seconds() for name in ("start", "end"))
    rows = zip(marks["action"].astype("object"), starts, ends, marks["values"], strict=True)
    done = [Done(str(action), start, end, json.loads(told)) for action, start, end, told in rows]
    return sorted(done, key=lambda one: one.start)


def real_set(marks: Sequence[Done]) -> DjSet:
    """Return what was played: one lane per deck that marks name, one in all when they name none.

    A return of a loop is part of the loop. Places are None where a mark does not tell them.
    """
    plays: list[Play] = []
    decks: dict[str, _Deck] = {}
    for one in marks:
        name = one.text("deck")
        if one.action in {"load", "eject"}:
            plays += _end(decks.pop(name, None), one.start)
        if one.action not in {"idle", "crossfade", "eject"}:
            deck = decks.setdefault(name, _Deck(one.text("track"), name))
            deck.track = deck.track or one.text("track")
            _take(deck, one)
    last = max((one.end for one in marks), default=0.0)
    for deck in decks.values():
        plays += _end(deck, last)
    fades = [one for one in marks if one.action == "crossfade"]
    transitions = tuple(
        Transition(one.start, one.end, one.text("from_track"), one.text("to_track"))
        for one in fades
    )
    return DjSet(tuple(sorted(plays, key=lambda one: one.start)), transitions)


def _take(deck: _Deck, one: Done) -> None:
    place = one.number("position_s")
    match one.action:
        case "play" if deck.since is None:
            deck.since = (one.start, place)
        case "pause":
            _rest(deck, one.end, place)
        case "seek" | "cue-jump":
            cue = one.action == "cue-jump"
            deck.jumps.append(Jump(one.start, one.number("from_s"), place, one.start, cue=cue))
        case "loop-on":
            into, out = one.number("in_s") or 0.0, one.number("out_s") or 0.0
            deck.loops.append(Loop(one.start, one.end, into, out, ()))
        case "loop-off" if deck.loops:
            on = deck.loops.pop()
            deck.loops.append(Loop(on.start, one.end, on.in_s, on.out_s, tuple(_returns(one))))


def _returns(one: Done) -> Iterator[float]:
    number = 1
    while (time := one.number(f"return_{number}")) is not None:
        yield time
        number += 1


def _rest(deck: _Deck, time: float, place: float | None) -> None:
    if deck.since is not None:
        deck.spans.append((*deck.since, time, place))
    deck.since = None


def _end(deck: _Deck | None, time: float) -> list[Play]:
    """Return the play of a deck, if anything was done on it.

    Where no mark says that it was started, it lasts from the first thing that was done to the last.
    """
    if deck is None:
        return []
    _rest(deck, time, None)
    begun = bool(deck.spans)
    done = [jump.time for jump in deck.jumps] + [loop.start for loop in deck.loops]
    if not begun and done:
        deck.spans.append((min(done), None, time, None))
    if not deck.spans:
        return []
    pieces = tuple(Stretch(((span[0], span[1]), (span[2], span[3]))) for span in deck.spans)
    pauses = tuple(
        Pause(before.end, after.start, before.end_s) for before, after in pairwise(pieces)
    )
    loops, jumps = tuple(deck.loops), tuple(deck.jumps)
    return [Play(deck.track, deck.name, pieces, jumps, pauses, loops, begun=begun)]
