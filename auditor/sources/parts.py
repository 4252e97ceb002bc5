"""The dictionaries of a saved flow: a value is read when somebody asks for it."""

from __future__ import annotations

from typing import Any

from auditor.sources import tnetstring
from auditor.sources.spans import File, Near

_DICT, _BYTES = b"}", b","
_NOTHING = b"~"


class Part:
    """A dictionary of a flow. Its keys are written with their length, as `4:type`.

    What is missing raises LookupError; what is of the wrong kind, TypeError or ValueError.
    """

    __slots__ = ("_spans", "_view")

    def __init__(self, view: Near | File, begin: int, end: int) -> None:
        """Take the place of a dictionary; ValueError when there is none."""
        self._view = view
        self._spans = view.spans(begin, end)

    def raw(self, key: bytes) -> bytes:
        """Return a value as it is written, with its tag."""
        begin, end = self._spans[key]
        return self._view.take(begin, end + 1)

    def value(self, key: bytes) -> Any:
        """Return a value of any kind."""
        raw = self.raw(key)
        return tnetstring.value(raw, 0, len(raw) - 1)

    def text(self, key: bytes) -> str:
        """Return a text."""
        found = self.value(key)
        if not isinstance(found, str):
            raise TypeError("a text is missing")
        return found

    def whole(self, key: bytes) -> int:
        """Return a whole number."""
        found = self.value(key)
        if not isinstance(found, int):
            raise TypeError("a number is missing")
        return found

    def octets(self, key: bytes) -> bytes:
        """Return bytes; a text as bytes."""
        found = self.value(key)
        if isinstance(found, str):
            return found.encode("ascii")
        if not isinstance(found, bytes):
            raise TypeError("bytes are missing")
        return found

    def part(self, key: bytes) -> Part | None:
        """Return a dictionary inside this one; None when nothing is there."""
        begin, end = self._spans[key]
        tag = self._view.take(end, end + 1)
        if tag == _DICT and begin != end:
            return Part(self._view, begin, end)
        if tag in {_DICT, _NOTHING} and begin == end:
            return None
        raise TypeError("neither a dictionary nor nothing")

    def body(self, key: bytes, load: bool) -> tuple[bytes, int] | None:
        """Return bytes and how many they are, unread when they are not to be loaded; or None."""
        begin, end = self._spans[key]
        tag = self._view.take(end, end + 1)
        if tag == _NOTHING and begin == end:
            return None
        if tag != _BYTES:
            raise TypeError("a body is no bytes")
        return self._view.take(begin, end) if load else b"", end - begin
