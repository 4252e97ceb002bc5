"""Read Traktor's collection.nml and its history files.

Positions are milliseconds with six decimals. `TYPE` 4 is the beat grid and no choice of the DJ; what
has a length is a loop. `n.n.` stands for a cue point without a name. In `DIR`, `/:` separates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from auditor.library.collection import Shape, read_collection
from auditor.library.drafts import Draft
from auditor.library.model import Item, number, seconds, tempo, text
from auditor.library.xmlfile import Begin, End

_GRID, _LOOP = "4", "5"
_UNNAMED = "n.n."
_PER_SECOND = 1000.0


def read(path: Path) -> Iterator[Item]:
    """Yield the entries of the collection, then the names of playlists and folders."""
    return read_collection(path, _SHAPE)


def _playlist(node: Begin) -> str:
    name = text(node.attributes.get("NAME")) if node.name == "NODE" else ""
    return "" if name == "$ROOT" else name


def _draft(event: Begin) -> Draft:
    entry = event.attributes
    acoustic = text(entry.get("AUDIO_ID"))
    return Draft(
        {
            "title": text(entry.get("TITLE")),
            "artist": text(entry.get("ARTIST")),
            "identifiers": (acoustic,) if acoustic else (),
        }
    )


def _add(draft: Draft, event: Begin | End) -> None:
    if isinstance(event, End):
        return
    name, element = event
    if name == "CUE_V2":
        _add_marker(draft, element)
    elif name == "LOCATION":
        draft.facts["path"] = _path(element)
    elif name == "TEMPO":
        draft.facts["bpm"] = tempo(element.get("BPM"))
    elif name == "INFO":
        draft.facts["comment"] = text(element.get("COMMENT"))
        draft.facts["key"] = text(element.get("KEY"))
        length = element.get("PLAYTIME_FLOAT", element.get("PLAYTIME"))
        draft.facts["duration_s"] = seconds(length)


def _add_marker(draft: Draft, cue: Mapping[str, str]) -> None:
    kind = cue.get("TYPE", "0")
    if kind == _GRID:
        return
    start = seconds(cue.get("START"), _PER_SECOND)
    length = seconds(cue.get("LEN"), _PER_SECOND) or 0.0
    name = text(cue.get("NAME"))
    name = "" if name == _UNNAMED else name
    if kind == _LOOP or length:
        draft.add_loop(start, None if start is None else start + length, name)
    else:
        slot = number(cue.get("HOTCUE"))
        draft.add_cue(start, name, hot=slot is not None and slot >= 0)


def _path(place: Mapping[str, str]) -> str:
    volume = text(place.get("VOLUME"))
    folder = text(place.get("DIR")).replace("/:", "/")
    drive = volume if volume.endswith(":") else ""
    return text(drive + folder + text(place.get("FILE")))


_SHAPE = Shape("COLLECTION", "ENTRY", _draft, _add, _playlist)
