"""Give bodies of a HAR file back as bytes, undoing what each exporter does to them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from auditor.records import Message
from auditor.sources.moments import moment

_LARGEST = 2**48
"""Bytes of a body; more is damage, and would not fit into a table's sums."""
_MISSING = "not in the HAR file"
_FORM = "application/x-www-form-urlencoded"
_REPLACED = "\ufffd".encode()
_TEXT = 1

Headers = tuple[tuple[str, str], ...]


def request(request: Mapping[str, Any], headers: Headers, time: float) -> Message:
    """Return what was sent: from text, from bytes beside it, or from form fields alone."""
    post = request.get("postData") or {}
    content = request.get("_content") or {}
    kind = str(post.get("mimeType") or _named(headers, "content-type"))
    if post.get("text"):
        body = to_bytes(str(post["text"]), post.get("encoding"))
    elif content.get("text"):
        body = to_bytes(str(content["text"]), content.get("encoding"))
    else:
        body = urlencode(_pairs(post.get("params") or ()), errors="surrogateescape").encode()
        kind = _FORM if body else kind
    declared = max(_size(request.get("bodySize")), _size(content.get("size")))
    missing = _MISSING if declared > 0 and not body else ""
    return Message(
        direction="out",
        body=body,
        size=declared if missing else len(body),
        content_type=kind,
        encodings=_encodings(headers),
        time=time,
        omitted=missing,
    )


def response(
    response: Mapping[str, Any], headers: Headers, time: float, load: bool = True
) -> Message:
    """Return what came back; without `load` its body is empty and has its size."""
    content = response.get("content") or {}
    text, encoding = str(content.get("text") or ""), content.get("encoding")
    body = to_bytes(text, encoding) if load else b""
    weight = len(body) if load else _weight(text, encoding)
    return Message(
        direction="in",
        body=body,
        size=weight or max(_size(content.get("size")), _size(response.get("bodySize"))),
        content_type=str(content.get("mimeType") or _named(headers, "content-type")),
        encodings=_encodings(headers),
        time=time,
        omitted="" if weight else _MISSING,
    )


def _weight(text: str, encoding: object) -> int:
    """Return the bytes of a body without making them."""
    if text.isascii() and str(encoding or "").lower() == "base64":
        return len(text) // 4 * 3 - text[-2:].count("=")
    return len(text) if text.isascii() else len(to_bytes(text, encoding))


def frame(told: Mapping[str, Any]) -> Message | None:
    """Return a message of a WebSocket; None for an entry that tells of an error."""
    if told.get("type") not in {"send", "receive"}:
        return None
    code = told.get("opcode")
    text = int(_TEXT if code is None else code) == _TEXT
    body = to_bytes(str(told.get("data") or ""), None if text else "base64")
    when = told.get("time")
    return Message(
        direction="out" if told["type"] == "send" else "in",
        body=body,
        size=len(body),
        time=None if when is None else moment(when),
        text=text,
    )


def to_bytes(text: str, encoding: object = None) -> bytes:
    """Undo Base64, surrogate escapes, and compressed bytes that were kept as Latin-1."""
    if str(encoding or "").lower() == "base64":
        try:
            return base64.b64decode(text, validate=False)
        except (binascii.Error, ValueError):
            return text.encode("utf-8", "surrogatepass")
    if text.startswith("\x1f\x8b") and max(text) <= "\xff":
        return text.encode("latin-1")
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def spoiled(message: Message) -> bool:
    """Say whether an exporter wrote the sign for “no character” where bytes stood."""
    return _REPLACED in message.body


def _pairs(params: Any) -> list[tuple[str, str]]:
    """Return form fields; of a file that was uploaded, its name."""
    return [
        (str(one["name"]), str(one.get("value") or one.get("fileName") or "")) for one in params
    ]


def _named(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key == name), "")


def _encodings(headers: Headers) -> tuple[str, ...]:
    names = (_named(headers, "content-encoding"), _named(headers, "x-transfer-encoding"))
    return tuple(one.strip().lower() for value in names for one in value.split(",") if one.strip())


def _size(value: Any) -> int:
    """Return a size that an exporter declared; -1 and nothing mean that it does not know."""
    size = int(value or 0)
    if size > _LARGEST:
        raise ValueError("a body of an impossible size")
    return max(size, 0)
