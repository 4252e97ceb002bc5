"""Deezer's play report: one per track, with when listening began and how long it lasted.

No capture of it was at hand: the form is that of public clients, as the catalogue has it. It tells
no place inside the track.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.reconstruct.records import Report
from auditor.reconstruct.rows import Row, label, messages

NAME = "Deezer play report"
ADDRESSES = frozenset({"deezer/play-report"})
EVENTS = frozenset({"log.listen"})


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield a start and a stop for each track; pauses make the stop come too early."""
    for message in messages(rows):
        parts = {row.path: row for row in message if row.event in EVENTS}
        began, lasted = parts.get("params.ts_listen"), parts.get("params.lt")
        if began is None or began.time is None:
            continue
        track = label(parts.get("params.media.id"))
        session = label(parts.get("params.stream_id")) or f"{track} {began.time:.0f}"
        yield Report(began.time, began.sent, session, "start", track, source=NAME)
        if lasted is not None and lasted.seconds is not None:
            end = began.time + lasted.seconds
            yield Report(end, began.sent, session, "stop", track, source=NAME)
