"""Requests for audio, when nothing else is there: which file, when, and from which byte.

They tell what was fetched, not what was heard. Players fetch ahead and keep files, so the ends of a
track are uncertain by what was fetched ahead, and a jump inside what is already there leaves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.reconstruct.records import Report
from auditor.reconstruct.rows import Row, label, messages

NAME = "requests for audio"

AGAIN_S = 120.0
"""A file that is fetched again after a longer rest is played again."""

_BYTES = re.compile(r"bytes=(\d+)-(\d*)$")


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield a fetch for each request, and a jump without places where its bytes do not follow.

    `rows` are those of requests for audio only. Files are told apart by what their address names;
    where it names nothing, all are one file without a label.
    """
    ends: dict[str, int] = {}
    last: dict[str, tuple[float, int]] = {}
    for message in sorted(messages(rows), key=lambda message: message[0].sent):
        first = message[0]
        file = _file(message)
        when, run = last.get(file, (first.sent, 0))
        run += first.sent - when > AGAIN_S
        last[file] = (first.sent, run)
        part = next((_BYTES.match(row.value) for row in message if row.name == "range"), None)
        jumped = part is not None and _jumped(file, int(part[1]), ends)
        if part is not None and part[2]:
            ends[file] = int(part[2])
        kind = "jump" if jumped else "fetch"
        session = f"{file} {run}" if run else file
        yield Report(
            first.sent,
            first.sent,
            session,
            "jump" if kind == "jump" else "fetch",
            file,
            source=NAME,
        )


def _jumped(file: str, start: int, ends: dict[str, int]) -> bool:
    """Say whether a range begins beyond the one before; the head of a file is fetched anyway."""
    return file in ends and start > ends[file] + 1


def _file(message: Sequence[Row]) -> str:
    """Return what the address calls the file; a measure, such as where it begins, is no name."""
    named = [
        row
        for row in message
        if row.context in {"path", "query"}
        and row.category in {"audio", "playback"}
        and not row.unit
    ]
    return next((label(row) for row in named if label(row)), "")
