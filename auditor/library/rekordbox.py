"""Read the collection that rekordbox exports as XML (File > Export Collection in xml format).

Positions are seconds with three decimals. `Type` is 0 cue, 1 fade-in, 2 fade-out, 3 load, 4 loop;
`Num` is -1 for a memory cue and the pad otherwise. `Location` is URL-encoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from auditor.library.collection import Shape, read_collection
from auditor.library.drafts import Draft
from auditor.library.model import Item, number, seconds, tempo, text
from auditor.library.xmlfile import Begin, End

_LOCAL = "file://localhost"
_LOOP = "4"
_SERVICES = ("soundcloud:", "tidal:", "spotify:", "apple-music:")
_BEATPORT = "/v4/catalog/tracks/"


def read(path: Path) -> Iterator[Item]:
    """Yield the tracks of the collection, then the names of playlists and folders."""
    return read_collection(path, _SHAPE)


def _playlist(node: Begin) -> str:
    name = text(node.attributes.get("Name")) if node.name == "NODE" else ""
    return "" if name == "ROOT" else name


def _add(draft: Draft, event: Begin | End) -> None:
    if isinstance(event, End) or event.name != "POSITION_MARK":
        return
    mark = event.attributes
    start = seconds(mark.get("Start"))
    if mark.get("Type") == _LOOP:
        draft.add_loop(start, seconds(mark.get("End")), mark.get("Name"))
    else:
        slot = number(mark.get("Num"))
        draft.add_cue(start, mark.get("Name"), hot=slot is not None and slot >= 0)


def _facts(track: Mapping[str, str]) -> dict[str, Any]:
    place = _path(track.get("Location", ""))
    is_streamed = place.startswith(_SERVICES) or _BEATPORT in place
    return {
        "title": text(track.get("Name")),
        "artist": text(track.get("Artist")),
        "path": "" if is_streamed else place,
        "comment": text(track.get("Comments")),
        "bpm": tempo(track.get("AverageBpm")),
        "key": text(track.get("Tonality")),
        "duration_s": seconds(track.get("TotalTime")),
        "identifiers": (place,) if is_streamed else (),
    }


def _path(location: str) -> str:
    place = text(unquote(location.removeprefix(_LOCAL)))
    without_slash = place.removeprefix("/")
    is_drive = without_slash[1:2] == ":"
    return without_slash if is_drive or without_slash.startswith(_SERVICES) else place


_SHAPE = Shape(
    inside="COLLECTION",
    track="TRACK",
    begin=lambda event: Draft(_facts(event.attributes)),
    add=_add,
    playlist=_playlist,
)
