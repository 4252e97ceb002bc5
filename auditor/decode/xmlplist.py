"""Read Apple's property lists in XML. Entities are refused, and nothing is ever fetched."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from auditor.decode.binary import Mismatch, TooMuch, integer, members, octets
from auditor.decode.limits import DAMAGED, LIMITS, OVER_LIMIT
from auditor.decode.tree import Gap, Node, Raw, Reading

_HEAD = 1024
_EMPTY = {"true": True, "false": False}
_DIGITS = 40


@dataclass(slots=True)
class _Open:
    """An element that has begun."""

    name: str
    text: list[str] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)


def read(raw: Raw) -> Reading | None:
    """Read a document whose root is `plist`."""
    head = raw.data[:_HEAD]
    if b"<plist" not in head.replace(b"\0", b""):
        return None
    try:
        node = _Document().parsed(raw.data)
    except TooMuch:
        node = Gap(OVER_LIMIT, len(raw.data), "property list with too many levels or values")
    except (Mismatch, expat.ExpatError, ValueError, LookupError):
        node = Gap(DAMAGED, len(raw.data), "property list")
    return Reading(0.97, ("plist",), node)


class _Document:
    """Build the tree while the parser reports elements; its depth is ours, not the stack's."""

    def __init__(self) -> None:
        self._stack = [_Open("")]
        self._left = LIMITS.leaves * 2

    def parsed(self, data: bytes) -> Node:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = _refuse
        parser.Parse(data, True)
        (node,) = self._stack[0].items
        found: Node = node
        return found

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._left -= 1
        if self._left < 0 or len(self._stack) > LIMITS.depth:
            raise TooMuch
        self._stack.append(_Open(name))

    def _text(self, text: str) -> None:
        self._stack[-1].text.append(text)

    def _end(self, _: str) -> None:
        one = self._stack.pop()
        above = self._stack[-1].items
        if one.name == "plist":
            above.extend(one.items)
        else:
            above.append(_value(one))


def _refuse(*_: object) -> None:
    raise Mismatch


def _value(one: _Open) -> Node:
    if one.name == "dict":
        if len(one.items) % 2:
            raise Mismatch
        return members(list(zip(one.items[::2], one.items[1::2], strict=True)))
    if one.name == "array":
        return one.items
    if one.name in _EMPTY:
        return _EMPTY[one.name]
    text = "".join(one.text)
    return _scalar(one.name, text) if one.name not in {"key", "string"} else text


def _scalar(name: str, text: str) -> Node:
    text = text.strip()
    if name == "integer":
        return integer(int(text, 0)) if len(text) <= _DIGITS else text
    if name == "real":
        return float(text)
    if name == "data":
        try:
            return octets(base64.b64decode("".join(text.split())))
        except binascii.Error:
            raise Mismatch from None
    if name == "date":
        return text
    raise Mismatch
