"""Recognise sound, pictures and other files by their first bytes: there is nothing to decode."""

from __future__ import annotations

from auditor.decode.limits import MEDIA, OPAQUE
from auditor.decode.tree import Gap, Raw, Reading

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"wOF2", "font/woff2"),
    (b"wOFF", "font/woff"),
)
_OTHERS = (
    (b"MDMP", "minidump"),
    (b"PK\x03\x04", "zip archive"),
    (b"SQLite format 3\0", "database"),
)
"""Files that may well say something about their owner, and that are not read."""
_BOXES = frozenset({b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"mdat"})
_RIFF = {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/avi"}
_BY_FIRST = {
    first: tuple(one for one in _STARTS if one[0][0] == first)
    for first in {start[0] for start, _ in _STARTS}
}
_FRAME_SYNC = (b"\xff\xf1", b"\xff\xf9", b"\xff\xfb", b"\xff\xf3")
_SHORTEST = 12


def read(raw: Raw) -> Reading | None:
    """Name the kind of file; the two bytes of an audio frame are a weak sign."""
    data = raw.data
    for start, what in _OTHERS:
        if data.startswith(start):
            return Reading(0.97, (), Gap(OPAQUE, len(data), what))
    kind, sure = name(data), 0.96
    if not kind and data.startswith(_FRAME_SYNC) and len(data) > _SHORTEST:
        kind, sure = "audio frames", 0.4
    return Reading(sure, (), Gap(MEDIA, len(data), kind)) if kind else None


def name(data: bytes) -> str:
    """Return the media type that the first bytes give away, else an empty text."""
    if len(data) < _SHORTEST:
        return ""
    if data[4:8] in _BOXES:
        return "video/mp4"
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    for start, kind in _BY_FIRST.get(data[0], ()):
        if data.startswith(start):
            return kind
    return ""
