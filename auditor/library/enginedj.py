"""Read Engine DJ's m.db, schemas 2 and later.

`quickCues` is a big-endian length and a zlib stream: count, then per pad a label, a position in
samples as a big-endian double (-1 for an empty pad) and a colour; after them the main cue point.
`loops` is not compressed, and little-endian. The sample rate stands at the head of `trackData`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.library.drafts import Draft
from auditor.library.model import MOST_MARKERS, Bad, Item, Playlist, number, seconds, tempo, text
from auditor.library.sqlitefile import rows, unfinished

TABLES = frozenset({"Track", "PerformanceData", "Playlist"})

_TRACK = ("id", "title", "artist", "path", "comment", "bpmAnalyzed", "bpm", "length", "uri")
_MARKS = ("trackId", "id", "trackData", "quickCues", "loops")
_PACKED_FROM = 4
_MOST_PLAIN = 1 << 20
_USUAL_RATE = 44100.0
_UNREADABLE = Bad("cue points or loops in a form that is not known")


def read(path: Path) -> Iterator[Item]:
    """Yield tracks, then playlists."""
    yield from unfinished(path)
    marks: dict[Any, tuple[Any, ...]] = {}
    for row in rows(path, "PerformanceData", _MARKS):
        if isinstance(row, Bad):
            yield row
        else:
            marks[row[1] if row[0] is None else row[0]] = row[2:]
    for row in rows(path, "Track", _TRACK):
        if isinstance(row, Bad):
            yield row
        else:
            yield from _draft(row, marks.get(row[0])).done()
    for row in rows(path, "Playlist", ("title",)):
        yield row if isinstance(row, Bad) else Playlist(text(row[0]))


def _draft(row: tuple[Any, ...], marks: tuple[Any, ...] | None) -> Draft:
    _, title, artist, path, comment, analyzed, bpm, length, address = row
    streamed = text(address)
    draft = Draft(
        {
            "title": text(title),
            "artist": text(artist),
            "path": text(path),
            "comment": text(comment),
            "bpm": tempo(analyzed) or tempo(bpm),
            "duration_s": seconds(length),
            "identifiers": (streamed,) if streamed else (),
        }
    )
    if marks:
        facts, pads, loops = marks
        rate = _sample_rate(facts)
        for blob, add in ((_unpacked(pads), _add_pads), (loops, _add_loops)):
            try:
                if isinstance(blob, bytes) and blob:
                    add(draft, blob, rate)
            except (struct.error, IndexError):
                draft.bad.append(_UNREADABLE)
    return draft


def _unpacked(blob: object) -> bytes:
    if not isinstance(blob, bytes) or len(blob) <= _PACKED_FROM:
        return b""
    try:
        return zlib.decompressobj().decompress(blob[_PACKED_FROM:], _MOST_PLAIN)
    except zlib.error:
        return b"\xff"  # too short for anything: counted where it is read


def _sample_rate(blob: object) -> float:
    plain = _unpacked(blob)
    try:
        (rate,) = struct.unpack_from(">d", plain)
    except struct.error:
        return _USUAL_RATE
    return rate if number(rate) and rate > 0 else _USUAL_RATE


def _add_pads(draft: Draft, blob: bytes, rate: float) -> None:
    (count,), place = struct.unpack_from(">q", blob), 8
    for _ in range(min(count, MOST_MARKERS)):
        label, place = _label(blob, place)
        (samples,) = struct.unpack_from(">d4x", blob, place)
        place += 12
        if samples >= 0:
            draft.add_cue(seconds(samples, rate), label)
    (main,) = struct.unpack_from(">d", blob, place)
    if main > 0:
        draft.add_cue(seconds(main, rate), hot=False)


def _add_loops(draft: Draft, blob: bytes, rate: float) -> None:
    (count,), place = struct.unpack_from("<q", blob), 8
    for _ in range(min(count, MOST_MARKERS)):
        label, place = _label(blob, place)
        start, end, is_begun, is_ended = struct.unpack_from("<ddBB4x", blob, place)
        place += 22
        if is_begun:
            draft.add_loop(seconds(start, rate), seconds(end, rate) if is_ended else None, label)


def _label(blob: bytes, place: int) -> tuple[str, int]:
    size = blob[place]
    start = place + 1
    return blob[start : start + size].decode("utf-8", "replace"), start + size
