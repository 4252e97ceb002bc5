"""Read HAR files entry by entry; a bad entry is a counted loss, never the end."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from auditor.errors import SourceError
from auditor.records import Exchange, Loss, Message
from auditor.sources.moments import moment

_STATUS = 999
_LARGEST = 2**48
"""Bytes of a body; more is damage, and would not fit into a table's sums."""


def looks_like(head: bytes) -> bool:
    """Say whether this is the beginning of a JSON object."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read(path: Path, first: int) -> tuple[Iterator[Exchange], list[Loss]]:
    """Return the exchanges of a file, and the list that its losses go to.

    Raises SourceError when it is not JSON or has no list of entries.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig", "surrogateescape"))
        entries = document["log"]["entries"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(
            f"{path.name} is not a complete HAR file ({type(error).__name__}).",
            "A HAR file is JSON with `log.entries`. Was the export interrupted? Export it again.",
        ) from error
    if not isinstance(entries, list):
        raise SourceError(f"{path.name} has no list of entries.", "Export the HAR file again.")
    losses: list[Loss] = []
    return _exchanges(entries, first, losses), losses


def _exchanges(entries: list[Any], first: int, losses: list[Loss]) -> Iterator[Exchange]:
    number = first
    for position, entry in enumerate(entries):
        try:
            exchange = _exchange(entry, position, number)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            detail = f"entry {position}: {type(error).__name__}"
            losses.append(Loss("entry that could not be read", detail=detail))
            continue
        yield exchange
        number += 1


def _exchange(entry: dict[str, Any], position: int, number: int) -> Exchange:
    request = entry["request"]
    url = urlsplit(request["url"])
    started = _time(entry.get("startedDateTime"))
    response = entry.get("response") or {}
    messages = [_request(request, started)]
    if response:
        took = max(float(entry.get("time") or 0), 0) / 1000
        messages.append(_response(response, moment(started + took)))
    frames = entry.get("_webSocketMessages") or ()
    messages.extend(_frame(frame) for frame in frames)
    return Exchange(
        number=number,
        id=f"har-{position}",
        kind="websocket" if frames else "http",
        started=started,
        method=str(request.get("method") or "GET").upper(),
        scheme=url.scheme,
        host=(url.hostname or "").lower(),
        port=url.port or (80 if url.scheme in {"http", "ws"} else 443),
        path=url.path or "/",
        query=url.query,
        headers=_headers(request),
        messages=tuple(messages),
        status=_status(response),
        connection=str(entry.get("connection") or ""),
    )


def _time(text: object) -> float:
    return moment(datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp())


def _headers(part: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = part.get("headers") or ()
    return tuple((str(one["name"]).lower(), str(one.get("value") or "")) for one in pairs)


def _named(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in headers if key == name), "")


def _bytes(text: str, encoding: str = "") -> bytes:
    """Undo what exporters do to bodies: Base64, surrogate escapes, compressed bytes as Latin-1."""
    if encoding == "base64":
        try:
            return base64.b64decode(text, validate=False)
        except binascii.Error:
            return text.encode("utf-8", "surrogatepass")
    if text.startswith("\x1f\x8b") and max(text) <= "\xff":
        return text.encode("latin-1")
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _request(request: dict[str, Any], time: float) -> Message:
    post = request.get("postData") or {}
    headers = _headers(request)
    if post.get("text"):
        body = _bytes(str(post["text"]), str(post.get("encoding") or ""))
    else:
        pairs = [
            (str(one["name"]), str(one.get("value") or "")) for one in post.get("params") or ()
        ]
        body = urlencode(pairs).encode()
    declared = _size(request.get("bodySize"))
    missing = "not in the HAR file" if declared > 0 and not body else ""
    return Message(
        direction="out",
        body=body,
        size=declared if missing else len(body),
        content_type=str(post.get("mimeType") or _named(headers, "content-type")),
        encodings=_encodings(headers),
        time=time,
        omitted=missing,
    )


def _status(response: dict[str, Any]) -> int | None:
    status = int(response.get("status") or 0)
    if not 0 <= status <= _STATUS:
        raise ValueError("no status of HTTP")
    return status or None


def _size(value: Any) -> int:
    """Return a size that an exporter declared; -1 and nothing mean that it does not know."""
    size = int(value or 0)
    if size > _LARGEST:
        raise ValueError("a body of an impossible size")
    return max(size, 0)


def _encodings(headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    names = (_named(headers, "content-encoding"), _named(headers, "x-transfer-encoding"))
    return tuple(one.strip().lower() for value in names for one in value.split(",") if one.strip())


def _response(response: dict[str, Any], time: float) -> Message:
    content = response.get("content") or {}
    headers = _headers(response)
    body = _bytes(str(content.get("text") or ""), str(content.get("encoding") or ""))
    return Message(
        direction="in",
        body=body,
        size=len(body) or _size(content.get("size")),
        content_type=str(content.get("mimeType") or ""),
        encodings=_encodings(headers),
        time=time,
        omitted="" if body else "not in the HAR file",
    )


def _frame(frame: dict[str, Any]) -> Message:
    text = int(frame.get("opcode") or 1) == 1
    body = _bytes(str(frame.get("data") or ""), "" if text else "base64")
    return Message(
        direction="out" if frame.get("type") == "send" else "in",
        body=body,
        size=len(body),
        time=moment(frame["time"]),
        text=text,
    )
