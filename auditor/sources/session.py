"""Read a session folder: facts, journal and flows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.catalogue.yamlfile import read_yaml
from auditor.errors import CatalogueError, SourceError
from auditor.records import Exchange, Loss
from auditor.sources import journal, mitm
from auditor.sources.capture import Capture, Session
from auditor.sources.facts import checked

_FILES = ("session.yaml", "flows.mitm", "journal.jsonl")


def open_folder(folder: Path, first: int) -> Capture:
    """Open a session folder; every file but one of `session.yaml` and `flows.mitm` may be missing.

    Raises SourceError when the folder is no session, or its facts are not readable YAML.
    """
    present = [name for name in _FILES if (folder / name).is_file()]
    if "flows.mitm" not in present and "session.yaml" not in present:
        raise SourceError(
            f"{folder} is not a session folder.",
            "A session folder holds session.yaml and flows.mitm. Name the folder that the capture wrote.",
        )
    losses: list[Loss] = []
    told = journal.read(folder / "journal.jsonl", losses)
    facts = _facts(folder / "session.yaml", losses)
    session = Session(
        facts=facts,
        marks=told.marks,
        connections=told.connections,
        addon_errors=max(told.errors, int(facts.get("addon_errors") or 0)),
        has_journal=told.exists,
    )
    return Capture(
        name=folder.resolve().name,
        format="session",
        size=sum((folder / name).stat().st_size for name in present),
        sha256=_digest(folder, present),
        exchanges=_exchanges(folder / "flows.mitm", first, losses, told.frames),
        losses=losses,
        session=session,
    )


def _facts(path: Path, losses: list[Loss]) -> dict[str, Any]:
    if not path.is_file():
        losses.append(Loss("session.yaml is missing"))
        return {}
    try:
        return checked(read_yaml(path), losses)
    except CatalogueError as error:
        raise SourceError(
            error.message, "Mend session.yaml, or delete it: the flows are readable without it."
        ) from error


def _exchanges(
    path: Path, first: int, losses: list[Loss], frames: dict[str, int]
) -> Iterator[Exchange]:
    """Yield the saved flows, then count journalled frames of flows that were never saved."""
    saved: set[str] = set()
    if path.is_file() and path.stat().st_size:
        exchanges, damage = mitm.read(path, first)
        for exchange in exchanges:
            if exchange.kind != "http":
                saved.add(exchange.id)
            yield exchange
        losses.extend(damage)
    lost = sum(count for flow, count in frames.items() if flow not in saved)
    if lost:
        losses.append(Loss("frame of a conversation that was still open at the end", count=lost))


def _digest(folder: Path, names: list[str]) -> str:
    """Return one SHA-256 over the files' names and contents."""
    total = hashlib.sha256()
    for name in names:
        with (folder / name).open("rb") as file:
            total.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()
