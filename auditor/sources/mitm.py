"""Read mitmproxy's own files, flow by flow; what is damaged is counted, and read on behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import SourceError
from auditor.records import Exchange, Loss
from auditor.session.notes import TRIMMED
from auditor.sources import mitmflow
from auditor.sources.lines import size
from auditor.sources.moments import moment
from auditor.sources.parts import FarPart, Part, flow_part
from auditor.sources.spans import File, Gap, Span, find
from auditor.sources.tally import note

DAMAGED = "damaged"
NEWER = "flow of a newer mitmproxy"

_STATUS = 999
_LARGEST = 2**48
"""Bytes of a message; more is damage, and would not fit into a table's sums."""

_PAIRED = 12
"""The format before which a WebSocket was saved as two flows, which belong together."""

BROKEN = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    MemoryError,
)
"""What reading a flow raises when its parts are of the wrong kind."""

_START = re.compile(rb"\d{1,12}:")


class NewerError(Exception):
    """A flow of a format that is not known yet."""


def looks_like(head: bytes) -> bool:
    """Say whether this is the beginning of a netstring, as every mitmproxy file starts."""
    return bool(_START.match(head))


def index(path: Path) -> list[tuple[int, int]]:
    """Return offset and length of every flow, for `read` to take them in ranges.

    A file of which one flow may need another comes as a single range.
    """
    with path.open("rb") as opened:
        file = File(opened, path.stat().st_size)
        spans = [one for one in find(file, 0, file.size) if isinstance(one, Span)]
        if spans and _is_paired(file, spans[0]):
            return [(spans[0].start, file.size - spans[0].start)]
    return [(one.start, one.end + 1 - one.start) for one in spans]


def read(
    path: Path,
    first: int,
    trimmed: dict[str, int] | None = None,
    replies: bool = False,
    start: int = 0,
    end: int | None = None,
) -> tuple[Iterator[Exchange], list[Loss]]:
    """Return the exchanges of a file, and the list that its losses go to.

    `trimmed` gets, by flow id, how many first messages the recorder left to the session's journal;
    without it they are losses. Without `replies` the bodies of responses are weighed and not
    loaded: they are empty and have their size. `start` and `end` take a part of the file: the first
    part starts at 0, every other where a flow of `index` does, and ends where the next one starts.
    Raises SourceError when not even one flow of a whole file can be read.
    """
    losses: list[Loss] = []
    told = _Told(losses, trimmed, replies)
    return _exchanges(path, first, told, (start, end)), losses


def read_one(
    file: File, span: Span, number: int, replies: bool = False
) -> tuple[Exchange | None, dict[str, Any]]:
    """Return the record of a flow, None for a kind that is not audited, and the flow's metadata.

    Raises NewerError, or one of BROKEN when the flow makes no sense.
    """
    flow = flow_part(file, span.start, span.begin, span.end)
    version = _version(flow)
    if version > mitmflow.NEWEST:
        raise NewerError(f"format {version}")
    if version < mitmflow.OLDEST:
        # Late, because it loads mitmproxy.
        from auditor.sources import migrate  # noqa: PLC0415

        exchange, metadata = migrate.read_flow(file.take(span.start, span.end + 1), number)
    else:
        metadata = flow.value(b"8:metadata")
        exchange = mitmflow.read_flow(flow, number, metadata, replies)
    return exchange and _sound(exchange), metadata


@dataclass(slots=True)
class _Told:
    """What is told beside the exchanges."""

    losses: list[Loss]
    trimmed: dict[str, int] | None
    replies: bool
    others: int = 0
    """Flows of kinds that are not audited."""
    newer: str = ""
    """The format of a flow that is too new."""

    def lose(self, reason: str, at: Gap | Span, detail: str) -> None:
        """Count what stands between two places as lost."""
        if isinstance(at, Gap):
            loss = Loss(reason, count=at.flows, size=at.end - at.start, detail=detail)
        else:
            loss = Loss(reason, size=at.end + 1 - at.start, detail=detail)
        note(self.losses, loss)


def _exchanges(
    path: Path, first: int, told: _Told, part: tuple[int, int | None]
) -> Iterator[Exchange]:
    number = first
    start, end = part
    with path.open("rb") as opened:
        file = File(opened, path.stat().st_size)
        stop = file.size if end is None else min(end, file.size)
        for one in find(file, start, stop):
            exchange = _exchange(file, one, number, told)
            if exchange:
                yield exchange
                number += 1
    if part == (0, None) and number == first and not told.others:
        _fail(path, told)


def _exchange(file: File, one: Span | Gap, number: int, told: _Told) -> Exchange | None:
    """Return the next exchange; None when there is none, and told why."""
    if isinstance(one, Gap):
        told.lose(DAMAGED, one, f"from byte {one.start}")
        return None
    try:
        exchange, metadata = read_one(file, one, number, told.replies)
        missing = size(metadata.get(TRIMMED))
    except NewerError as error:
        told.newer = str(error)
        told.lose(NEWER, one, told.newer)
        return None
    except BROKEN as error:
        told.lose("flow that makes no sense", one, type(error).__name__)
        return None
    if exchange is None:
        told.others += 1
        note(told.losses, Loss("flow of a kind that is not audited", detail=_kind(file, one)))
    elif missing and told.trimmed is not None:
        told.trimmed[exchange.id] = missing
    elif missing:
        told.losses.append(Loss("message that only the session's journal holds", count=missing))
    return exchange


def _fail(path: Path, told: _Told) -> None:
    if told.newer:
        raise SourceError(
            f"{path.name} was made by a newer mitmproxy ({told.newer}).",
            f"This program reads formats up to {mitmflow.NEWEST}. Update it, or record with the "
            "mitmproxy it brings.",
        )
    if told.losses:
        raise SourceError(
            f"{path.name} begins like a mitmproxy file, but no flow in it can be read.",
            "The file is damaged, or it is no recording of mitmproxy. Record again.",
        )


def _version(flow: Part) -> int:
    """Return the format of a flow; 0 for all before 4."""
    found = flow.value(b"7:version")
    return found if isinstance(found, int) else 0


def _is_paired(file: File, span: Span) -> bool:
    try:
        return _version(FarPart(file, span.begin, span.end)) < _PAIRED
    except BROKEN:
        return False


def _kind(file: File, span: Span) -> str:
    return str(FarPart(file, span.begin, span.end).value(b"4:type"))


def _sound(exchange: Exchange) -> Exchange:
    """Return the exchange; ValueError or TypeError when it cannot be.

    A saved flow may say anything; mitmproxy itself checks no time of what it reads.
    """
    one = exchange
    texts = (one.id, one.method, one.scheme, one.host, one.path, one.query, one.connection)
    if not all(isinstance(text, str) for text in (*texts, one.error)):
        raise TypeError("a text is missing")
    if one.status is not None and not 0 <= one.status <= _STATUS:
        raise ValueError("no status of HTTP")
    moment(one.started)
    for message in one.messages:
        if message.time is not None:
            moment(message.time)
        if not isinstance(message.body, bytes):
            raise TypeError("a body is no bytes")
        if not 0 <= message.size <= _LARGEST:
            raise ValueError("a message of an impossible size")
    return exchange
