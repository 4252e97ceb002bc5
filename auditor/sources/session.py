"""Read a session folder: facts, journal and flows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from auditor.catalogue.yamlfile import read_yaml
from auditor.errors import CatalogueError, SourceError
from auditor.records import Exchange, Loss
from auditor.session.folder import (
    CONTROL,
    FACTS,
    JOURNAL,
    digest,
    flow_files,
    flow_name,
    to_yaml,
)
from auditor.sources import journal, mitm
from auditor.sources.capture import Capture, Session
from auditor.sources.conversations import Conversations
from auditor.sources.facts import checked


def open_folder(folder: Path, first: int) -> Capture:
    """Open a session folder; every file may be missing as long as one is there.

    Raises SourceError when the folder is no session, or its facts are not readable YAML and there
    is no journal that could stand in for them.
    """
    files = [path for _, path in sorted(flow_files(folder).items())]
    paths = [folder / FACTS, *files, folder / JOURNAL]
    present = [path for path in paths if path.is_file()]
    if not present:
        raise SourceError(
            f"{folder} is not a session folder.",
            "A session folder holds session.yaml and flows.mitm. Name the folder that the capture wrote.",
        )
    losses: list[Loss] = []
    told = journal.read(folder / JOURNAL, losses)
    facts = _facts(folder / FACTS, told, losses)
    hashes = {path.name: digest(path) for path in present}
    _compare(folder, facts.get("files") or {}, hashes, losses)
    session = Session(
        facts=facts,
        marks=tuple(told.marks),
        connections=tuple(told.connections.values()),
        interventions=tuple(told.interventions),
        addon_errors=max(told.errors, int(facts.get("addon_errors") or 0)),
        has_journal=told.exists,
    )
    return Capture(
        name=folder.resolve().name,
        format="session",
        size=sum(path.stat().st_size for path in present),
        sha256=_digest(hashes),
        exchanges=_exchanges(files, first, told, losses, folder / JOURNAL),
        losses=losses,
        session=session,
    )


def _facts(path: Path, told: journal.Journal, losses: list[Loss]) -> dict[str, Any]:
    """Return what session.yaml says; where it is damaged, what the journal says it did."""
    if not path.is_file():
        losses.append(Loss("session.yaml is missing"))
        return checked(told.facts, losses)
    try:
        found = read_yaml(path)
    except CatalogueError as error:
        if not told.exists:
            raise SourceError(
                error.message, "Mend session.yaml, or delete it: the flows are readable without it."
            ) from error
        return _instead(told, error.message, losses)
    # What is cut between two lines is still YAML.
    expected = to_yaml(told.facts).encode() if told.facts else b""
    written = path.read_bytes()
    if len(written) < len(expected) and expected.startswith(written):
        return _instead(told, "its end is missing", losses)
    return checked(found, losses)


def _instead(told: journal.Journal, why: str, losses: list[Loss]) -> dict[str, Any]:
    origin = "the journal stands in for it" if told.facts else "nothing stands in for it"
    losses.append(Loss(f"session.yaml is damaged, {origin}", detail=why))
    return checked(told.facts, losses)


def _compare(
    folder: Path, told: dict[str, Any], hashes: dict[str, str], losses: list[Loss]
) -> None:
    """Count files that are missing, or not as they were when the recording ended."""
    known = dict(hashes)
    control = folder / CONTROL
    if control.name in told and control.is_file():
        known[control.name] = digest(control)
    newest = max(flow_files(folder), default=1)
    expected = {flow_name(number) for number in range(1, newest)}
    for name in sorted(expected | set(told)):
        if name not in known:
            losses.append(Loss("file of the session is missing", detail=name[:40]))
        elif name in told and told[name] != known[name]:
            losses.append(Loss("file was changed after the recording ended", detail=name))


def _exchanges(
    files: list[Path], first: int, told: journal.Journal, losses: list[Loss], path: Path
) -> Iterator[Exchange]:
    """Yield the saved flows, then the conversations that only the journal has whole."""
    number = first
    conversations = Conversations(path, told.conversations, losses)
    for file in files:
        trimmed: dict[str, int] = {}
        exchanges, damage = mitm.read(file, number, trimmed)
        try:
            for exchange in exchanges:
                missing = trimmed.pop(exchange.id, 0)
                if exchange.kind == "http" or conversations.whole(exchange, missing):
                    yield replace(exchange, number=number)
                    number += 1
        except SourceError:
            if not told.exists and number == first and file == files[-1]:
                raise
        losses.extend(damage)
    yield from conversations.rebuilt(number)


def _digest(hashes: dict[str, str]) -> str:
    """Return one SHA-256 over the files' names and contents."""
    total = hashlib.sha256()
    for name, told in hashes.items():
        total.update(f"{name} {told}\n".encode())
    return total.hexdigest()
