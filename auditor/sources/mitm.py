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

_HEAD = re.compile(rb"\d{1,12}:")


def looks_like(head: bytes) -> bool:
    """Say whether this is the beginning of a netstring, as every mitmproxy file starts."""
    return bool(_HEAD.match(head))


def read(path: Path, first: int) -> tuple[Iterator[Exchange], list[Loss]]:
    """Return the exchanges of a file, and the list that its losses go to.

    Raises SourceError when not even the first flow can be read.
    """
    losses: list[Loss] = []
    return _checked(path, first, losses), losses


def _checked(path: Path, first: int, losses: list[Loss]) -> Iterator[Exchange]:
    number = first
    with path.open("rb") as file:
        reader = _flows(file, path, losses)
        for one in reader:
            exchange = flows.read_exchange(one, number)
            if exchange is None:
                losses.append(Loss("flow of a kind that is not audited", detail=one.type))
                continue
            yield exchange
            number += 1
    if number == first and losses and losses[-1].reason == "damaged":
        raise SourceError(
            f"{path.name} begins like a mitmproxy file, but no flow in it can be read.",
            f"mitmproxy said: {losses[-1].detail} If a newer mitmproxy made it, update this program; "
            "if the file is damaged, record again.",
        )


def _flows(file: BinaryIO, path: Path, losses: list[Loss]) -> Iterator[flow.Flow]:
    """Yield flows up to the first damage; count what lies behind it."""
    start = 0
    try:
        for one in io.FlowReader(file).stream():
            start = file.tell()
            yield one
    except (exceptions.FlowReadException, ValueError, TypeError, KeyError) as error:
        rest = path.stat().st_size - start
        losses.append(Loss("damaged", size=rest, detail=str(error) or type(error).__name__))
