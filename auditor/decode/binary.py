"""What MessagePack, CBOR and binary property lists share: a cursor with bounds, and plausibility.

Nearly every byte string is valid MessagePack of something. Without a label, a body therefore has
to be consumed to its last byte and to hold names and texts as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from auditor.decode import text
from auditor.decode.limits import LIMITS, OVER_LIMIT
from auditor.decode.tree import Body, Entries, Gap, Node, Raw, Reading

_MOST_ITEMS = 2 * LIMITS.leaves
_WORD = re.compile(r"[A-Za-z_$@#][\w$@.:/ \-\[\]]{1,127}")
_SHORTEST_TEXT = 3
_FIRST_TEXTS = 1000
"""Keys and strings that are looked at to judge plausibility."""
_SHARE = 0.25
_LEAST_TEXT = 5
_UNLABELLED = 8
"""Shorter bodies are not guessed at."""


class Mismatch(Exception):  # noqa: N818 - not an error of the program
    """The bytes are not in this format."""


class TooMuch(Exception):  # noqa: N818 - not an error of the program
    """The bytes hold more levels or items than are read."""


class Cursor:
    """A place in bytes; nothing is taken that is not there, and not without end."""

    __slots__ = ("at", "data", "left", "trusting")

    def __init__(self, data: bytes, *, trusting: bool = False) -> None:
        self.data = data
        self.at = 0
        self.left = _MOST_ITEMS
        self.trusting = trusting
        """A label names the format: one broken text does not prove the opposite."""

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        end = self.at + size
        if end > len(self.data):
            raise Mismatch
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def number(self, size: int) -> int:
        """Return the next bytes as an unsigned integer."""
        return int.from_bytes(self.take(size))

    def count(self, items: int, depth: int) -> int:
        """Return a number of items if so many can follow and may."""
        if items > len(self.data) - self.at:
            raise Mismatch
        self.spend(items, depth)
        return items

    def spend(self, items: int, depth: int) -> None:
        """Note items that are about to be read, `depth` levels down."""
        self.left -= items
        if self.left < 0 or depth > LIMITS.depth:
            raise TooMuch

    def text(self, size: int) -> str | bytes:
        """Return the next bytes as text."""
        piece = self.take(size)
        try:
            return piece.decode()
        except UnicodeDecodeError:
            if self.trusting:
                return piece
            raise Mismatch from None


def integer(number: int) -> int | str:
    """Return an integer, or its digits when it does not fit into 64 bits."""
    return number if -(2**63) <= number < 2**64 else str(number)


def octets(data: bytes) -> Node:
    """Return what a string of bytes is: JSON to be read, text, or bytes."""
    if data.startswith((b'{"', b'[{"')):
        return Body(data)
    try:
        spelled = data.decode()
    except UnicodeDecodeError:
        return data
    return spelled if len(data) >= _SHORTEST_TEXT and text.is_clean(spelled) else data


def members(pairs: list[tuple[Any, Node]]) -> Node:
    """Return an object whose keys may be of any kind; repeated ones are all kept."""
    named = [(_name(key), value) for key, value in pairs]
    found = dict(named)
    if len(found) == len(named):
        return found
    return Entries([((name,), value) for name, value in named])


def _name(key: object) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode("utf-8", "replace")
    return str(key) if key is None or isinstance(key, bool | int | float) else type(key).__name__


def read(
    raw: Raw, step: str, item: Callable[[Cursor, int], Node], *, labelled: bool
) -> Reading | None:
    """Read a body that is one item, or several items one behind the other."""
    if not labelled and len(raw.data) < _UNLABELLED:
        return None
    try:
        found = _items(Cursor(raw.data, trusting=labelled), item)
    except Mismatch:
        return None
    except TooMuch:
        gap = Gap(OVER_LIMIT, len(raw.data), f"{step} with too many levels or values")
        return Reading(0.9 if labelled else 0.4, (step,), gap)
    if not labelled and not _is_likely(found, len(raw.data)):
        return None
    sure = 0.9 if labelled else 0.8
    if len(found) == 1:
        return Reading(sure, (step,), found[0])
    return Reading(sure, (step,), Entries([((n,), node) for n, node in enumerate(found)]))


def _items(cursor: Cursor, item: Callable[[Cursor, int], Node]) -> list[Node]:
    """Return all items; without a label each has to be a collection."""
    found: list[Node] = []
    while cursor.at < len(cursor.data):
        cursor.spend(1, 0)
        one = item(cursor, 0)
        if not cursor.trusting and not isinstance(one, dict | list | Entries):
            raise Mismatch
        found.append(one)
    return found


def _is_likely(found: list[Node], size: int) -> bool:
    """Say whether names and texts are such as people write, and enough of what there is."""
    names: list[str] = []
    texts = 0
    left: list[Any] = [*found]
    while left and len(names) < _FIRST_TEXTS:
        one = left.pop()
        if isinstance(one, str) and len(one) >= _SHORTEST_TEXT:
            if not text.is_printable(one):
                return False
            texts += len(one)
        elif isinstance(one, Body):
            texts += len(one.data)
        keys, below = _inside(one)
        names.extend(keys)
        left.extend(below)
    if not all(text.is_clean(name) for name in names):
        return False
    words = sum(len(name) for name in names if _WORD.fullmatch(name))
    if left:  # a thousand clean names
        return words >= len(names)
    return words + texts >= max(_LEAST_TEXT, size * _SHARE)


def _inside(node: Node) -> tuple[Iterable[str], Iterable[Node]]:
    """Return the names and the values in a collection."""
    if isinstance(node, list):
        return (), node
    if isinstance(node, dict):
        return node, node.values()
    if isinstance(node, Entries):
        return [str(key[0]) for key, _ in node.members], [value for _, value in node.members]
    return (), ()
