"""What secrets look like inside texts, and quick looks that rule out most texts.

Millions of texts are looked at and nearly none has a secret in it, so what costs time is to see
that there is nothing. Every quick look finds all that has one of the shapes, and some that has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product
from string import ascii_lowercase

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import BytesAhoCorasick

_NAMED = re.compile(
    r"(?i)(?:password|passwd|secret|(?:access|refresh|id|auth|session|api)[_-]?token|api[_-]?key)"
    r"\\?[\"']?\s*(?:=|:|%3d|%3a)\s*\\?[\"']?(?!String\b|null\b)([^\s\"'&,;(){}\\‹›]{4,})"
)
"""A secret behind its own name, as in addresses, GraphQL and log lines."""

SHAPES = (
    ("token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    ("token", re.compile(r"(?i)\b(?:bearer|basic)\s+([\w.~+/=-]{8,})")),
    ("email", re.compile(r"\b[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+\b")),
    ("key", re.compile(r"\b(?:AIza[\w-]{20,}|(?:sk|pk|rk)_(?:live|test)_\w{8,}|gh[a-z]_\w{16,})")),
    ("token", _NAMED),
    ("device-id", re.compile(r"\bS-1-5-21-\d+-\d+-\d+(?:-\d+)?\b")),
    ("user-name", re.compile(r"(?i)[/\\](?:users|home)[/\\]([^/\\\s\"'{}‹›]+)")),
    # No host has the address x.0.0.0; browsers have such version numbers.
    ("ip", re.compile(r"(?<![\w.])(?<![^/]/)(?!\d+\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")),
    ("opaque", re.compile(r"(?<![\w+/=-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{41,}")),
)
"""Kinds of secrets, and how they are written; of a shape with a group, that is the secret."""

_SUSPECT = re.compile(
    r"(?i)eyJ|bearer|basic|@|%40|AIza|_live_|_test_|gh[a-z]_|pass|secret|token|api|S-1-5-21"
    r"|[/\\](?:users|home)[/\\]|\d\.\d{1,3}\.\d{1,3}\.\d|[\w+/=-]{41}"
)
"""Something that every one of the shapes has: most values have none of it."""

_MARKS = (
    *("eyj", "bearer", "basic", "@", "%40", "aiza", "_live_", "_test_", "pass", "secret", "token"),
    *("api", "s-1-5-21"),
    *(f"gh{letter}_" for letter in ascii_lowercase),
    *(f"{a}{name}{b}" for name, a, b in product(("users", "home"), "/\\", "/\\")),
)
"""What stands in every ASCII text that `_SUSPECT` finds, in lower case: but for numbers with dots
between them, and for words longer than `_SHORT`."""

_FOUND = BytesAhoCorasick([one.encode() for one in _MARKS])
_NUMBERS = re.compile(r"\d\.\d{1,3}\.\d{1,3}\.\d")
_SHORT = 40
_NEAR = 8
"""Characters from the first to the last dot of an address, at most."""

_DOT = ord(".")
_DIGIT = np.array([chr(byte).isdigit() for byte in range(128)])
_WORD = np.array([re.fullmatch(r"[\w+/=-]", chr(byte)) is not None for byte in range(128)])
"""Which ASCII characters are parts of long words."""

_PORTION = 1 << 18
"""Characters that are looked at together; there may be a mark at each of them."""


def is_suspect(text: str) -> bool:
    """Say whether a text may have one of the shapes."""
    if text.isascii():
        if _FOUND.find_matches_as_indexes(text.lower().encode()):
            return True
        if "." in text and _NUMBERS.search(text):
            return True
        if len(text) <= _SHORT or max(map(len, text.split("."))) <= _SHORT:
            return False
    return _SUSPECT.search(text) is not None


def suspects(texts: Iterable[str]) -> list[str]:
    """Return those of many texts that may have one of the shapes, in any order."""
    plain: list[str] = []
    found: list[str] = []
    for text in texts:
        if len(text) <= _PORTION and text.isascii():
            plain.append(text)
        elif _SUSPECT.search(text):
            found.append(text)
    for portion in _portions(plain):
        found += [portion[place] for place in _places(portion).tolist()]
    return found


def _portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield texts in groups that take little memory."""
    sizes = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64))
    _, starts = np.unique(sizes // _PORTION, return_index=True)
    for start, end in pairwise([*starts.tolist(), len(texts)]):
        yield texts[start:end]


def _places(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the places of suspects among ASCII texts, which are looked at as one text.

    Nothing that is looked for has a line end in it, so none of it is found where two texts meet:
    but for dots, of which some may be found that have nothing to do with each other.
    """
    whole = "\n".join(texts).lower().encode()
    marks = [start for _, start, _ in _FOUND.find_matches_as_indexes(whole)]
    data = np.frombuffer(whole, dtype=np.uint8)
    dots = np.flatnonzero(data == _DOT)
    dots = dots[_DIGIT[data[dots - 1]]]
    near = np.flatnonzero(dots[2:] - dots[:-2] <= _NEAR)
    breaks = np.concatenate(([-1], np.flatnonzero(~_WORD[data]), [len(data)]))
    long = np.flatnonzero(np.diff(breaks) > _SHORT + 1)
    spots = np.concatenate([np.array(marks, dtype=np.int64), dots[near], breaks[long] + 1])
    ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64) + 1)
    return np.unique(np.searchsorted(ends, spots, side="right"))
