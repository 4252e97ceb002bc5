"""Walk a tree and write down its values in rows, decoding what is nested in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from auditor.decode.members import PLAIN, Name, plan
from auditor.decode.tree import Body, Entries, Gap, Node, Raw, Reading, Tags
from auditor.places import At, Context, Layout, Place, root, without_surrogates
from auditor.records import Decoded, Sheet, Unread, Value

_KNOWN = ("gzip", "x-gzip", "deflate", "zlib", "br", "brotli", "zstd")
_ID_SIZE = 128
"""Longer bytes without a meaning are unread content rather than an id."""
_SHORTEST_PACKED = 20
_SPARE = 10_000
"""Values for which there must be room, so that those of a short text fit without a count."""
_SIMPLE = PLAIN | {str}

Row: TypeAlias = tuple[Layout, Sequence[Value], At]
"""Values that stand alike, where they stand, and their indices."""

_new = tuple.__new__
"""Makes a named tuple without its checks."""


class Walk:
    """Collect the sheets and gaps of one message, or of the head of one request."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._deepest = limits.depth
        self._meter = Meter(limits)
        self._sheets: dict[Layout, tuple[list[Sequence[Value]], list[At]]] = {}
        self._room = limits.leaves
        """Values that may still be written down."""
        self._unread: list[Unread] = []
        self._dropped = 0

    def decoded(self, size: int = 0) -> Decoded:
        """Return what was found in a message of `size` bytes."""
        unread = self._unread
        if self._dropped:
            share = self._dropped / (self._dropped + self.limits.leaves)
            detail = f"more than {self.limits.leaves} values: {self._dropped} left out"
            unread = [*unread, Unread(OVER_LIMIT, round(size * share), detail)]
        sheets = [_new(Sheet, (where, *found)) for where, found in self._sheets.items()]
        return Decoded(tuple(sheets), tuple(unread))

    @property
    def is_unhindered(self) -> bool:
        """Say whether nothing stayed unread so far, and no limit has come nearer but for values."""
        return not self._unread and not self._dropped and self._meter.left == self.limits.plain_size

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all sheets, each with its layout and its indices."""
        for where, (rows, ats) in self._sheets.items():
            for row, at in zip(rows, ats, strict=True):
                yield where, row, at

    def copy(self, rows: Sequence[Row]) -> bool:
        """Write down what an unhindered walk found; False if that is nothing or room is scarce."""
        if not rows or self._room < _SPARE:
            return False
        for where, row, at in rows:
            self._put(where, row, at)
        return True

    def message(self, body: Body, context: Context = "body") -> None:
        """Decode the body of a message."""
        self._body(body, root(context), (), nested=False)

    def node(self, node: Node, place: Place, at: At = ()) -> None:
        """Write down everything below a place; `at` holds one index per repeated level."""
        kind = type(node)
        visit = self._VISIT.get(kind)
        if visit is None:
            self.leaf(node, place, at)  # type: ignore[arg-type]  # all other nodes are in the table
        elif (place.depth > self._deepest or place.is_long) and kind in _CONTAINERS:
            self._miss(Gap(OVER_LIMIT, _weigh(node), "nested too deeply"), place)
        else:
            visit(self, node, place, at)

    def leaf(self, value: Value, place: Place, at: At = ()) -> None:
        """Write one value down."""
        if self._room:
            self._put(place.single, (value,), at)
        else:
            self._dropped += 1

    def string(self, value: str, place: Place, at: At = ()) -> None:
        """Write a string down, or what it says when it is decoded once more."""
        value = without_surrogates(value)
        again = strings.reread(value, self._meter) if self._room else None
        if again is None:
            self.leaf(value, place, at)
        else:
            self._again(value, again, place, at)

    def members(  # noqa: C901 - in one piece: a call would cost more than what it does
        self, names: Iterable[Name], values: list[Any], place: Place, at: At
    ) -> None:
        """Write down the members of one object: names and values in their order."""
        if self._room - len(values) < _SPARE:
            names, values = self._scarce(names, values, place, at)
        key = (*names, *map(type, values))
        mine = place.known.get(key) or plan(key, place)
        again = _NONE
        if mine.texts and not _plain.issuperset(mine.pick_texts(values)):
            again = self._look(values, mine.texts)
            if again:
                kinds = [Reading if n in again else type(one) for n, one in enumerate(values)]
                mine = plan((*names, *kinds), place)
        self._room -= mine.size
        for number in mine.packed:
            self._room -= len(values[number])
        for where, pick, before in mine.rows:
            row = pick(values) if pick else values
            sheet = self._sheets.get(where)
            if sheet is None:
                self._sheets[where] = [row], [at + before]
            else:
                sheet[0].append(row)
                sheet[1].append(at + before if before else at)
        for number, below, tail in mine.inside:
            value = values[number]
            spot = at + tail if tail else at
            kind = type(value)
            if kind is dict and below.depth <= self._deepest and not below.is_long:
                self.members(value, [*value.values()], below, spot)
            elif kind is Tags and below.depth <= self._deepest and not below.is_long:
                self.members(value.names, value.values, below, spot)
            elif number in again:
                self._again(value, again[number], below, spot)
            else:
                self.node(value, below, spot)

    def _scarce(
        self, names: Iterable[Name], values: list[Any], place: Place, at: At
    ) -> tuple[Sequence[Name], list[Any]]:
        """Write members down one by one when there is no room for all; return what is left to do.

        Packed numbers count one by one.
        """
        every = (*names,)
        if every and type(every[0]) is int:
            every, values = Tags(every, values).spread()  # type: ignore[arg-type]
        if len(values) <= self._room:
            return every, values
        for number, below, tail in plan((*every, *[Body] * len(every)), place).inside:
            self.node(values[number], below, at + tail)
        return (), []

    def _look(self, values: list[Any], texts: Sequence[int]) -> dict[int, Reading]:
        """Look into the strings that were not seen before: return those that hold more, by number.

        Each gets rid of its lone surrogates where it stands.
        """
        again: dict[int, Reading] = {}
        for number in texts:
            value = values[number]
            if value in _plain:
                continue
            if not strings.is_evident(value):
                value = values[number] = without_surrogates(value)
                left = self._meter.left
                found = strings.reread(value, self._meter)
                if found is not None:
                    again[number] = found
                    continue
                if left != self._meter.left:
                    continue
            if len(value) <= _LONGEST_PLAIN:
                if len(_plain) >= _MOST_PLAIN:
                    _plain.clear()
                _plain.add(value)
        return again

    def _put(self, where: Layout, row: Sequence[Value], at: At) -> None:
        """Write down a row; there must be room for it."""
        self._room -= len(row)
        sheet = self._sheets.get(where)
        if sheet is None:
            self._sheets[where] = [row], [at]
        else:
            sheet[0].append(row)
            sheet[1].append(at)

    def _again(self, value: str, again: Reading, place: Place, at: At) -> None:
        """Write down what a string says when it is decoded once more."""
        if place.hops >= self.limits.hops:
            again = Reading(1, (), Gap(OVER_LIMIT, len(value), "nested too often"), keep=True)
        if again.keep:
            self.leaf(value, place, at)
        before = self._found()
        below = place if isinstance(again.node, Gap) else place.hop(again.steps)
        self._scaled(again.node, below, at, len(value))
        if not again.keep and self._found() == before:
            self.leaf(value, place, at)  # an empty object: nothing below stands for it

    def _found(self) -> int:
        return len(self._unread) + self._dropped - self._room

    def _miss(self, gap: Gap, place: Place) -> None:
        if len(self._unread) < self.limits.leaves:
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
        elif nested and reading.steps and place.hops >= self.limits.hops:
            self._miss(Gap(OVER_LIMIT, size, "nested too often"), place)
        else:
            below = place.hop if nested and reading.steps else place.after
            self._scaled(reading.node, below(reading.steps), at, size, len(plain.data))

    def _visit_object(self, node: dict[str, Node], place: Place, at: At) -> None:
        self.members(node, [*node.values()], place, at)

    def _visit_entries(self, node: Entries, place: Place, at: At) -> None:
        if node.members:
            names, values = zip(*node.members, strict=True)
            self.members(names, [*values], place, at)

    def _visit_tags(self, node: Tags, place: Place, at: At) -> None:
        if node.names:
            self.members(node.names, node.values, place, at)

    def _visit_array(self, node: list[Any], place: Place, at: At) -> None:
        below = place.items or place.item()
        kinds = {*map(type, node)}
        if kinds <= _SIMPLE and len(node) <= self._room:
            if str in kinds and not _plain.issuperset(node):
                self._texts(node, below, at)
            elif node:
                self._put(below.listed, node, at)
        elif kinds == _OBJECT and below.depth <= self._deepest and not below.is_long:
            for index, value in enumerate(node):
                self.members(value, [*value.values()], below, (*at, index))
        else:
            for index, value in enumerate(node):
                self.node(value, below, (*at, index))

    def _texts(self, node: list[Any], below: Place, at: At) -> None:
        """Write down an array of plain values with strings in it; there must be room for them."""
        texts = [number for number, value in enumerate(node) if type(value) is str]
        again = self._look(node, texts)
        if not again:
            self._put(below.listed, node, at)
            return
        for index, value in enumerate(node):
            if index in again:
                self._again(value, again[index], below, (*at, index))
            else:
                self.leaf(value, below, (*at, index))

    def _visit_bytes(self, node: bytes, place: Place, at: At) -> None:
        if len(node) >= _SHORTEST_PACKED and encoding.sniff(node):
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


_plain: set[str] = set()
"""Strings that were looked into and are nothing but themselves: the same few words come again and
again. What a string is depends on nothing else, so results do not depend on what was seen."""
_MOST_PLAIN = 20_000
_LONGEST_PLAIN = 100

_CONTAINERS = frozenset({dict, list, Entries, Tags})
_NONE: dict[int, Reading] = {}
_OBJECT = frozenset({dict})


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
            left.extend(one.spread().values)
    return size
