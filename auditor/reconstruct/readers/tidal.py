"""TIDAL's play log: every start and stop of a playback with its place, in one event at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from auditor import paths
from auditor.reconstruct.records import Report
from auditor.reconstruct.rows import Row, by_name, items, label, messages

NAME = "TIDAL play log"
ADDRESSES = frozenset({"tidal/event-batch"})
EVENTS = frozenset({"playback_session"})

_End = Literal["start", "stop"]
_KINDS: dict[str, _End] = {"PLAYBACK_START": "start", "PLAYBACK_STOP": "stop"}


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield the reports of every play log."""
    for message in messages(rows):
        told = [row for row in message if row.event in EVENTS and row.context == "body"]
        for item in items(told, _is_action):
            yield from _session(item)


def _session(item: Sequence[Row]) -> Iterator[Report]:
    """Yield the actions, and the ends of the session where no action stands for them.

    A player that starts a track at its beginning logs no start for it, and no stop when the track
    is taken away while it plays.
    """
    facts = by_name([row for row in item if not _is_action(row.path)])
    session = label(facts.get("playbackSessionId") or facts.get("streamingSessionId"))
    track = label(facts.get("actualProductId") or facts.get("requestedProductId"))
    actions = [
        one
        for action in items([row for row in item if _is_action(row.path)])
        if (one := _action(by_name(action))) is not None
    ]
    first, last = _end(facts, "start"), _end(facts, "stop")
    if first and (not actions or actions[0][0] == "stop"):
        actions.insert(0, first)
    if last and actions and actions[-1][0] == "start":
        actions.append(last)
    for kind, time, position in actions:
        yield Report(time, item[0].sent, session, kind, track, position, source=NAME)


def _is_action(path: str) -> bool:
    return paths.keys(path)[-2:-1] == ("actions",)


def _action(parts: Mapping[str, Row]) -> tuple[_End, float, float | None] | None:
    what, place, when = (parts.get(key) for key in ("actionType", "assetPosition", "timestamp"))
    kind = _KINDS.get(what.value) if what else None
    if kind is None or place is None or when is None or when.time is None:
        return None
    return kind, when.time, place.seconds


def _end(facts: Mapping[str, Row], kind: _End) -> tuple[_End, float, float | None] | None:
    side = "start" if kind == "start" else "end"
    when, place = facts.get(f"{side}Timestamp"), facts.get(f"{side}AssetPosition")
    if when is None or when.time is None or place is None:
        return None
    return kind, when.time, place.seconds
