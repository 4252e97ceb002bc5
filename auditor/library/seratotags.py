"""Read the cue points and loops that Serato writes into audio files: `Serato Markers2`.

The tag is two bytes and base64 with line feeds; inside, entries of a name, a big-endian length
and a payload. Positions are milliseconds in 32 bits, names UTF-8 with a closing zero.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator
from pathlib import Path

from auditor.library.audiotags import Tags, read_tags
from auditor.library.drafts import Draft
from auditor.library.model import Bad, seconds

_VERSION = b"\x01\x01"
_PER_SECOND = 1000.0
_CUE_FROM, _LOOP_FROM = 12, 20
_OTHER_KIND = Bad("audio files of a kind whose cue points are not read")
_DAMAGED = Bad("damaged cue points in an audio file")


def add_markers(draft: Draft, audio: Path) -> Tags | None:
    """Add the markers of an audio file, and return its tags; None when its kind is not read."""
    tags = read_tags(audio)
    if tags is None:
        draft.bad.append(_OTHER_KIND)
    elif tags.markers:
        for name, payload in _entries(tags.markers):
            try:
                _add(draft, name, payload)
            except struct.error:
                draft.bad.append(_DAMAGED)
    return tags


def _add(draft: Draft, name: bytes, payload: bytes) -> None:
    if name == b"CUE":
        (position,) = struct.unpack_from(">xxI", payload)
        draft.add_cue(seconds(position, _PER_SECOND), _name(payload, _CUE_FROM))
    elif name == b"LOOP":
        start, end = struct.unpack_from(">xxII", payload)
        draft.add_loop(
            seconds(start, _PER_SECOND), seconds(end, _PER_SECOND), _name(payload, _LOOP_FROM)
        )
    elif not name:
        draft.bad.append(_DAMAGED)


def _name(payload: bytes, start: int) -> str:
    return payload[start:].partition(b"\0")[0].decode("utf-8", "replace")


def _entries(tag: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and payloads; an empty name stands for damage."""
    spelled = tag.removeprefix(_VERSION).partition(b"\0")[0].replace(b"\n", b"")
    # Serato leaves the padding out, and sometimes one letter of the last group: A is a zero.
    spelled = spelled.rstrip(b"=")
    spelled += b"A" if len(spelled) % 4 == 1 else b""
    try:
        plain = base64.b64decode(spelled + b"=" * (-len(spelled) % 4))
    except binascii.Error:
        yield b"", b""
        return
    place = len(_VERSION)
    while place < len(plain) and plain[place]:
        end = plain.find(b"\0", place)
        if end < 0 or end + 5 > len(plain):
            yield b"", b""
            return
        (size,) = struct.unpack_from(">I", plain, end + 1)
        start = end + 5
        yield plain[place:end], plain[start : start + size]
        place = start + size
