"""Find the flows of a mitmproxy file, also behind damage, without holding more than a window.

A flow is found by its frame: a length, a dictionary, the tag that ends it, and behind it the next
flow or the end of the file. What is inside a frame is not read here. Where no frame fits, the next
one is searched for; everything before it is a gap. A file in which a damaged flow carries a whole
mitmproxy file as its body cannot be told from one in which that file's flows were recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from auditor.sources import tnetstring

WINDOW = 1 << 18
"""Bytes read at once; longer flows are walked, and what nobody wants of them is never read."""

_SEARCH = 1 << 20
_MEMBERS = 64
"""Members of a flow; mitmproxy writes up to twenty."""

_HEAD = re.compile(rb"([1-9][0-9]{0,11}):[0-9]{1,3}:[a-z][a-z0-9_]{1,30}[;,][0-9]")
_MIDDLE = re.compile(rb":([0-9]{1,3}):([a-z][a-z0-9_]{1,30})[;,][0-9]")
_LONGEST_HEAD = 56
_LONGEST_LENGTH = 13
_LONGEST_MEMBER = 224

_NEEDED = (b"4:type", b"7:version", b"2:id", b"11:client_conn")
"""What a flow has, whatever its version."""


class Span(NamedTuple):
    """A flow: where its frame starts, and where its members begin and end."""

    start: int
    begin: int
    end: int
    """Of the closing tag; the frame ends one byte later."""


class Gap(NamedTuple):
    """Bytes between flows in which no flow can be found."""

    start: int
    end: int
    flows: int
    """How many flows began in it, as far as that can be told; at least one."""


class File:
    """An open file read in windows; its places are counted from its beginning."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size
        self._start, self._window = 0, b""

    def take(self, begin: int, end: int) -> bytes:
        """Return the bytes between two places; fewer where the file ends."""
        at = begin - self._start
        if at >= 0 and end - self._start <= len(self._window):
            return self._window[at : end - self._start]
        self._file.seek(begin)
        return self._file.read(max(0, min(end, self.size) - begin))

    def load(self, begin: int, size: int) -> bytes:
        """Make a window of what stands at a place, and return it."""
        self._start, self._window = begin, b""
        self._window = self.take(begin, begin + size)
        return self._window

    def spans(self, begin: int, end: int) -> tnetstring.Spans:
        """Return where the values of a dictionary are, without reading the values."""
        found: tnetstring.Spans = {}
        at = begin
        for _ in range(_MEMBERS):
            if at >= end:
                break
            member = tnetstring.MEMBER.match(self.take(at, min(at + _LONGEST_MEMBER, end)))
            if not member:
                raise ValueError("no member of a dictionary")
            first = at + member.end()
            at = first + int(member[2]) + 1
            found[member[1]] = first, at - 1
        if at != end:
            raise ValueError("a dictionary that does not end where it should")
        return found

    def window(self, start: int, end: int) -> tuple[bytes, int] | None:
        """Return bytes that hold a flow up to its tag, and where they start; None if it is long."""
        if end - start >= WINDOW:
            return None
        if not self._start <= start <= end < self._start + len(self._window):
            self.load(start, WINDOW)
        return self._window, self._start


def find(file: File, start: int, stop: int) -> Iterator[Span | Gap]:
    """Yield what starts between two places, in order; gaps and flows leave nothing out."""
    at = start
    head = _head(file, at)
    while at < stop:
        span, following = _frame(file, at, head)
        if span and (following or span.end + 1 == file.size or _is_flow(file, span)):
            yield span
            at, head = span.end + 1, following
        else:
            found, begun = _search(file, at + 1, stop)
            yield Gap(at, found, 1 + begun)
            at, head = found, _head(file, found)


def _head(file: File, at: int) -> re.Match[bytes] | None:
    return _HEAD.match(file.take(at, at + _LONGEST_HEAD))


def _frame(
    file: File, at: int, head: re.Match[bytes] | None
) -> tuple[Span | None, re.Match[bytes] | None]:
    """Return the flow that a head begins when a dictionary ends where it says; and the next head."""
    if not head:
        return None, None
    begin = at + head.end(1) - head.start(1) + 1
    end = begin + int(head[1])
    tail = file.take(end, end + 1 + _LONGEST_HEAD)
    if tail[:1] != b"}":
        return None, None
    return Span(at, begin, end), _HEAD.match(tail, 1)


def _is_flow(file: File, span: Span) -> bool:
    """Say whether the members of a frame fit, and are a flow's. Costs the same for every frame."""
    try:
        keys = file.spans(span.begin, span.end)
    except ValueError:
        return False
    return all(key in keys for key in _NEEDED)


def _search(file: File, start: int, stop: int) -> tuple[int, int]:
    """Return where the next flow starts, else `stop`; and how many that are broken began before.

    Every place is looked at once, and for each a bounded number of bytes is read.
    """
    begun = 0
    at = start
    while at < stop:
        block = file.load(at, _SEARCH)
        last = len(block) if at + len(block) >= file.size else len(block) - _LONGEST_HEAD
        for middle in _MIDDLE.finditer(block):
            if middle.start() >= last or int(middle[1]) != len(middle[2]):
                continue
            colon = at + middle.start()
            before = file.take(max(start, colon - _LONGEST_LENGTH + 1), colon)
            digits = before[len(before.rstrip(b"0123456789")) :]
            first = colon - len(digits)
            # What was cut before may have ended in a digit: so every end of the digits is tried.
            for place in range(first, min(colon, stop)):
                if colon + int(digits[place - first :]) >= file.size:
                    continue
                span, following = _frame(file, place, _head(file, place))
                goes_on = span and (following or span.end + 1 == file.size)
                if span and goes_on and _is_flow(file, span):
                    return place, begun
            # A dictionary inside a flow stands behind its key, `;`; a header's name ends in `,`.
            flow = file.take(first - 1, first) != b";" and middle[0][-2:-1] == b";"
            begun += flow and start + _LONGEST_HEAD < first < colon
        at += max(1, last)
    return stop, begun
