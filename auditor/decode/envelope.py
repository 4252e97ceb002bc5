"""Read newline-separated envelopes (Sentry): a header line, then pairs of item header and payload.

Paths: `header.*`, `items[].header.*`, `items[].payload` (decoded on its own).
Format: https://develop.sentry.dev/sdk/foundations/transport/envelopes/
"""

from __future__ import annotations

from typing import Any

from auditor.decode import json
from auditor.decode.limits import DAMAGED
from auditor.decode.tree import Body, Entries, Gap, Key, Node, Raw, Reading

_HEADER = frozenset({"event_id", "dsn", "sdk", "sent_at", "trace", "retry"})
_LINE = 64 * 1024


def read(raw: Raw) -> Reading | None:
    """Read an envelope; without any item it could be anything and is left to the others."""
    if not _may_be(raw.data):
        return None
    header, start = _line(raw.data, 0)
    if header is None:
        return None
    members: list[tuple[Key, Node]] = [(("header",), header)]
    number = 0
    while start < len(raw.data):
        if raw.data[start : start + 1] in (b"\n", b"\r"):
            start += 1
            continue
        item, after = _line(raw.data, start)
        if item is None or not isinstance(item.get("type"), str):
            break
        payload, start = _payload(raw.data, after, item)
        members.append((("items", number, "header"), item))
        members.append((("items", number, "payload"), payload))
        number += 1
    if not number:
        return None
    if start < len(raw.data):
        members.append(((), Gap(DAMAGED, len(raw.data) - start, "no item header")))
    known = header.keys() <= _HEADER and start >= len(raw.data)
    return Reading(0.97 if known else 0.6, ("envelope",), Entries(members))


def _may_be(data: bytes) -> bool:
    """Look for a second line that is an object with a type: cheaper than reading the first."""
    end = data.find(b"\n", 0, _LINE)
    if data[:1] != b"{" or end < 0:
        return False
    while data[end : end + 1] in {b"\n", b"\r"}:
        end += 1
    after = data.find(b"\n", end, end + _LINE)
    after = after if after >= 0 else end + _LINE
    return data[end : end + 1] == b"{" and data.find(b'"type"', end, after) >= 0


def _line(data: bytes, start: int) -> tuple[dict[str, Any] | None, int]:
    """Return the JSON object on the line that starts here, and where the next line starts."""
    if data[start : start + 1] != b"{":
        return None, start
    end = data.find(b"\n", start, start + _LINE)
    end = end if end >= 0 else len(data)
    if end - start > _LINE:
        return None, start
    try:
        found = json.document(data[start:end].decode())
    except ValueError:
        return None, start
    return (found, end + 1) if isinstance(found, dict) else (None, start)


def _payload(data: bytes, start: int, item: dict[str, Any]) -> tuple[Node, int]:
    length = item.get("length")
    if isinstance(length, int) and not isinstance(length, bool) and length >= 0:
        end = start + length
        if end > len(data):
            return Gap(DAMAGED, max(0, len(data) - start), "payload ends early"), len(data)
    else:
        end = data.find(b"\n", start)
        end = end if end >= 0 else len(data)
    kind = item.get("content_type")
    return Body(data[start:end], kind.lower() if isinstance(kind, str) else ""), end + 1
