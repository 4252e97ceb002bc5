"""Read the journal that the capture addon writes beside the flows.

Of conversations this first pass keeps a count only; `auditor.sources.conversations` reads those
again that have to be rebuilt.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.records import OUTCOMES, Connection, Intervention, Loss, Mark, Value
from auditor.sources import lines
from auditor.sources.moments import moment

_NO_SENSE = "line of the journal that makes no sense"


@dataclass(slots=True)
class Held:
    """What the journal holds of a conversation."""

    begun: bool = False
    """Whether it says how the conversation began."""
    frames: int = 0
    end: int = 0
    """One more than the highest number of a frame."""


@dataclass(slots=True)
class Journal:
    """What the journal says."""

    exists: bool
    marks: list[Mark] = field(default_factory=list)
    connections: dict[str, Connection] = field(default_factory=dict)
    """The last line of each connection, by its id."""
    interventions: list[Intervention] = field(default_factory=list)
    conversations: dict[str, Held] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    """What session.yaml was told last."""
    errors: int = 0


def read(path: Path, losses: list[Loss]) -> Journal:
    """Read a journal line by line; lines that make no sense are counted in `losses`.

    Marks come back in order of their start.
    """
    told = Journal(path.is_file())
    for number, line in lines.lines(path):
        # A power loss can leave NUL bytes where the system had reserved room.
        whole = line.strip(b"\0 \t\r\n")
        if b"\0" in line:
            losses.append(Loss(_NO_SENSE, size=line.count(b"\0"), detail=f"line {number}: NUL"))
        if not whole:
            continue
        try:
            entry = json.loads(whole)
            _READERS[entry["kind"]](told, entry)
        except lines.BAD as error:
            detail = f"line {number}: {type(error).__name__}"
            losses.append(Loss(_NO_SENSE, size=len(line), detail=detail))
    told.marks.sort(key=lambda mark: (mark.start, mark.end))
    return told


def _mark(told: Journal, entry: dict[str, Any]) -> None:
    start = moment(entry["start"])
    end = moment(start if entry.get("end") is None else entry["end"])
    values: dict[str, Value] = entry.get("values") or {}
    if not isinstance(entry["action"], str) or not isinstance(values, dict):
        raise TypeError("a mark has a word for its action and an object of values")
    if end < start:
        raise ValueError("a mark ends before it starts")
    for value in values.values():
        if not isinstance(value, str | int | float | None):
            raise TypeError("values of a mark are single values")
        if isinstance(value, int | float) and not math.isfinite(value):
            raise ValueError("values of a mark are finite")
    told.marks.append(Mark(entry["action"], start, end, values))


def _connection(told: Journal, entry: dict[str, Any]) -> None:
    outcome = str(entry["outcome"])
    if outcome not in OUTCOMES:
        raise ValueError(f"unknown outcome {outcome}")
    ended = entry.get("ended")
    one = Connection(
        id=str(entry["id"]),
        outcome=outcome,
        started=moment(entry["started"]),
        ended=None if ended is None else moment(ended),
        sni=str(entry.get("sni") or ""),
        address=str(entry.get("address") or ""),
        bytes_up=lines.size(entry.get("bytes_up")),
        bytes_down=lines.size(entry.get("bytes_down")),
        process=str(entry.get("process") or ""),
        detail=str(entry.get("detail") or ""),
    )
    told.connections[one.id] = one


def _intervention(told: Journal, entry: dict[str, Any]) -> None:
    one = Intervention(
        what=str(entry["what"]),
        target=str(entry.get("target") or ""),
        time=moment(entry["time"]),
        flow=str(entry.get("flow") or ""),
    )
    told.interventions.append(one)


def _open(told: Journal, entry: dict[str, Any]) -> None:
    one = lines.opened(entry)
    told.conversations.setdefault(one.id, Held()).begun = True


def _frame(told: Journal, entry: dict[str, Any]) -> None:
    number, _ = lines.frame(entry)
    held = told.conversations.setdefault(lines.flow_of(entry), Held())
    held.frames += 1
    held.end = max(held.end, number + 1)


def _session(told: Journal, entry: dict[str, Any]) -> None:
    if not isinstance(entry["facts"], dict):
        raise TypeError("facts are names with values")
    told.facts = entry["facts"]


def _error(told: Journal, _: dict[str, Any]) -> None:
    told.errors += 1


def _nothing(_: Journal, __: dict[str, Any]) -> None:
    """Leave out the steps of a protocol: they guide the tester, the audit goes by the marks."""


_READERS: dict[str, Callable[[Journal, dict[str, Any]], None]] = {
    "connection": _connection,
    "error": _error,
    "frame": _frame,
    "intervention": _intervention,
    "mark": _mark,
    "open": _open,
    "session": _session,
    "step": _nothing,
}
