"""Read mitmproxy's own files, flow by flow; what is damaged is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mitmproxy import exceptions, flow, io

from auditor import flows
from auditor.errors import SourceError
from auditor.records import Exchange, Loss
from auditor.sources.lines import size
from auditor.sources.moments import moment

_STATUS = 999
_LARGEST = 2**48
"""Bytes of a message; more is damage, and would not fit into a table's sums."""

BROKEN = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    MemoryError,
)
"""What mitmproxy raises, beside its own errors, on a flow whose parts are of the wrong kind; for a
damaged length it asks for that much memory."""

_HEAD = re.compile(rb"\d{1,12}:")


def looks_like(head: bytes) -> bool:
    """Say whether this is the beginning of a netstring, as every mitmproxy file starts."""
    return bool(_HEAD.match(head))


def read(
    path: Path, first: int, trimmed: dict[str, int] | None = None
) -> tuple[Iterator[Exchange], list[Loss]]:
    """Return the exchanges of a file, and the list that its losses go to.

    `trimmed` gets, by flow id, how many first messages the recorder left to the session's journal;
    without it they are losses.
    Raises SourceError when not even the first flow can be read.
    """
    losses: list[Loss] = []
    return _checked(path, first, losses, trimmed), losses


def _checked(
    path: Path, first: int, losses: list[Loss], trimmed: dict[str, int] | None
) -> Iterator[Exchange]:
    number = first
    with path.open("rb") as file:
        reader = _flows(file, path, losses)
        for one in reader:
            try:
                exchange = _sound(flows.read_exchange(one, number))
                missing = size(one.metadata.get(flows.TRIMMED))
            except BROKEN as error:
                losses.append(Loss("flow that makes no sense", detail=type(error).__name__))
                continue
            if exchange is None:
                losses.append(Loss("flow of a kind that is not audited", detail=one.type))
                continue
            if missing and trimmed is not None:
                trimmed[exchange.id] = missing
            elif missing:
                losses.append(Loss("message that only the session's journal holds", count=missing))
            yield exchange
            number += 1
    if number == first and losses and losses[-1].reason == "damaged":
        raise SourceError(
            f"{path.name} begins like a mitmproxy file, but no flow in it can be read.",
            f"mitmproxy said: {losses[-1].detail} If a newer mitmproxy made it, update this program; "
            "if the file is damaged, record again.",
        )


def _sound(exchange: Exchange | None) -> Exchange | None:
    """Return the exchange; ValueError or TypeError when it cannot be.

    mitmproxy checks few of the kinds, and none of the times, of what it reads.
    """
    if exchange is None:
        return None
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


def _flows(file: BinaryIO, path: Path, losses: list[Loss]) -> Iterator[flow.Flow]:
    """Yield flows up to the first damage; count what lies behind it."""
    start = 0
    try:
        for one in io.FlowReader(file).stream():
            start = file.tell()
            yield one
    except (exceptions.FlowReadException, *BROKEN) as error:
        rest = path.stat().st_size - start
        losses.append(Loss("damaged", size=rest, detail=str(error) or type(error).__name__))
