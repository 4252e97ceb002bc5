"""Read Serato's `database V2`, its crates, and the folder `_Serato_` that holds both.

Both are sequences of a four-letter tag, a big-endian length and a payload; texts are UTF-16BE.
Cue points are not in there but in tags of the audio files, see `auditor.library.seratotags`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from auditor.library.drafts import Draft
from auditor.library.model import Bad, Item, Playlist, tempo, text
from auditor.library.seratotags import add_markers

DATABASE = "database V2"
FOLDER = "_Serato_"
_DAMAGED = Bad("a damaged Serato file, from there on")
_ABSENT = Bad("tracks whose audio file is not here: their cue points are in it")
_LONGEST = 1 << 20
_HEAD = struct.Struct(">4sI")
_FIELDS = {b"tsng": "title", b"tart": "artist", b"tcom": "comment", b"tkey": "key"}
_BETWEEN = "%%"
"""Stands in names of crate files between a folder and what is in it."""


def looks_like(head: bytes) -> bool:
    """Say whether a file begins as these do: with its version, which names Serato."""
    return head.startswith(b"vrsn") and "Serato".encode("utf-16-be") in head


def read(path: Path) -> Iterator[Item]:
    """Yield what a folder `_Serato_`, a database or a crate says."""
    if path.is_dir():
        yield from _database(path / DATABASE, path)
        for crate in sorted((path / "Subcrates").glob("*.crate")):
            yield from _crate(crate)
    elif path.suffix.lower() in {".crate", ".scrate"}:
        yield from _crate(path)
    else:
        yield from _database(path, path.parent)


def _crate(path: Path) -> Iterator[Item]:
    for name in path.stem.split(_BETWEEN):
        yield Playlist(text(name))


def _database(path: Path, folder: Path) -> Iterator[Item]:
    for entry in _entries(path):
        if isinstance(entry, Bad):
            yield entry
        elif entry[0] == b"otrk":
            draft = _draft(entry[1])
            audio = _audio(draft.facts.get("path", ""), folder)
            if audio is None:
                draft.bad.append(_ABSENT)
            else:
                add_markers(draft, audio)
            yield from draft.done()


def _draft(payload: bytes) -> Draft:
    draft, place = Draft(), 0
    while place + _HEAD.size <= len(payload):
        tag, size = _HEAD.unpack_from(payload, place)
        value = payload[place + _HEAD.size : place + _HEAD.size + size]
        place += _HEAD.size + size
        if tag in {b"pfil", b"tbpm", *_FIELDS}:
            said = text(value.decode("utf-16-be", "replace"))
            if tag == b"tbpm":
                draft.facts["bpm"] = tempo(said)
            else:
                draft.facts[_FIELDS.get(tag, "path")] = said
    if place != len(payload):
        draft.bad.append(_DAMAGED)
    return draft


def _audio(place: str, folder: Path) -> Path | None:
    """Find an audio file: its path begins at the root of the drive that holds the folder."""
    if not place:
        return None
    relative = place.lstrip("/\\")
    for root in (folder.absolute().parent, Path(folder.absolute().anchor)):
        found = root / relative
        try:
            if found.is_file():
                return found
        except (OSError, ValueError):
            return None
    return None


def _entries(path: Path) -> Iterator[tuple[bytes, bytes] | Bad]:
    try:
        with path.open("rb") as file:
            while head := file.read(_HEAD.size):
                if len(head) < _HEAD.size:
                    yield _DAMAGED
                    return
                tag, size = _HEAD.unpack(head)
                payload = file.read(size) if size <= _LONGEST else b""
                if len(payload) != size:
                    yield _DAMAGED
                    return
                yield tag, payload
    except OSError:
        yield Bad("a file that could not be read to its end")
