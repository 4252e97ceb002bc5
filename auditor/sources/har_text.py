"""Cut a HAR file into its entries while it is read; memory does not grow with the file.

The standard library's decoder finds the end of an entry and reads it in one go, which is as fast as
reading the whole file with it. What it cannot read is skipped up to the next thing that looks like
an entry, and counted.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 20
LONGEST = 256 << 20
"""Characters of one entry; a browser that exports a longer one runs out of memory itself."""

_LIST = re.compile(r'"entries"\s*:\s*')
_LOG = re.compile(r'"log"\s*:\s*')
_GAP = re.compile(r"[\s,]*")
_AGAIN = re.compile(r'\{\s*"\w{1,40}"\s*:')
_MARGIN = 200
"""Characters kept while searching, so that nothing is missed at the border of two blocks."""

_REMEMBERED = 100_000
"""Entries that are recognised when they come again."""
_TRIES = 5_000
"""Things inside damage that look like an entry and are none; behind the last, all is lost."""

_BROKEN = (ValueError, RecursionError)
_CUT_OFF = 12
"""An error this close to the end of what was read may be nothing but the missing rest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list, and whether the very same text was there before."""

    value: object
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that are no entry."""

    size: int
    """Bytes."""
    ended: bool
    """Whether the file ends here, before its list does."""


class NoEntriesError(ValueError):
    """The file holds no list of entries; the message says what was found."""


def encoding_of(head: bytes) -> str:
    """Return the encoding of a JSON text by its first bytes."""
    if head.startswith((b"\xff\xfe", b"{\0")):
        return "utf-16-le"
    if head.startswith((b"\xfe\xff", b"\0{")):
        return "utf-16-be"
    return "utf-8"


def entries(file: BinaryIO) -> Iterator[Entry | Gap]:
    """Yield what `log.entries` holds, in order; raises NoEntriesError before the first."""
    feed = _Feed(file)
    if not (feed.find(_LOG) and feed.find(_LIST)):
        raise NoEntriesError("no list")
    if (found := feed.peek()) != "[":
        raise NoEntriesError("no list" if found else "not complete")
    feed.position += 1
    if not feed.peek():
        raise NoEntriesError("not complete")
    yield from _list(feed)


def _list(feed: _Feed) -> Iterator[Entry | Gap]:
    seen: set[int] = set()
    while (found := feed.peek()) != "]":
        if not found:
            yield Gap(0, ended=True)
            return
        try:
            value = feed.value()
        except _BROKEN:
            gap = feed.skip()
            yield gap
            if gap.ended:
                return
            continue
        mark = hash(feed.text[feed.position - feed.length : feed.position])
        yield Entry(value, mark in seen)
        if len(seen) < _REMEMBERED:
            seen.add(mark)


class _Feed:
    """A window on the text of a file."""

    def __init__(self, file: BinaryIO) -> None:
        head = file.read(_BLOCK)
        name = encoding_of(head)
        errors = "surrogateescape" if name == "utf-8" else "replace"
        self._codec = name
        self._file = file
        self._text = codecs.getincrementaldecoder(name)(errors)
        self._json = json.JSONDecoder(strict=False)
        self.text = self._text.decode(head).removeprefix("\ufeff")
        self.position = 0
        self.length = 0
        """Characters of the value read last."""
        self.tries = 0

    def more(self) -> bool:
        """Read on, at least as much as is waiting; what lies before the position is forgotten."""
        waiting = len(self.text) - self.position
        block = self._file.read(max(_BLOCK, min(waiting, LONGEST)))
        self.text = self.text[self.position :] + self._text.decode(block, final=not block)
        self.position = 0
        return bool(block)

    def find(self, pattern: re.Pattern[str]) -> bool:
        """Go behind the next match."""
        while True:
            if match := pattern.search(self.text, self.position):
                self.position = match.end()
                return True
            self.position = max(self.position, len(self.text) - _MARGIN)
            if not self.more():
                return False

    def peek(self) -> str:
        """Go to the next character that is neither space nor comma, and return it; empty at the end."""
        while True:
            self.position = _GAP.match(self.text, self.position).end()  # type: ignore[union-attr]
            if self.position < len(self.text):
                return self.text[self.position]
            if not self.more():
                return ""

    def value(self) -> object:
        """Read the value at the position; ValueError or RecursionError when there is none."""
        while True:
            try:
                value, end = self._json.raw_decode(self.text, self.position)
            except json.JSONDecodeError as error:
                near = error.pos > len(self.text) - _CUT_OFF
                unfinished = near or error.msg.startswith("Unterminated")
                long = len(self.text) - self.position > LONGEST
                if not unfinished or long or not self.more():
                    raise
                continue
            self.length = end - self.position
            self.position = end
            return value

    def skip(self) -> Gap:
        """Go to the next entry that can be read, or to the end."""
        size = self._forget(1)
        while True:
            match = _AGAIN.search(self.text, self.position) if self.tries < _TRIES else None
            if match:
                size += self._forget(match.start() - self.position)
                if self._entry_here():
                    return Gap(size, ended=False)
                size += self._forget(max(1, self.length))
                continue
            size += self._forget(max(0, len(self.text) - self.position - _MARGIN))
            if not self.more():
                return Gap(size + self._forget(len(self.text)), ended=True)

    def _entry_here(self) -> bool:
        """Say whether an entry can be read here; stay where it begins."""
        self.tries += 1
        self.length = 0
        try:
            value = self.value()
        except _BROKEN:
            return False
        self.position -= self.length
        return isinstance(value, dict) and isinstance(value.get("request"), dict)

    def _forget(self, count: int) -> int:
        """Go on by characters and return their bytes."""
        gone = self.text[self.position : self.position + count]
        self.position += count
        return len(
            gone.encode(self._codec, "surrogateescape" if self._codec == "utf-8" else "replace")
        )
