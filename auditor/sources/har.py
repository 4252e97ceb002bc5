"""Read HAR files entry by entry; a bad entry is a counted loss, never the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.errors import SourceError
from auditor.records import Exchange, Loss
from auditor.sources import har_text
from auditor.sources.har_entry import BAD, ForeignError, Reader
from auditor.sources.tally import note


def looks_like(head: bytes) -> bool:
    """Say whether this is the beginning of a JSON object, in UTF-8 or UTF-16."""
    text = head.decode(har_text.encoding_of(head), "replace")
    return text.removeprefix("\ufeff").lstrip().startswith("{")


def read(path: Path, first: int, replies: bool = True) -> tuple[Iterator[Exchange], list[Loss]]:
    """Return the exchanges of a file, and the list that its losses go to.

    Without `replies` the bodies of responses are weighed and not loaded.
    Raises SourceError when it has no list of entries.
    """
    try:
        with path.open("rb") as file:
            next(har_text.entries(file), None)
    except har_text.NoEntriesError as error:
        if str(error) == "not complete":
            raise SourceError(
                f"{path.name} is not a complete HAR file.",
                "It ends before its first entry. Was the export interrupted? Export it again.",
            ) from error
        raise SourceError(
            f"{path.name} has no list of entries.",
            "A HAR file is JSON with `log.entries`. Export it again as HAR.",
        ) from error
    losses: list[Loss] = []
    return _exchanges(path, first, Reader(losses, replies)), losses


def _exchanges(path: Path, first: int, reader: Reader) -> Iterator[Exchange]:
    number, position = first, -1
    with path.open("rb") as file:
        for found in har_text.entries(file):
            if isinstance(found, har_text.Gap):
                position += not found.ended
                _count(found, reader.losses)
                continue
            position += 1
            if found.repeated:
                note(reader.losses, Loss("entry that stands in the file twice and counts once"))
                continue
            exchange = _read(reader, found.value, position, number)
            if exchange:
                yield exchange
                number += 1


def _read(reader: Reader, entry: object, position: int, number: int) -> Exchange | None:
    try:
        return reader.exchange(entry, position, number)
    except ForeignError as error:
        loss = Loss("entry of a kind that is not audited", detail=str(error))
    except BAD as error:
        detail = f"entry {position}: {type(error).__name__}"
        loss = Loss("entry that could not be read", detail=detail)
    note(reader.losses, loss)
    return None


def _count(gap: har_text.Gap, losses: list[Loss]) -> None:
    reason = (
        "end of the HAR file is missing" if gap.ended else "part of the HAR file that is damaged"
    )
    note(losses, Loss(reason, size=gap.size))
