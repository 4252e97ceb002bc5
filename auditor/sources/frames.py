"""The messages of a saved conversation."""

from __future__ import annotations

import re
from typing import Any

from auditor.records import NOT_SENT, Message
from auditor.sources import tnetstring

_BEFORE = re.compile(rb"[0-9]+:1:([12])#(?:4:(true)|5:false)!([0-9]{1,12}):")
_BEHIND = re.compile(rb",[0-9]+:([0-9]+\.[0-9]+)\^(?:4:(true)|5:false)!(?:4:true|5:false)!\]")
"""A frame as mitmproxy writes it: opcode, whether it is the client's, content, time, whether it
was dropped, whether it was made up. There are thousands in a session, so they are read at once."""

_TEXT = 1


def read_frames(raw: bytes) -> list[Message]:
    """Return the messages of a WebSocket from a list with its tag."""
    frames = []
    at, end = 0, len(raw) - 1
    while at < end:
        before = _BEFORE.match(raw, at)
        if not before:
            break
        stop = before.end() + int(before[3])
        behind = _BEHIND.match(raw, stop)
        if not behind:
            break
        content = raw[before.end() : stop]
        dropped = behind[2] is not None
        frames.append(
            _frame(int(before[1]), before[2] is not None, content, float(behind[1]), dropped)
        )
        at = behind.end()
    if at != end or raw[end:] != b"]":
        return [_frame(*one) for one in tnetstring.value(raw, 0, end)]
    return frames


def read_chunks(raw: bytes) -> list[Message]:
    """Return the messages of a TCP or UDP conversation from a list with its tag."""
    return [_chunk(*one) for one in tnetstring.value(raw, 0, len(raw) - 1)]


def _frame(
    opcode: int, ours: bool, content: bytes, time: float | None, dropped: bool, *_: Any
) -> Message:
    return Message(
        direction="out" if ours else "in",
        body=b"" if dropped else content,
        size=len(content),
        time=time or None,
        text=opcode == _TEXT,
        omitted=NOT_SENT if dropped else "",
    )


def _chunk(ours: bool, content: bytes, time: float | None) -> Message:
    return Message("out" if ours else "in", content, len(content), time=time or None)
