"""Find a few tags in audio files: ID3 in MP3, AIFF and WAV, Vorbis comments in FLAC.

Only heads are read; the audio itself is skipped. MP4 and Ogg files are not read.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from auditor.library.model import text

_MOST = 32 << 20
_CHUNKS = 10_000
_MARKERS = "Serato Markers2"
_COMMENT = b"SERATO_MARKERS_V2="
_VORBIS_BLOCK = 4
_TEXTS = {b"TIT2": "title", b"TPE1": "artist"}
_CODECS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40
_V3, _V4 = 3, 4
_HEADER = 10


@dataclass(slots=True)
class Tags:
    """What the tags of a file say."""

    title: str = ""
    artist: str = ""
    markers: bytes = b""
    """Content of `Serato Markers2`."""


def read_tags(path: Path) -> Tags | None:
    """Return the tags, empty ones when there are none; None when the kind of file is not read."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:3] == b"ID3":
                file.seek(0)
                return _id3(file.read(_MOST))
            if head[:4] == b"FORM" and head[8:] in {b"AIFF", b"AIFC"}:
                return _id3(_chunk(file, ">4sI"))
            if head[:4] == b"RIFF" and head[8:] == b"WAVE":
                return _id3(_chunk(file, "<4sI"))
            if head[:4] == b"fLaC":
                file.seek(4)
                return _flac(file)
    except (OSError, struct.error):
        return Tags()
    return Tags() if head[:1] == b"\xff" else None


def _chunk(file: BinaryIO, form: str) -> bytes:
    for _ in range(_CHUNKS):
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004
            break
        name, size = struct.unpack(form, head)
        if name.upper() == b"ID3 ":
            return file.read(min(size, _MOST))
        file.seek(size + size % 2, 1)
    return b""


def _id3(data: bytes) -> Tags:
    tags = Tags()
    if len(data) < _HEADER or data[:3] != b"ID3" or data[3] not in {_V3, _V4}:
        return tags
    version, flags, size = data[3], data[5], _syncsafe(data[6:10])
    body = data[10 : 10 + size]
    if flags & _UNSYNCHRONISED and version == _V3:
        body = body.replace(b"\xff\x00", b"\xff")
    place = 0
    if flags & _EXTENDED:
        place = _syncsafe(body[:4]) if version == _V4 else 4 + int.from_bytes(body[:4])
    while place + 10 <= len(body) and body[place]:
        name, raw, mode = struct.unpack_from(">4s4sxB", body, place)
        length = _syncsafe(raw) if version == _V4 else int.from_bytes(raw)
        frame = body[place + 10 : place + 10 + length]
        place += 10 + length
        if version == _V4 and mode & 2:
            frame = frame.replace(b"\xff\x00", b"\xff")
        if version == _V4 and mode & 1:
            frame = frame[4:]
        _take(tags, name, frame)
    return tags


def _take(tags: Tags, name: bytes, frame: bytes) -> None:
    if not frame or frame[0] >= len(_CODECS):
        return
    codec = _CODECS[frame[0]]
    if name in _TEXTS:
        setattr(tags, _TEXTS[name], text(frame[1:].decode(codec, "replace")))
    elif name == b"GEOB":
        end = b"\0\0" if frame[0] in {1, 2} else b"\0"
        _, _, rest = frame[1:].partition(b"\0")
        _, rest = _split(rest, end)
        described, content = _split(rest, end)
        if described.decode(codec, "replace").strip("\0\ufeff") == _MARKERS:
            tags.markers = content


def _split(data: bytes, end: bytes) -> tuple[bytes, bytes]:
    """Split behind a closing zero, which has the width of the letters before it."""
    width = len(end)
    for place in range(0, len(data) - width + 1, width):
        if data[place : place + width] == end:
            return data[:place], data[place + width :]
    return data, b""


def _syncsafe(data: bytes) -> int:
    size = 0
    for byte in data:
        size = size << 7 | byte & 0x7F
    return size


def _flac(file: BinaryIO) -> Tags:
    tags = Tags()
    for _ in range(_CHUNKS):
        head = file.read(4)
        if len(head) < 4:  # noqa: PLR2004
            break
        size = int.from_bytes(head[1:])
        if head[0] & 0x7F == _VORBIS_BLOCK:
            _take_comments(tags, file.read(size))
            break
        if head[0] & 0x80:
            break
        file.seek(size, 1)
    return tags


def _take_comments(tags: Tags, block: bytes) -> None:
    (vendor,) = struct.unpack_from("<I", block)
    (count,) = struct.unpack_from("<I", block, 4 + vendor)
    place = 8 + vendor
    for _ in range(min(count, _CHUNKS)):
        (size,) = struct.unpack_from("<I", block, place)
        comment = block[place + 4 : place + 4 + size]
        place += 4 + size
        name, _, value = comment.partition(b"=")
        if name.upper() + b"=" == _COMMENT:
            tags.markers = _unwrapped(value)
        elif name.upper() in {b"TITLE", b"ARTIST"}:
            setattr(tags, name.decode().lower(), text(value.decode("utf-8", "replace")))


def _unwrapped(value: bytes) -> bytes:
    """Return what stands behind the media type, an empty name and the name of the field."""
    spelled = value.replace(b"\n", b"").rstrip(b"=")
    spelled += b"A" if len(spelled) % 4 == 1 else b""
    try:
        plain = base64.b64decode(spelled + b"=" * (-len(spelled) % 4))
    except binascii.Error:
        return b""
    return plain.partition(_MARKERS.encode() + b"\0")[2]
