"""Read the journal that the capture addon writes beside the flows."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.records import OUTCOMES, Connection, Loss, Mark, Value
from auditor.sources.moments import moment

_MOST = 2**48
"""Bytes of a connection; more is damage, and would not fit into a table's sums."""


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
                case _:
                    raise ValueError("a kind that this program does not know")  # noqa: TRY301
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
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
    return Mark(entry["action"], start, end, values)


def _connection(entry: dict[str, Any]) -> Connection:
    outcome = str(entry["outcome"])
    if outcome not in OUTCOMES:
        raise ValueError(f"unknown outcome {outcome}")
    ended = entry.get("ended")
    return Connection(
        id=str(entry["id"]),
        outcome=outcome,
        started=moment(entry["started"]),
        ended=None if ended is None else moment(ended),
        sni=str(entry.get("sni") or ""),
        address=str(entry.get("address") or ""),
        bytes_up=_size(entry.get("bytes_up")),
        bytes_down=_size(entry.get("bytes_down")),
        process=str(entry.get("process") or ""),
        detail=str(entry.get("detail") or ""),
    )


def _size(value: object) -> int:
    size = value or 0
    if not isinstance(size, int) or not 0 <= size <= _MOST:
        raise ValueError("a size counts bytes")
    return size
