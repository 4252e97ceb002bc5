"""Read VirtualDJ's database.xml.

Positions are seconds, and one at the very beginning is left out of the file. The size of a loop is
in beats; `Scan Bpm` is seconds per beat. Both come from files that others published, not from the
vendor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.library.collection import Shape, read_collection
from auditor.library.drafts import Draft
from auditor.library.model import MOST_MARKERS, Item, number, seconds, tempo, text
from auditor.library.xmlfile import Begin, End

_LOOPS = ("loop", "saved_loop", "savedloop")
_SET_BY_HAND = ("cue", "action", "remix", "")
_MINUTE_S = 60.0
_SLOWEST = 3.0
"""Seconds per beat; larger numbers are beats per minute."""
_STREAMED = "netsearch://"


@dataclass(slots=True)
class _Song(Draft):
    """A song whose marks are looked at last: the length of a loop takes the tempo."""

    pois: list[Mapping[str, str]] = field(default_factory=list)

    def done(self) -> Iterator[Item]:
        """Yield the track, then what was wrong with it."""
        for poi in self.pois[: MOST_MARKERS * 2]:
            _mark(self, poi)
        self.pois.clear()
        return Draft.done(self)


def read(path: Path) -> Iterator[Item]:
    """Yield the songs. VirtualDJ keeps playlists in other files."""
    return read_collection(path, _SHAPE)


def _add(draft: Draft, event: Begin | End) -> None:
    if isinstance(event, End):
        if event.name == "Comment" and event.text.strip():
            draft.facts["comment"] = text(event.text)
    elif event.name == "Poi" and isinstance(draft, _Song):
        draft.pois.append(event.attributes)
    else:
        _note(draft, event)


def _place(song: Mapping[str, str]) -> dict[str, object]:
    place = text(song.get("FilePath"))
    if place.startswith(_STREAMED):
        return {"identifiers": (place,)}
    return {"path": place}


def _note(draft: Draft, element: Begin) -> None:
    said = element.attributes
    if element.name == "Tags":
        draft.facts["title"] = text(said.get("Title"))
        draft.facts["artist"] = text(said.get("Author"))
    elif element.name == "Infos":
        draft.facts["duration_s"] = seconds(said.get("SongLength"))
    elif element.name == "Scan":
        draft.facts["bpm"] = _tempo(said.get("Bpm"))
        draft.facts["key"] = text(said.get("Key"))
    elif element.name == "Comment" and "Text" in said:
        draft.facts["comment"] = text(said["Text"])


def _tempo(spelled: object) -> float | None:
    found = number(spelled)
    if not found or found < 0:
        return None
    return tempo(_MINUTE_S / found if found < _SLOWEST else found)


def _mark(draft: Draft, poi: Mapping[str, str]) -> None:
    kind = poi.get("Type", "").lower()
    start = seconds(poi.get("Pos", "0"))
    if kind in _LOOPS:
        beats, bpm = number(poi.get("Size")), draft.facts.get("bpm")
        is_known = start is not None and beats is not None and bpm
        end = start + beats * _MINUTE_S / bpm if is_known else None  # type: ignore[operator]
        draft.add_loop(start, end, poi.get("Name"))
    elif kind in _SET_BY_HAND:
        draft.add_cue(start, poi.get("Name"), hot=poi.get("Num", "") != "")


_SHAPE = Shape(
    inside="VirtualDJ_Database",
    track="Song",
    begin=lambda event: _Song(_place(event.attributes)),
    add=_add,
)
