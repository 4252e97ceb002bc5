"""Find where in some bytes the value at a path stands: JSON, forms and envelopes, by their grammar.

Every scanner yields marks in the order of the bytes. It knows its format exactly and raises
ValueError or IndexError for anything else; whoever asks then searches by the spelling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from typing import NamedTuple
from urllib.parse import unquote_plus

from auditor import paths
from auditor.decode import form
from auditor.decode.tree import Key
from auditor.places import At, without_surrogates
from auditor.records import Value

_TOKEN = re.compile(rb'[ \t\r\n]*([{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+)', re.DOTALL)
_BLANK = re.compile(rb"[\s\x1e]*")
_LONGEST_KEY = 200
"""As in `auditor.places`: longer keys are cut there."""
_MOST_DIGITS = 18
_BOM = b"\xef\xbb\xbf"


class Mark(NamedTuple):
    """A value with its place in the bytes."""

    path: str
    """From the top of these bytes, in the notation of `auditor.paths`."""
    at: At
    start: int
    end: int
    value: Value


def json_marks(data: bytes, *, several: bool = False) -> Iterator[Mark]:
    """Yield the plain values of a JSON document, or of `several` in a row as items of a list."""
    position = len(_BOM) if data.startswith(_BOM) else 0
    number = 0
    while position < len(data):
        where: tuple[str, At] = ("[]", (number,)) if several else ("", ())
        position = yield from _document(data, position, where)
        position = _BLANK.match(data, position).end()  # type: ignore[union-attr]  # matches anything
        number += 1
        if position < len(data) and not several:
            raise ValueError("more than one document")


class _Open:
    """An object or array that is not closed yet."""

    __slots__ = ("at", "index", "is_list", "key", "path")

    def __init__(self, path: str, at: At, *, is_list: bool) -> None:
        self.path, self.at, self.is_list = path, at, is_list
        self.key: str | None = None
        self.index = 0

    @property
    def wants_key(self) -> bool:
        """Say whether a key comes next."""
        return not self.is_list and self.key is None

    def step(self, token: bytes) -> None:
        """Go on behind a comma or colon."""
        if token == b",":
            self.index += 1
            self.key = None

    def place(self) -> tuple[str, At]:
        """Return where the value stands that comes next."""
        if self.is_list:
            return paths.item(self.path), (*self.at, self.index)
        if self.key is None:
            raise ValueError("a value without a key")
        return child(self.path, self.key), self.at


def child(path: str, key: str) -> str:
    """Return the path of a member as the decoder spells it."""
    cut = key if len(key) <= _LONGEST_KEY else key[:_LONGEST_KEY] + "…"
    return paths.child(path, without_surrogates(cut))


def _document(data: bytes, position: int, where: tuple[str, At]) -> Generator[Mark, None, int]:
    """Yield the values of one document; the result of the generator is where it ends."""
    stack: list[_Open] = []
    while True:
        found = _TOKEN.match(data, position)
        if not found:
            raise ValueError("not JSON")
        token, position = found[1], found.end()
        if token in b"}]":
            stack.pop()
        elif token in b",:":
            stack[-1].step(token)
        elif stack and stack[-1].wants_key:
            stack[-1].key = str(json.loads(token, strict=False))
        else:
            path, at = stack[-1].place() if stack else where
            if token in b"{[":
                stack.append(_Open(path, at, is_list=token == b"["))
            else:
                yield Mark(path, at, found.start(1), found.end(1), _scalar(token))
        if not stack:
            return position


def _scalar(token: bytes) -> Value:
    value: Value = json.loads(token, strict=False)
    if type(value) is int and len(token) > _MOST_DIGITS and not -(2**63) <= value < 2**64:
        return token.decode()
    return value


def form_marks(data: bytes) -> Iterator[Mark]:
    """Yield the values of a form or a query, one or one per line."""
    lines = [found for found in re.finditer(rb"[^\n]+", data) if found[0].strip()]
    several = b"\n" in data.strip()
    for number, line in enumerate(lines):
        yield from _pairs(data, line.start(), line.end(), (number,) if several else ())


def _pairs(data: bytes, start: int, end: int, before: tuple[int, ...]) -> Iterator[Mark]:
    while start < end and data[start : start + 1] in b" \t\r?":
        start += 1
    while start < end and data[end - 1 : end] in b" \t\r":
        end -= 1
    seen: dict[Key, int] = {}
    for pair in re.finditer(rb"[^&]+", data[start:end]):
        name, _, value = pair[0].partition(b"=")
        key = form.split_key(_plain(name))
        if -1 in key:
            number = seen[key] = seen.get(key, -1) + 1
            key = tuple(number if part == -1 else part for part in key)
        path, at = spot((*before, *key))
        stop = start + pair.end()
        yield Mark(path, at, stop - len(value), stop, _plain(value))


def _plain(text: bytes) -> str:
    return unquote_plus(text.decode("utf-8", "replace"), errors="replace")


def spot(key: tuple[str | int, ...]) -> tuple[str, At]:
    """Return path and indices of an entry's key."""
    path, at = "", tuple[int, ...]()
    for part in key:
        if isinstance(part, int):
            path, at = paths.item(path), (*at, part)
        else:
            path = child(path, part)
    return path, at


def cookie_marks(data: bytes) -> Iterator[Mark]:
    """Yield the cookies of a header."""
    for one in re.finditer(rb"[^;]+", data):
        name, equals, value = one[0].partition(b"=")
        content = value.strip().strip(b'"')
        if equals and name.strip():
            start = one.start() + len(name) + 1 + value.find(content)
            path = child("", name.strip().decode("utf-8", "replace"))
            yield Mark(path, (), start, start + len(content), content.decode("utf-8", "replace"))


def envelope_marks(data: bytes, payloads: list[bytes]) -> Iterator[Mark]:
    """Yield the headers' values and the payloads of an envelope; `payloads` as it was read."""
    position = _line_end(data, 0)
    yield from _below(data, 0, position, "header", ())
    for number, payload in enumerate(payloads):
        while data[position : position + 1] in {b"\n", b"\r"}:
            position += 1
        end = _line_end(data, position)
        yield from _below(data, position, end, "items[].header", (number,))
        start = min(end + 1, len(data))
        position = start + len(payload)
        if data[start:position] != payload:
            raise ValueError("the payloads are elsewhere")
        yield Mark("items[].payload", (number,), start, position, payload)


def _line_end(data: bytes, position: int) -> int:
    end = data.find(b"\n", position)
    return end if end >= 0 else len(data)


def _below(data: bytes, start: int, end: int, path: str, at: At) -> Iterator[Mark]:
    for one in json_marks(data[start:end]):
        below = path + one.path if one.path.startswith("[") else f"{path}.{one.path}"
        yield Mark(below, at + one.at, start + one.start, start + one.end, one.value)
