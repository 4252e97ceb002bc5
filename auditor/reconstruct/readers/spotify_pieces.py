"""Spotify's stream accounting: every piece of a track that was heard, as one event each.

No capture of it was at hand: the form is that of the public schema, as the catalogue has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.reconstruct.records import Report
from auditor.reconstruct.rows import Row, by_name, items, label, messages

NAME = "Spotify stream pieces"
ADDRESSES = frozenset({"spotify/events"})

_EVENT = "RawCoreStreamSegment"
EVENTS = frozenset({_EVENT})
_TAGS = {
    "1": "playback_id",
    "2": "start_position",
    "3": "end_position",
    "8": "start_timestamp",
    "9": "end_timestamp",
    "15": "content_uri",
}
_MESSAGE, _JSON = "1.3.2.", "events[].fragments.message."


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield two reports for each piece: where it began and where it ended."""
    for message in messages(rows):
        told = [row for row in message if row.event == _EVENT and row.context == "body"]
        tagged = [
            row for row in told if row.path.startswith(_MESSAGE) and f"/{_EVENT}/" in row.rule
        ]
        for item in items(tagged):
            yield from _piece({_TAGS.get(row.name, row.name): row for row in item}, bare=True)
        for item in items([row for row in told if row.path.startswith(_JSON)]):
            yield from _piece(by_name(item), bare=False)


def _piece(parts: Mapping[str, Row], *, bare: bool) -> Iterator[Report]:
    """Yield the reports of one piece; a binary message leaves a 0 out (`bare`)."""
    session, track = label(parts.get("playback_id")), label(parts.get("content_uri"))
    for kind, side in (("start", "start"), ("stop", "end")):
        when, place = parts.get(f"{side}_timestamp"), parts.get(f"{side}_position")
        if when is None or when.time is None or (place is None and not bare):
            continue
        position = 0.0 if place is None else place.seconds
        yield Report(
            when.time,
            when.sent,
            session or track,
            "start" if kind == "start" else "stop",
            track,
            position if position is not None and position >= 0 else None,
            source=NAME,
        )
