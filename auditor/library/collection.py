"""Go through the tracks of a library that is one XML file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.library.drafts import Draft
from auditor.library.model import Bad, Item, Playlist
from auditor.library.xmlfile import Begin, End, events


@dataclass(frozen=True, slots=True)
class Shape:
    """How an application spells its collection."""

    inside: str
    """Element that holds the tracks: elsewhere, one of the same name only points to a track."""
    track: str
    begin: Callable[[Begin], Draft]
    add: Callable[[Draft, Begin | End], None]
    """Takes what stands in a track."""
    playlist: Callable[[Begin], str] = lambda _: ""
    """Returns the name of a playlist that begins outside every track."""


def read_collection(path: Path, shape: Shape) -> Iterator[Item]:
    """Yield tracks and playlists in the order of the file."""
    draft: Draft | None = None
    is_inside = False
    for event in events(path):
        if isinstance(event, Bad):
            yield event
        elif event.name == shape.inside:
            is_inside = isinstance(event, Begin)
        elif is_inside and event.name == shape.track:
            if draft:
                yield from draft.done()
            draft = shape.begin(event) if isinstance(event, Begin) else None
        elif draft:
            shape.add(draft, event)
        else:
            yield from _playlist(shape, event)


def _playlist(shape: Shape, event: Begin | End) -> Iterator[Item]:
    name = shape.playlist(event) if isinstance(event, Begin) else ""
    if name:
        yield Playlist(name)
