"""What the wire formats have in common: a decoder turns bytes into a tree, `walk` into leaves.

JSON values stand for themselves. The other nodes say what JSON cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from auditor.records import Value

Key: TypeAlias = tuple[str | int, ...]
"""Names and array indices, outermost first; empty means the place of the parent itself."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Members in wire order; unlike a dict it may repeat a key."""

    members: list[tuple[Key, Node]]


class Tags(NamedTuple):
    """Fields of a protobuf message in wire order: their numbers, and one value for each."""

    names: tuple[int, ...]
    values: list[Node]
    """A list holds packed numbers; where a number stands once only, and there are few."""

    def spread(self) -> Tags:
        """Give packed numbers the shape of repeated ones."""
        if list not in map(type, self.values):
            return self
        names: list[int] = []
        values: list[Node] = []
        for name, value in zip(self.names, self.values, strict=True):
            several = value if isinstance(value, list) else (value,)
            names += (name,) * len(several)
            values += several
        return Tags(tuple(names), values)


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes that are to be decoded on their own, with what is claimed about them."""

    data: bytes
    content_type: str = ""
    encodings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that could not be decoded."""

    reason: str
    size: int
    detail: str = ""


Node: TypeAlias = Value | dict[str, "Node"] | list["Node"] | Entries | Tags | Body | Gap


class Reading(NamedTuple):
    """One way to read some bytes."""

    sure: float
    """0 to 1; compared between the formats."""
    steps: tuple[str, ...]
    """Empty for plain text."""
    node: Node
    keep: bool = False
    """The text that was read is itself a value worth keeping, such as a token."""


@dataclass(frozen=True)
class Raw:
    """Bytes without encodings; what several formats ask about them is worked out once."""

    data: bytes
    content_type: str = ""
    """Lower case, with its parameters. A claim, not a fact."""

    @cached_property
    def text(self) -> str | None:
        """The bytes as text, or None when they are not valid in their encoding."""
        encoding = "utf-16" if self.data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            return self.data.decode(encoding)
        except UnicodeDecodeError:
            return None
