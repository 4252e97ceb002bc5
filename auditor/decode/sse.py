"""Read server-sent events: paths `[].event`, `[].id`, `[].data` (decoded once more)."""

from __future__ import annotations

import re

from auditor.decode.limits import LIMITS, OVER_LIMIT
from auditor.decode.tree import Entries, Gap, Key, Node, Raw, Reading

_FIELDS = frozenset({"event", "data", "id", "retry", ""})
_LINE = re.compile(r"\r\n|\n|\r")


def read(raw: Raw) -> Reading | None:
    """Read a stream of events; without a label every line has to belong to one."""
    labelled = "event-stream" in raw.content_type
    if not labelled and not raw.data.startswith((b"data:", b"event:", b"id:", b":", b"retry:")):
        return None
    if raw.text is None:
        return None
    lines = _LINE.split(raw.text)
    if not labelled and not _is_stream(lines):
        return None
    members: list[tuple[Key, Node]] = []
    event: dict[str, list[str]] = {}
    number = 0
    for line in [*lines, ""]:
        name, _, value = line.partition(":")
        if line and name in _FIELDS:
            event.setdefault(name, []).append(value.removeprefix(" "))
        elif not line and event:
            number += any(event)
            members.extend(_members(number - 1, event))
            event = {}
    if number > LIMITS.leaves:
        members = [((), Gap(OVER_LIMIT, len(raw.data), "too many events"))]
    return Reading(0.95 if labelled else 0.7, ("sse",), Entries(members)) if members else None


def _is_stream(lines: list[str]) -> bool:
    """Say whether all lines are fields, one is data, and there is an event name or an end."""
    names = {line.partition(":")[0] if ":" in line else line for line in lines if line}
    return names <= _FIELDS and "data" in names and ("event" in names or not lines[-1])


def _members(number: int, event: dict[str, list[str]]) -> list[tuple[Key, Node]]:
    """Return what one event says; comments, which keep a connection open, are left out."""
    return [
        ((number, name), "\n".join(values) if name == "data" else values[-1])
        for name, values in event.items()
        if name
    ]
