"""Read OpenTelemetry's JSON with attributes as members instead of lists of keys and values."""

from __future__ import annotations

import re

from auditor.decode import json
from auditor.decode.binary import members
from auditor.decode.tree import Entries, Node, Raw, Reading

STARTS = b"{"
_MARK = re.compile(rb'\s*\{\s*"resource(?:Logs|Spans|Metrics)"\s*:')
_LISTS = frozenset({"attributes", "filteredAttributes", "metadata"})
_PLAIN = frozenset({"stringValue", "boolValue", "doubleValue", "bytesValue"})
_KINDS = _PLAIN | {"intValue", "arrayValue", "kvlistValue"}
_DIGITS = 20


def read(raw: Raw) -> Reading | None:
    """Read a body whose first key is that of an export request."""
    if not _MARK.match(raw.data):
        return None
    reading = json.read(raw)
    if reading is None:
        return None
    return reading._replace(steps=(*reading.steps, "otlp"), node=_named(reading.node))


def _named(node: Node) -> Node:
    """Return the same tree with named attributes; bounded, for the reader of JSON was."""
    if isinstance(node, dict):
        if len(node) == 1 and node.keys() <= _KINDS:
            return _value(*next(iter(node.items())))
        return {key: _member(key, value) for key, value in node.items()}
    if isinstance(node, list):
        return [_named(one) for one in node]
    if isinstance(node, Entries):
        return Entries([(key, _named(one)) for key, one in node.members])
    return node


def _member(key: str, value: Node) -> Node:
    pairs = _pairs(value) if key in _LISTS else None
    return _named(value) if pairs is None else pairs


def _pairs(value: Node) -> Node:
    """Return a list of keys and values as an object, or None when it is no such list."""
    if not isinstance(value, list):
        return None
    found: list[tuple[object, Node]] = []
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str) or len(one) > 2:  # noqa: PLR2004
            return None
        found.append((one["key"], _named(one.get("value"))))
    return members(found) if found else None


def _value(kind: str, value: Node) -> Node:
    """Return what a value holds; integers travel as digits."""
    if kind == "intValue" and isinstance(value, str) and len(value) < _DIGITS:
        try:
            return int(value)
        except ValueError:
            return value
    if kind in {"arrayValue", "kvlistValue"} and isinstance(value, dict):
        inner = value.get("values")
        pairs = _pairs(inner) if kind == "kvlistValue" else None
        return _named(inner) if pairs is None else pairs
    return _named(value)
