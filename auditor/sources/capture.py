"""A capture that has been opened: its facts, and its exchanges as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from auditor.records import Connection, Exchange, Intervention, Loss, Mark


@dataclass(frozen=True, slots=True)
class Session:
    """What `session.yaml` and the journal say; the defaults are those of a bare capture."""

    facts: dict[str, Any] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    connections: tuple[Connection, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    addon_errors: int = 0
    has_journal: bool = False


@dataclass(slots=True)
class Capture:
    """One opened capture; `losses` grows while `exchanges` is read to its end."""

    name: str
    format: str
    """`session`, `mitm` or `har`."""
    size: int
    sha256: str
    exchanges: Iterator[Exchange]
    losses: list[Loss]
    session: Session = field(default_factory=Session)
