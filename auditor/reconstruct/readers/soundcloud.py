"""SoundCloud's audio events: start, stop and a checkpoint from time to time, each with its place.

The oldest generation tells no place. No capture of it was at hand: the form is that of public clients, as the catalogue has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.reconstruct.records import Kind, Report
from auditor.reconstruct.rows import Row, by_name, items, label, messages

NAME = "SoundCloud audio events"
ADDRESSES = frozenset({"soundcloud/telemetry", "soundcloud/eventlogger-audio"})
EVENTS = frozenset({"audio", ""})

_KINDS: dict[str, Kind] = {
    "play": "start",
    "play_start": "start",
    "play_resume": "start",
    "play_checkpoint": "position",
    "checkpoint": "position",
    "pause": "stop",
    "play_stop": "stop",
    "stop": "stop",
}


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield one report for each audio event."""
    for message in messages(rows):
        for item in items([row for row in message if row.event in EVENTS]):
            parts = by_name(item)
            action, place = parts.get("action"), parts.get("playhead_position")
            kind = _KINDS.get(action.value) if action else None
            if action is None or kind is None:
                continue
            track = label(parts.get("track") or parts.get("sound"))
            session = label(parts.get("play_id")) or track
            position = place.seconds if place else None
            yield Report(action.happened, action.sent, session, kind, track, position, source=NAME)
