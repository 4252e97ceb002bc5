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
_NAMES = ("1.2", "events[].event_name")
"""Where the name of an event stands, once for each and before everything else."""
_JSON = "events[].fragments.message."
_TAGS = {
    "1.3.2.1": "playback_id",
    "1.3.2.2": "start_position",
    "1.3.2.3": "end_position",
    "1.3.2.8": "start_timestamp",
    "1.3.2.9": "end_timestamp",
    "1.3.2.15": "content_uri",
}


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield two reports for each piece: where it began and where it ended."""
    for message in messages(rows):
        told = [row for row in message if row.event == _EVENT and row.context == "body"]
        for item in items([row for row in told if row.path == _NAMES[0] or _is_tagged(row)]):
            parts = {_TAGS[row.path]: row for row in item if row.path in _TAGS}
            yield from _piece(parts, bare=True)
        spelled = [row for row in told if row.path == _NAMES[1] or row.path.startswith(_JSON)]
        for item in items(spelled):
            yield from _piece(by_name(item), bare=False)


def _is_tagged(row: Row) -> bool:
    """Say whether a row is of the event itself: its contexts stand at the same paths."""
    return row.path in _TAGS and f"/{_EVENT}/" in row.rule


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
