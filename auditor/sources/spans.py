"""Find the flows of a mitmproxy file, also behind damage, without holding more than a window.

A flow is found by its frame: a length, a dictionary, the tag that ends it, and behind it the next
flow or the end of the file. What is inside a frame is not read here. Where no frame fits, the next
one is searched for; everything before it is a gap. A file in which a damaged flow carries a whole
mitmproxy file as its body cannot be told from one in which that file's flows were recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from auditor.sources import tnetstring

WINDOW = 1 << 18
"""Bytes read at once; longer flows are walked, and what nobody wants of them is never read."""

_SEARCH = 1 << 20

_HEAD = re.compile(rb"([1-9]\d{0,11}):\d{1,3}:[a-z_]{2,24}[;,]\d")
_MIDDLE = re.compile(rb":(\d{1,3}):([a-z_]{2,24})[;,]\d")
_DIGITS = re.compile(rb"\d{0,12}\Z")
_LONGEST_HEAD = 48
_LONGEST_MEMBER = 224

_NEEDED = (b"4:type", b"7:version", b"2:id", b"11:client_conn")
"""What a flow has, whatever its version."""


@dataclass(frozen=True, slots=True)
class Span:
    """A flow: where its frame starts, and where its members begin and end."""

    start: int
    begin: int
    end: int
    """Of the closing tag; the frame ends one byte later."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes between flows in which no flow can be found."""

    start: int
    end: int
    flows: int
    """How many flows began in it, as far as that can be told; at least one."""


class Near:
    """A flow that lies in memory as a whole."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def spans(self, begin: int, end: int) -> tnetstring.Spans:
        """Return where the values of the dictionary between two places are."""
        return tnetstring.spans(self._data, begin, end)

    def take(self, begin: int, end: int) -> bytes:
        """Return the bytes between two places."""
        return self._data[begin:end]


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
        for _ in range(tnetstring.MEMBERS):
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

    def view(self, span: Span) -> tuple[Near | File, int, int]:
        """Return what a flow is best read from, and where its members begin and end in there."""
        if span.end - span.start >= WINDOW:
            return self, span.begin, span.end
        if not self._start <= span.start <= span.end < self._start + len(self._window):
            self.load(span.start, WINDOW)
        return Near(self._window), span.begin - self._start, span.end - self._start


def frame(file: File, at: int) -> Span | None:
    """Return the flow that starts at a place when a dictionary does, and ends inside the file."""
    found = _HEAD.match(file.take(at, at + _LONGEST_HEAD))
    if not found:
        return None
    begin = at + found.end(1) + 1
    end = begin + int(found[1])
    return Span(at, begin, end) if file.take(end, end + 1) == b"}" else None


def find(file: File, start: int, stop: int) -> Iterator[Span | Gap]:
    """Yield what starts between two places, in order; gaps and flows leave nothing out."""
    at = start
    while at < stop:
        span = frame(file, at)
        if span and (_goes_on(file, span.end + 1) or _is_flow(file, span)):
            yield span
            at = span.end + 1
        else:
            following, begun = _search(file, at + 1, stop)
            yield Gap(at, following, 1 + begun)
            at = following


def _goes_on(file: File, at: int) -> bool:
    return at == file.size or bool(_HEAD.match(file.take(at, at + _LONGEST_HEAD)))


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
            digits = _DIGITS.search(file.take(max(start, colon - 12), colon))
            first = colon - len(digits[0] if digits else b"")
            for place in range(first, min(colon, stop)):
                span = frame(file, place)
                if span and _goes_on(file, span.end + 1) and _is_flow(file, span):
                    return place, begun
            begun += first > start and file.take(first - 1, first) == b"}"
        at += max(1, last)
    return stop, begun
