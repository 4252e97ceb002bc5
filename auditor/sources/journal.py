"""Read the journal that the capture addon writes beside the flows."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.records import OUTCOMES, Connection, Loss, Mark


@dataclass(frozen=True, slots=True)
class Journal:
    """What the journal says; `frames` counts WebSocket, TCP and UDP messages per flow id."""

    marks: tuple[Mark, ...]
    connections: tuple[Connection, ...]
    frames: dict[str, int]
    errors: int
    exists: bool


def read(path: Path, losses: list[Loss]) -> Journal:
    """Read a journal line by line; lines that make no sense are counted in `losses`.

    Marks come back in order of their start.
    """
    marks: list[Mark] = []
    connections: list[Connection] = []
    frames: Counter[str] = Counter()
    errors = 0
    for number, line in _lines(path):
        try:
            entry = json.loads(line)
            match entry["kind"]:
                case "mark":
                    marks.append(_mark(entry))
                case "connection":
                    connections.append(_connection(entry))
                case "frame":
                    frames[str(entry["flow"])] += 1
                case "error":
                    errors += 1
        except (ValueError, KeyError, TypeError) as error:
            detail = f"line {number}: {type(error).__name__}"
            losses.append(
                Loss("line of the journal that makes no sense", size=len(line), detail=detail)
            )
    marks.sort(key=lambda mark: (mark.start, mark.end))
    return Journal(tuple(marks), tuple(connections), dict(frames), errors, path.is_file())


def _lines(path: Path) -> list[tuple[int, bytes]]:
    if not path.is_file():
        return []
    return [(n, line) for n, line in enumerate(path.read_bytes().splitlines(), 1) if line.strip()]


def _mark(entry: dict[str, Any]) -> Mark:
    start = float(entry["start"])
    values = entry.get("values") or {}
    if not isinstance(values, dict):
        raise TypeError("values of a mark must be an object")
    return Mark(str(entry["action"]), start, float(entry.get("end") or start), values)


def _connection(entry: dict[str, Any]) -> Connection:
    outcome = str(entry["outcome"])
    if outcome not in OUTCOMES:
        raise ValueError(f"unknown outcome {outcome}")
    ended = entry.get("ended")
    return Connection(
        id=str(entry["id"]),
        outcome=outcome,
        started=float(entry["started"]),
        ended=None if ended is None else float(ended),
        sni=str(entry.get("sni") or ""),
        address=str(entry.get("address") or ""),
        bytes_up=int(entry.get("bytes_up") or 0),
        bytes_down=int(entry.get("bytes_down") or 0),
        process=str(entry.get("process") or ""),
        detail=str(entry.get("detail") or ""),
    )
