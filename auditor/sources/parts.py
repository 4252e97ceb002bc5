"""The dictionaries of a saved flow: a value is read when somebody asks for it."""

from __future__ import annotations

from typing import Any

from auditor.sources import tnetstring
from auditor.sources.spans import WINDOW, File

_DICT, _BYTES, _TEXT, _WHOLE, _NOTHING = b"},;#~"


class Part:
    """A dictionary of a flow that is in memory. Its keys are written with their length: `4:type`.

    What is missing raises LookupError; what is of the wrong kind, TypeError or ValueError.
    """

    __slots__ = ("_data", "_spans")

    def __init__(self, data: bytes, begin: int, end: int, until: bytes = b"") -> None:
        """Take the place of a dictionary, or of its members up to one; ValueError if none is there."""
        self._data = data
        self._spans = tnetstring.spans(data, begin, end, until)

    def _place(self, key: bytes) -> tuple[bytes, int, int]:
        """Return where a value is, and in what; its tag stands at the end."""
        begin, end = self._spans[key]
        return self._data, begin, end

    def _tag(self, end: int) -> int:
        return self._data[end]

    def _part(self, begin: int, end: int, until: bytes) -> Part:
        return Part(self._data, begin, end, until)

    def raw(self, key: bytes) -> bytes:
        """Return a value as it is written, with its tag."""
        data, begin, end = self._place(key)
        return data[begin : end + 1]

    def value(self, key: bytes) -> Any:
        """Return a value of any kind."""
        return tnetstring.value(*self._place(key))

    def text(self, key: bytes) -> str:
        """Return a text."""
        data, begin, end = self._place(key)
        if data[end] != _TEXT:
            raise TypeError("a text is missing")
        return str(data[begin:end], "utf-8")

    def whole(self, key: bytes) -> int:
        """Return a whole number."""
        data, begin, end = self._place(key)
        if data[end] != _WHOLE:
            raise TypeError("a number is missing")
        return int(data[begin:end])

    def octets(self, key: bytes) -> bytes:
        """Return bytes, or a text in ASCII as bytes."""
        data, begin, end = self._place(key)
        if data[end] == _BYTES:
            return data[begin:end]
        return self.text(key).encode("ascii")

    def part(self, key: bytes, until: bytes = b"") -> Part | None:
        """Return a dictionary inside this one; None when nothing is there.

        With `until` only the members up to that one can be asked for; it is quicker.
        """
        begin, end = self._spans[key]
        tag = self._tag(end)
        if tag == _DICT and begin != end:
            return self._part(begin, end, until)
        if tag in {_DICT, _NOTHING} and begin == end:
            return None
        raise TypeError("neither a dictionary nor nothing")

    def body(self, key: bytes, load: bool) -> tuple[bytes, int] | None:
        """Return bytes and how many they are, unread when they are not to be loaded; or None."""
        begin, end = self._spans[key]
        tag = self._tag(end)
        if tag == _NOTHING and begin == end:
            return None
        if tag != _BYTES:
            raise TypeError("a body is no bytes")
        return self._take(begin, end) if load else b"", end - begin

    def _take(self, begin: int, end: int) -> bytes:
        return self._data[begin:end]


class FarPart(Part):
    """A dictionary of a flow that is too long for memory: every value is read from the file."""

    __slots__ = ("_file",)

    def __init__(self, file: File, begin: int, end: int) -> None:
        """Take the place of a dictionary; ValueError if none is there."""
        self._file = file
        self._data = b""
        self._spans = file.spans(begin, end)

    def _place(self, key: bytes) -> tuple[bytes, int, int]:
        begin, end = self._spans[key]
        return self._file.take(begin, end + 1), 0, end - begin

    def _tag(self, end: int) -> int:
        return self._file.take(end, end + 1)[0]

    def _part(self, begin: int, end: int, until: bytes) -> Part:
        if end - begin >= WINDOW:
            return FarPart(self._file, begin, end)
        return Part(self._file.take(begin, end + 1), 0, end - begin, until)

    def _take(self, begin: int, end: int) -> bytes:
        return self._file.take(begin, end)


def flow_part(file: File, start: int, begin: int, end: int) -> Part:
    """Return the members of a flow that starts at one place and ends at another."""
    found = file.window(start, end)
    if found is None:
        return FarPart(file, begin, end)
    data, offset = found
    return Part(data, begin - offset, end - offset)
