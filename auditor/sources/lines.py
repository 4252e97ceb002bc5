"""Read the journal's lines and the parts of a conversation they hold."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from auditor.records import Direction, Exchange, Kind, Message
from auditor.sources.moments import moment

_LONGEST = 16 << 20
"""Bytes of a line; the recorder's longest, a megabyte of escaped text, has 6."""

_MOST = 2**48
"""Of bytes or messages; more is damage, and would not fit into a table's sums."""

_KINDS = {"websocket", "tcp", "udp"}
_STATUS = 999
_PORT = 65535

BAD = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What a line raises that makes no sense."""


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers; of one that is too long only the beginning."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        number = 1
        while line := file.readline(_LONGEST):
            rest = line
            while not rest.endswith(b"\n") and (rest := file.readline(_LONGEST)):
                pass
            if line.strip():
                yield number, line
            number += 1


def size(value: object) -> int:
    """Return a number of bytes or messages; ValueError when it cannot be one."""
    found = value or 0
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= _MOST:
        raise ValueError("a size counts bytes")
    return found


def flow_of(entry: dict[str, Any]) -> str:
    """Return the id of the conversation that a line belongs to."""
    flow = entry["flow"]
    if not isinstance(flow, str):
        raise TypeError("an id is a text")
    return flow


def frame(entry: dict[str, Any]) -> tuple[int, Message]:
    """Return number and message of a `frame` line."""
    number, text, body = entry["number"], bool(entry.get("text")), entry["body"]
    omitted = entry.get("omitted") or {}
    direction = entry["direction"]
    if direction not in {"out", "in"} or number is None:
        raise ValueError("a frame has a number and goes out or in")
    content = body.encode() if text else b64decode(body, validate=True)
    return size(number), Message(
        direction=direction,
        body=content,
        size=size(omitted.get("size")) if omitted else len(content),
        time=None if entry.get("time") is None else moment(entry["time"]),
        text=text,
        omitted=str(omitted.get("why") or "left out") if omitted else "",
        digest=str(omitted.get("sha256") or "") if omitted else "",
    )


def opened(entry: dict[str, Any]) -> Exchange:
    """Return the conversation that an `open` line begins, without its frames."""
    kind, status = entry["type"], entry.get("status")
    if kind not in _KINDS:
        raise ValueError("no kind of conversation")
    if status is not None and not 0 <= size(status) <= _STATUS:
        raise ValueError("no status of HTTP")
    if size(entry.get("port")) > _PORT:
        raise ValueError("no port")
    started = moment(entry["time"])
    path, _, query = str(entry.get("path") or "").partition("?")
    headers = tuple((str(name), str(value)) for name, value in entry.get("headers") or ())
    return Exchange(
        number=0,
        id=flow_of(entry),
        kind=cast(Kind, kind),
        started=started,
        method=str(entry.get("method") or ""),
        scheme=str(entry.get("scheme") or ""),
        host=str(entry["host"]).lower(),
        port=size(entry.get("port")),
        path=path,
        query=query,
        headers=headers,
        messages=_heads(started, status) if kind == "websocket" else (),
        status=status,
        connection=str(entry.get("connection") or ""),
        process=str(entry.get("process") or ""),
    )


def _heads(started: float, status: int | None) -> tuple[Message, ...]:
    """Return the empty bodies of the request that opened a WebSocket and of its reply."""
    directions: tuple[Direction, ...] = ("out",) if status is None else ("out", "in")
    return tuple(Message(direction, b"", 0, time=started) for direction in directions)
