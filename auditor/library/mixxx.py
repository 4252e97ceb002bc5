"""Read Mixxx's mixxxdb.sqlite.

Positions count samples of two channels at the sample rate of the track, whatever channels the
file has; -1 means none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.library.drafts import Draft
from auditor.library.model import Bad, Item, Playlist, number, seconds, tempo, text
from auditor.library.sqlitefile import rows, unfinished

TABLES = frozenset({"library", "track_locations", "cues"})

_TRACK = ("id", "title", "artist", "location", "comment", "bpm", "key", "duration", "samplerate")
_CUE = ("track_id", "type", "position", "length", "hotcue", "label")
_LOOP, _SILENCE = 4, 8
_CHANNELS = 2
_USUAL_RATE = 44100.0


def read(path: Path) -> Iterator[Item]:
    """Yield tracks, then crates and the playlists that are shown."""
    yield from unfinished(path)
    places: dict[Any, str] = {}
    for row in rows(path, "track_locations", ("id", "location")):
        if isinstance(row, Bad):
            yield row
        else:
            places[row[0]] = text(row[1])
    cues: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows(path, "cues", _CUE):
        if isinstance(row, Bad):
            yield row
        else:
            cues[row[0]].append(row[1:])
    yield from _tracks(path, places, cues)
    yield from _lists(path)


def _tracks(
    path: Path, places: dict[Any, str], cues: dict[Any, list[tuple[Any, ...]]]
) -> Iterator[Item]:
    for row in rows(path, "library", _TRACK):
        if isinstance(row, Bad):
            yield row
        else:
            yield from _draft(row, places, cues.get(row[0], ())).done()


def _lists(path: Path) -> Iterator[Item]:
    for table, wanted in (("crates", ("name",)), ("Playlists", ("name", "hidden"))):
        for row in rows(path, table, wanted):
            if isinstance(row, Bad):
                yield row
            elif not any(row[1:]):
                yield Playlist(text(row[0]))


def _draft(row: tuple[Any, ...], places: dict[Any, str], cues: Any) -> Draft:
    _, title, artist, place, comment, bpm, key, duration, rate = row
    draft = Draft(
        {
            "title": text(title),
            "artist": text(artist),
            "path": places.get(place, text(place)),
            "comment": text(comment),
            "bpm": tempo(bpm),
            "key": text(key),
            "duration_s": seconds(duration),
        }
    )
    per_second = (number(rate) or _USUAL_RATE) * _CHANNELS
    for kind, position, length, slot, name in cues:
        place_at = number(position)
        if kind == _SILENCE or place_at == -1:
            continue
        start = seconds(position, per_second)
        extent = seconds(length, per_second)
        if kind == _LOOP:
            draft.add_loop(start, None if start is None else start + (extent or 0.0), name)
        else:
            draft.add_cue(start, name, hot=isinstance(slot, int) and slot >= 0)
    return draft
