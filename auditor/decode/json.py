"""Read JSON, and several JSON documents in a row (NDJSON and relatives)."""

from __future__ import annotations

import json
import re

import orjson

from auditor.decode.limits import DAMAGED, OVER_LIMIT
from auditor.decode.tree import Entries, Gap, Node, Raw, Reading

_SPACE = re.compile(r"\s*")
_SURE_DIGITS = 18
_MAX_DIGITS = 20


def _integer(digits: str) -> int | str:
    """Return an integer, or its digits when it does not fit into 64 bits."""
    if len(digits) <= _SURE_DIGITS:
        return int(digits)
    if len(digits) > _MAX_DIGITS:
        return digits
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else digits


def _members(pairs: list[tuple[str, Node]]) -> Node:
    """Return an object; one with repeated keys keeps every value."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return Entries([((key,), value) for key, value in pairs])


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_int=_integer, strict=False)


class _UnsureError(ValueError):
    """The fast reader cannot say, or may have dropped something."""


_OPENS = (b"{", b"[")
_BLANK = b" \t\r\n"
_SPARSE = 50
"""Bytes for one escape: with more of them the slow reader is the quicker one."""
_ESCAPES = re.compile(rb"\\(?:u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*|.)")


def _fast(text: str | bytes) -> Node:
    r"""Read a document quickly, if nothing is lost by that.

    The fast reader keeps the last of repeated keys and rounds long integers. So what it read is
    written again and compared, but for blanks and, where they are rare, escapes; `1.0e5` fails
    that, too, and is read by the slow one.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        found: Node = orjson.loads(data)
        written = orjson.dumps(found)
        if written == data:
            return found
        if 0 < data.count(b"\\") * _SPARSE < len(data):
            data = _ESCAPES.sub(_written, data)
        if written.translate(None, _BLANK) == data.translate(None, _BLANK):
            return found
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass
    raise _UnsureError


def _written(escapes: re.Match[bytes]) -> bytes:
    r"""Return escapes as the fast writer spells the same: `\u00e9` is a letter, `\/` a slash."""
    found = escapes[0]
    if found.startswith(b"\\u"):
        return orjson.dumps(orjson.loads(b'"' + found + b'"'))[1:-1]
    return b"/" if found == b"\\/" else found


def document(text: str) -> Node:
    """Return the one JSON document that a text consists of; ValueError when it is none."""
    try:
        return _fast(text)
    except _UnsureError:
        return _slow(text)


def _slow(text: str) -> Node:
    try:
        found: Node = _DECODER.decode(text)
    except RecursionError:
        return Gap(OVER_LIMIT, len(text), "JSON nested too deeply")
    return found


def structure(text: str) -> Node:
    """Return the JSON object or array that a text consists of, else None."""
    text = text.strip()
    if text[:1] + text[-1:] not in {"{}", "[]"}:
        return None
    try:
        return document(text)
    except ValueError:
        return None


def read(raw: Raw) -> Reading | None:
    """Read a body as JSON or NDJSON; a bare word or number only when it is declared as JSON."""
    if raw.data[:1] in _OPENS:
        try:
            return Reading(0.98, ("json",), _fast(raw.data))
        except _UnsureError:
            pass
    text = raw.text
    flaw: Gap | None = None
    if text is None:
        if raw.data.lstrip()[:1] not in (b"{", b"["):
            return None
        text = raw.data.decode("utf-8", "replace")
        flaw = Gap(DAMAGED, text.count("\ufffd"), "invalid UTF-8")
    text = text.strip()
    if text[:1] in {"{", "["}:
        reading = _documents(text)
    elif text[:1] == '"' or "json" in raw.content_type:
        reading = _scalar(text)
    else:
        return None
    if reading is None or flaw is None:
        return reading
    return reading._replace(node=Entries([((), reading.node), ((), flaw)]))


def _scalar(text: str) -> Reading | None:
    try:
        return Reading(0.9, ("json",), document(text))
    except ValueError:
        return None


def _documents(text: str) -> Reading | None:
    """Read documents one behind the other; a damaged one costs its line, not the others."""
    found: list[Node] = []
    lost = 0
    start = 0
    while start < len(text):
        try:
            node, end = _DECODER.raw_decode(text, start)
        except RecursionError:
            return Reading(0.9, ("json",), Gap(OVER_LIMIT, len(text), "JSON nested too deeply"))
        except ValueError:
            if not found:
                return None
            end = text.find("\n", start) + 1 or len(text)
            lost += end - start
        else:
            found.append(node)
        space = _SPACE.match(text, end)
        start = space.end() if space else end
    if len(found) == 1 and not lost:
        return Reading(0.98, ("json",), found[0])
    sure = 0.93 * (1 - lost / len(text))
    gaps: list[Node] = [Gap(DAMAGED, lost, "lines that are not JSON")] if lost else []
    members = [((number,), node) for number, node in enumerate(found)]
    return Reading(sure, ("ndjson",), Entries([*members, *(((), gap) for gap in gaps)]))
