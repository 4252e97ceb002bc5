"""Recognise sound and pictures, whose bodies a session does not keep."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import Any

FRAME_LIMIT = 1 << 20
"""A longer WebSocket, TCP or UDP message is journalled by size and SHA-256 only."""

BODY_LIMIT = 8 << 20
"""A longer HTTP body is kept by size and SHA-256 only. Telemetry and replies of services are far
smaller (the largest known are libraries of some megabytes); what is longer is sound or a download."""

LOOK = 16 << 10
"""First bytes by which sound is known; two AAC frames have at most 8191 bytes each."""

_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9].{5}", re.DOTALL)


def media_kind(content_type: str, body: bytes) -> str:
    """Return `audio` or `video` for a body that is sound or moving pictures, else nothing.

    Playlists (`#EXTM3U`) are text and stay, whatever their label.
    """
    if body[:64].lstrip()[:7] == b"#EXTM3U" or not body:
        return ""
    if family := labelled(content_type):
        return family
    if body[4:8] in {b"ftyp", b"styp", b"moof", b"sidx"}:
        return "audio"
    if body[:4] in {b"OggS", b"fLaC"} or body[:3] == b"ID3":
        return "audio"
    if body[:4] == b"RIFF" and body[8:12] == b"WAVE":
        return "audio"
    return "audio" if _is_adts(body) else ""


def labelled(content_type: str) -> str:
    """Return `audio` or `video` for a content type of that family, else nothing."""
    family = content_type.strip().lower().partition("/")[0]
    return family if family in {"audio", "video"} else ""


def _is_adts(body: bytes) -> bool:
    """Follow the first AAC frame to the second: twelve sync bits alone occur by accident."""
    if not _ADTS.match(body):
        return False
    length = (body[3] & 3) << 11 | body[4] << 3 | body[5] >> 5
    return bool(_ADTS.match(body[length : length + 7]))


def omission(why: str, body: bytes) -> dict[str, Any]:
    """Return what is kept of a body that is left out."""
    return {"why": why, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def frame_body(content: bytes, text: bool) -> dict[str, Any]:
    """Return how the journal spells a message: text, Base64, or size and SHA-256."""
    why = "over limit" if len(content) > FRAME_LIMIT else media_kind("", content)
    if why:
        return {"body": "", "omitted": omission(why, content)}
    if text:
        return {"body": content.decode("utf-8", "replace")}
    return {"body": b64encode(content).decode()}
