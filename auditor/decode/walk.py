"""Walk a tree and write down its leaves with their paths, decoding what is nested in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias

from auditor.decode import encoding, formats, media, strings
from auditor.decode.limits import (
    DAMAGED,
    MEDIA,
    OPAQUE,
    OVER_LIMIT,
    UNSUPPORTED,
    Limits,
    Meter,
)
from auditor.decode.tree import Body, Entries, Gap, Node, Raw, Reading, Tags
from auditor.places import Context, Place, root, without_surrogates
from auditor.records import Decoded, Leaf, Unread, Value

_KNOWN = ("gzip", "x-gzip", "deflate", "zlib", "br", "brotli", "zstd")
_ID_SIZE = 128
"""Longer bytes without a meaning are unread content rather than an id."""
_LONGEST_PATH = 2000
_SHORTEST_PACKED = 20
_SINGLE = frozenset({int, float, bool, type(None)})

_new = tuple.__new__
"""Makes a named tuple without its checks: most leaves are made here."""

At: TypeAlias = tuple[int, ...]


class Walk:
    """Collect the leaves and gaps of one message, or of the head of one request."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._meter = Meter(limits)
        self._leaves: list[Leaf] = []
        self._unread: list[Unread] = []
        self._dropped = 0

    def decoded(self, size: int = 0) -> Decoded:
        """Return what was found in a message of `size` bytes."""
        unread = self._unread
        if self._dropped:
            share = self._dropped / (self._dropped + self._limits.leaves)
            detail = f"more than {self._limits.leaves} values: {self._dropped} left out"
            unread = [*unread, Unread(OVER_LIMIT, round(size * share), detail)]
        return Decoded(tuple(self._leaves), tuple(unread))

    def message(self, body: Body, context: Context = "body") -> None:
        """Decode the body of a message."""
        self._body(body, root(context), (), nested=False)

    def node(self, node: Node, place: Place, at: At = ()) -> None:
        """Write down everything below a place; `at` holds one index per repeated level."""
        kind = type(node)
        if kind in _SINGLE and len(self._leaves) < self._limits.leaves:
            self._leaves.append(_new(Leaf, (place, node, at)))
            return
        visit = self._VISIT.get(kind)
        if visit is None:
            self.leaf(node, place, at)  # type: ignore[arg-type]  # all other nodes are in the table
        elif kind in _CONTAINERS and self._is_deep(place):
            self._miss(Gap(OVER_LIMIT, _weigh(node), "nested too deeply"), place)
        else:
            visit(self, node, place, at)

    def leaf(self, value: Value, place: Place, at: At = ()) -> None:
        """Write one value down."""
        if self._is_full():
            self._dropped += 1
        else:
            self._leaves.append(_new(Leaf, (place, value, at)))

    def string(self, value: str, place: Place, at: At = ()) -> None:
        """Write a string down, or what it says when it is decoded once more."""
        value = without_surrogates(value)
        again = None if self._is_full() else strings.reread(value, self._meter)
        if again is None:
            self.leaf(value, place, at)
            return
        if place.hops >= self._limits.hops:
            again = Reading(1, (), Gap(OVER_LIMIT, len(value), "nested too often"), keep=True)
        if again.keep:
            self.leaf(value, place, at)
        before = self._found()
        below = place if isinstance(again.node, Gap) else place.hop(again.steps)
        self._scaled(again.node, below, at, len(value))
        if not again.keep and self._found() == before:
            self.leaf(value, place, at)  # an empty object: nothing below stands for it

    def _is_full(self) -> bool:
        return len(self._leaves) >= self._limits.leaves

    def _is_deep(self, place: Place) -> bool:
        return place.depth > self._limits.depth or len(place.path) > _LONGEST_PATH

    def _found(self) -> int:
        return len(self._leaves) + len(self._unread) + self._dropped

    def _miss(self, gap: Gap, place: Place) -> None:
        if len(self._unread) < self._limits.leaves:
            found = Unread(gap.reason, gap.size, gap.detail, place.path, place.steps)
            self._unread.append(found)

    def _scaled(self, node: Node, place: Place, at: At, size: int, plain: int = 0) -> None:
        """Walk a node that takes `size` bytes where it stands, and `plain` bytes unpacked.

        Gaps below are brought down to that size, so that they add up to bytes on the wire.
        """
        start = len(self._unread)
        self.node(node, place, at)
        scale = size / plain if plain > size else 1
        for number in range(start, len(self._unread)):
            one = self._unread[number]
            fitted = min(round(one.size * scale), size)
            if fitted != one.size:
                self._unread[number] = replace(one, size=fitted)

    def _body(self, body: Body, place: Place, at: At, *, nested: bool) -> None:
        size = len(body.data)
        if not size:
            if nested:
                self.leaf("", place, at)
            return
        plain = encoding.undo(body.data, body.encodings, self._meter)
        place = place.after(plain.steps)
        if plain.reason:
            self._miss(Gap(plain.reason, size, plain.detail), place)
            return
        if plain.tail:
            self._miss(Gap(DAMAGED, plain.tail, "bytes behind the compressed data"), place)
        reading = formats.read(Raw(plain.data, body.content_type.lower()))
        if reading is None:
            self._miss(_unknown(size, plain.claims), place)
        elif nested and reading.steps and place.hops >= self._limits.hops:
            self._miss(Gap(OVER_LIMIT, size, "nested too often"), place)
        else:
            below = place.hop if nested and reading.steps else place.after
            self._scaled(reading.node, below(reading.steps), at, size, len(plain.data))

    def _visit_object(self, node: dict[str, Node], place: Place, at: At) -> None:
        known, leaves, most = place.children, self._leaves, self._limits.leaves
        for key, value in node.items():
            below = known.get(key) or place.child(key)
            kind = type(value)
            if kind in _SINGLE and len(leaves) < most:
                leaves.append(_new(Leaf, (below, value, at)))
            elif kind is str:
                self.string(value, below, at)  # type: ignore[arg-type]
            else:
                self.node(value, below, at)

    def _visit_array(self, node: list[Node], place: Place, at: At) -> None:
        below = place.item()
        for index, value in enumerate(node):
            self.node(value, below, (*at, index))

    def _visit_entries(self, node: Entries, place: Place, at: At) -> None:
        for key, value in node.members:
            below, where = place, at
            for part in key:
                if isinstance(part, int):
                    below, where = below.item(), (*where, part)
                else:
                    below = below.child(part)
            self.node(value, below, where)

    def _visit_tags(self, node: Tags, place: Place, at: At) -> None:
        seen: dict[int, int] = {}
        known = place.children
        for number, value in node.fields:
            index = seen.get(number, 0)
            seen[number] = index + 1
            self.node(value, known.get(number) or place.tag(number), (*at, index))

    def _visit_bytes(self, node: bytes, place: Place, at: At) -> None:
        if encoding.sniff(node) and len(node) >= _SHORTEST_PACKED:
            self._body(Body(node), place, at, nested=True)
            return
        kind = media.name(node)
        if kind:
            self._miss(Gap(MEDIA, len(node), kind), place)
            return
        self.leaf(node, place, at)
        if len(node) > _ID_SIZE:
            self._miss(Gap(OPAQUE, len(node)), place)

    def _visit_body(self, node: Body, place: Place, at: At) -> None:
        self._body(node, place, at, nested=True)

    _VISIT: ClassVar[dict[type, Callable[[Walk, Any, Place, At], None]]] = {
        str: string,
        dict: _visit_object,
        list: _visit_array,
        Entries: _visit_entries,
        Tags: _visit_tags,
        bytes: _visit_bytes,
        Body: _visit_body,
        Gap: lambda self, gap, place, _: self._miss(gap, place),
    }


_CONTAINERS = frozenset({dict, list, Entries, Tags})


def _unknown(size: int, claims: tuple[str, ...]) -> Gap:
    """Say why nothing could be made of a body."""
    if not claims:
        return Gap(OPAQUE, size)
    strange = [one for one in claims if one not in _KNOWN]
    reason = UNSUPPORTED if strange else DAMAGED
    return Gap(reason, size, "declared as " + ", ".join(strange or claims))


def _weigh(node: Node) -> int:
    """Estimate how many bytes a part takes."""
    size = 0
    left: list[Any] = [node]
    while left:
        one = left.pop()
        size += len(one) if isinstance(one, str | bytes) else 2
        if isinstance(one, dict):
            left.extend(one)
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
        elif isinstance(one, Entries):
            left.extend(value for _, value in one.members)
        elif isinstance(one, Tags):
            left.extend(value for _, value in one.fields)
    return size
