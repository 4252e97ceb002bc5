"""Walk a tree and write down its leaves with their paths, decoding what is nested in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from auditor.decode import encoding, formats, media, strings, text
from auditor.decode.limits import (
    DAMAGED,
    MEDIA,
    OPAQUE,
    OVER_LIMIT,
    UNSUPPORTED,
    Limits,
    Meter,
)
from auditor.decode.spot import Spot
from auditor.decode.tree import Body, Entries, Gap, Node, Raw, Reading, Tags
from auditor.records import Context, Decoded, Leaf, Unread, Value

_KNOWN = ("gzip", "x-gzip", "deflate", "zlib", "br", "brotli", "zstd")
_ID_SIZE = 128
"""Longer bytes without a meaning are unread content rather than an id."""
_LONGEST_PATH = 2000
_SHORTEST_PACKED = 20


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
        self._body(body, Spot(context), nested=False)

    def node(self, node: Node, spot: Spot) -> None:
        """Write down everything below a place."""
        visit = self._VISIT.get(type(node))
        if visit is None:
            self.leaf(node, spot)  # type: ignore[arg-type]  # every other node is in the table
        elif type(node) in _CONTAINERS and self._is_deep(spot):
            self._miss(Gap(OVER_LIMIT, _weigh(node), "nested too deeply"), spot)
        else:
            visit(self, node, spot)

    def leaf(self, value: Value, spot: Spot) -> None:
        """Write one value down."""
        if self._is_full():
            self._dropped += 1
        else:
            self._leaves.append(Leaf(spot.context, spot.path, value, spot.at, spot.steps))

    def string(self, value: str, spot: Spot) -> None:
        """Write a string down, or what it says when it is decoded once more."""
        value = text.without_surrogates(value)
        again = None if self._is_full() else strings.reread(value, self._meter)
        if again is None:
            self.leaf(value, spot)
            return
        if spot.hops >= self._limits.hops:
            again = Reading(1, (), Gap(OVER_LIMIT, len(value), "nested too often"), keep=True)
        if again.keep:
            self.leaf(value, spot)
        before = self._found()
        below = spot if isinstance(again.node, Gap) else spot.hop(again.steps)
        self._scaled(again.node, below, len(value))
        if not again.keep and self._found() == before:
            self.leaf(value, spot)  # an empty object: nothing below stands for it

    def _is_full(self) -> bool:
        return len(self._leaves) >= self._limits.leaves

    def _is_deep(self, spot: Spot) -> bool:
        return spot.depth > self._limits.depth or len(spot.path) > _LONGEST_PATH

    def _found(self) -> int:
        return len(self._leaves) + len(self._unread) + self._dropped

    def _miss(self, gap: Gap, spot: Spot) -> None:
        if len(self._unread) < self._limits.leaves:
            found = Unread(gap.reason, gap.size, gap.detail, spot.path, spot.steps)
            self._unread.append(found)

    def _scaled(self, node: Node, spot: Spot, size: int, plain: int = 0) -> None:
        """Walk a node that takes `size` bytes where it stands, and `plain` bytes unpacked.

        Gaps below are brought down to that size, so that they add up to bytes on the wire.
        """
        start = len(self._unread)
        self.node(node, spot)
        scale = size / plain if plain > size else 1
        for place in range(start, len(self._unread)):
            one = self._unread[place]
            fitted = min(round(one.size * scale), size)
            if fitted != one.size:
                self._unread[place] = replace(one, size=fitted)

    def _body(self, body: Body, spot: Spot, *, nested: bool) -> None:
        size = len(body.data)
        if not size:
            if nested:
                self.leaf("", spot)
            return
        plain = encoding.undo(body.data, body.encodings, self._meter)
        spot = spot.after(plain.steps)
        if plain.reason:
            self._miss(Gap(plain.reason, size, plain.detail), spot)
            return
        if plain.tail:
            self._miss(Gap(DAMAGED, plain.tail, "bytes behind the compressed data"), spot)
        reading = formats.read(Raw(plain.data, body.content_type.lower()))
        if reading is None:
            self._miss(_unknown(size, plain.claims), spot)
        elif nested and reading.steps and spot.hops >= self._limits.hops:
            self._miss(Gap(OVER_LIMIT, size, "nested too often"), spot)
        else:
            below = spot.hop if nested and reading.steps else spot.after
            self._scaled(reading.node, below(reading.steps), size, len(plain.data))

    def _visit_object(self, node: dict[str, Node], spot: Spot) -> None:
        for key, value in node.items():
            self.node(value, spot.child(key))

    def _visit_array(self, node: list[Node], spot: Spot) -> None:
        for index, value in enumerate(node):
            self.node(value, spot.item(index))

    def _visit_entries(self, node: Entries, spot: Spot) -> None:
        for key, value in node.members:
            below = spot
            for part in key:
                below = below.item(part) if isinstance(part, int) else below.child(part)
            self.node(value, below)

    def _visit_tags(self, node: Tags, spot: Spot) -> None:
        seen: dict[int, int] = {}
        for number, value in node.fields:
            index = seen.get(number, 0)
            seen[number] = index + 1
            self.node(value, spot.tag(number, index))

    def _visit_bytes(self, node: bytes, spot: Spot) -> None:
        if encoding.sniff(node) and len(node) >= _SHORTEST_PACKED:
            self._body(Body(node), spot, nested=True)
            return
        kind = media.name(node)
        if kind:
            self._miss(Gap(MEDIA, len(node), kind), spot)
            return
        self.leaf(node, spot)
        if len(node) > _ID_SIZE:
            self._miss(Gap(OPAQUE, len(node)), spot)

    def _visit_body(self, node: Body, spot: Spot) -> None:
        self._body(node, spot, nested=True)

    _VISIT: ClassVar[dict[type, Callable[[Walk, Any, Spot], None]]] = {
        str: string,
        dict: _visit_object,
        list: _visit_array,
        Entries: _visit_entries,
        Tags: _visit_tags,
        bytes: _visit_bytes,
        Body: _visit_body,
        Gap: lambda self, gap, spot: self._miss(gap, spot),
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
