"""Read tnetstrings, the notation of mitmproxy's files: a length, a colon, so many bytes, a tag.

mitmproxy's own dialect: `;` tags text in UTF-8, `,` bytes. Nothing here trusts a length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

DEEPEST = 64
"""Levels of lists and dictionaries; more is damage. mitmproxy's flows have six."""

MEMBER = re.compile(rb"([0-9]+:[^;,:]+)[;,]([0-9]{1,12}):")
"""The key of a member, and the length of its value. A key is named with its own length, as in
`4:type`: so a wrong length is just another key."""

Spans = dict[bytes, tuple[int, int]]
"""Where the values of a dictionary begin and end; the tag stands at the end."""

_IDLE = (
    rb"6:(?:backup;0:~|marked;0:;)|7:comment;0:;|8:(?:trailers|mitmcert);0:~|9:is_replay;0:~"
    rb"|10:proxy_mode;7:regular;|11:intercepted;5:false!|16:certificate_list;0:\]"
    rb"|13:timestamp_end;(?:17:[0-9.]{17}|18:[0-9.]{18})\^"
)
"""Members of a flow that nobody asks for, as most flows have them: a third of all, read in runs."""

_NEXT = re.compile(rb"(?:" + _IDLE + rb")*" + MEMBER.pattern)

_ITEM = re.compile(rb"([0-9]{1,12}):")


def spans(data: bytes, at: int, end: int, until: bytes = b"") -> Spans:
    """Return where the values of a dictionary are; ValueError when it is none.

    What comes behind the key `until` is neither returned nor looked at. Members that nobody asks
    for may be missing from what is returned.
    """
    found: Spans = {}
    match = _NEXT.match
    while at < end:
        member = match(data, at)
        if member is None:
            raise ValueError("no member of a dictionary")
        begin = member.end()
        stop = begin + int(member[2])
        found[key := member[1]] = begin, stop
        at = stop + 1
        if key == until and at <= end:
            return found
    if at != end:
        raise ValueError("a dictionary that does not end where it should")
    return found


def loads(data: bytes) -> Any:
    """Return the value of a whole tnetstring; ValueError or TypeError when it is none."""
    found = _ITEM.match(data)
    if not found or found.end() + int(found[1]) != len(data) - 1:
        raise ValueError("no tnetstring")
    return value(data, found.end(), len(data) - 1)


def value(data: bytes, begin: int, end: int) -> Any:
    """Return what stands between `begin` and the tag at `end`."""
    tag = data[end]
    read = _PLAIN.get(tag)
    return read(data[begin:end]) if read else _container(data, begin, end, tag, 0)


def _container(data: bytes, at: int, end: int, tag: int, depth: int) -> Any:
    if tag not in {_LIST, _DICT} or depth > DEEPEST:
        raise ValueError("an unknown tag, or too deep")
    items: list[Any] = []
    while at < end:
        found = _ITEM.match(data, at, end)
        if not found:
            raise ValueError("no length")
        begin = found.end()
        at = begin + int(found[1]) + 1
        if at > end:
            raise ValueError("an item that is longer than its list")
        inner = data[at - 1]
        read = _PLAIN.get(inner)
        items.append(
            read(data[begin : at - 1])
            if read
            else _container(data, begin, at - 1, inner, depth + 1)
        )
    return items if tag == _LIST else dict(zip(items[::2], items[1::2], strict=True))


def _nothing(data: bytes) -> None:
    if data:
        raise ValueError("nothing has no bytes")


def _truth(data: bytes) -> bool:
    if data not in {b"true", b"false"}:
        raise ValueError("neither true nor false")
    return data == b"true"


_LIST, _DICT = b"]}"
_PLAIN: dict[int, Callable[[bytes], Any]] = {
    ord(","): bytes,
    ord(";"): lambda data: str(data, "utf-8"),
    ord("#"): int,
    ord("^"): float,
    ord("!"): _truth,
    ord("~"): _nothing,
}
