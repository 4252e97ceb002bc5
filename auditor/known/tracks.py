"""Turn what a library holds into values to search for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import PureWindowsPath

from auditor.known.model import AS_SET, KINDS, KnownValue
from auditor.library import Bad, Item, Playlist, Track

MOST = 200_000
"""Values kept; a library beyond it is searched for in part, and the counts tell."""

_SHARED_BY = 3
"""Tracks with the same comment: from here on it is a shop's or a ripper's, not the DJ's."""

_UNITS = {"bpm": "bpm", "cue-position": "s", "loop-in": "s", "loop-out": "s"}

Found = tuple[str, str | float, str]
"""Kind, value and track."""


def collect(
    libraries: Iterable[tuple[str, Iterable[Item]]], planted: Collection[str] = ()
) -> tuple[tuple[KnownValue, ...], Counter[str]]:
    """Return the distinct values of libraries, and how often what was skipped.

    Takes (application, items) pairs and the texts that were planted: those are left out, and the
    numbers of the track that they stand in are noted as set by the tester. A value that several tracks have keeps the first track.
    What was skipped is counted by reason, values over the limit under `over the limit`; `tracks`
    counts the tracks read.
    """
    seen: dict[tuple[str, str | float], KnownValue] = {}
    counted: Counter[str] = Counter()
    numbered: Counter[str] = Counter()
    comments: Counter[str] = Counter()
    for application, items in libraries:
        for kind, value, group, is_set in _values(items, planted, counted, comments):
            if (kind, value) in seen or value in planted:
                continue
            if len(seen) >= MOST:
                counted["over the limit"] += 1
                continue
            numbered[kind] += 1
            seen[kind, value] = KnownValue(
                id=f"{kind}-{numbered[kind]}",
                kind=kind,
                category=KINDS[kind],
                value=value,
                unit=_UNITS.get(kind, ""),
                note=AS_SET if is_set else application,
                group=group,
            )
    kept = tuple(
        known
        for known in seen.values()
        if known.kind != "comment" or comments[str(known.value)] < _SHARED_BY
    )
    return kept, counted


def _values(
    items: Iterable[Item],
    planted: Collection[str],
    counted: Counter[str],
    comments: Counter[str],
) -> Iterator[tuple[str, str | float, str, bool]]:
    for item in items:
        if isinstance(item, Bad):
            counted[item.reason] += 1
        elif isinstance(item, Playlist):
            if item.name:
                yield "playlist", item.name, "", False
        else:
            counted["tracks"] += 1
            comments[item.comment] += 1
            texts = [item.comment, *(cue.name for cue in item.cues)]
            texts += [loop.name for loop in item.loops]
            has_planted = any(text in planted for text in texts)
            for kind, value, group in _of_track(item, f"track-{counted['tracks']}"):
                yield kind, value, group, has_planted and not isinstance(value, str)


def _of_track(track: Track, group: str) -> Iterator[Found]:
    yield from _text("title", track.title, group)
    yield from _text("artist", track.artist, group)
    yield from _text("path", track.path, group)
    yield from _text("file-name", PureWindowsPath(track.path).name, group)
    yield from _text("comment", track.comment, group)
    for identifier in track.identifiers:
        yield from _text("track-id", identifier, group)
        yield from _text("track-id", identifier.rpartition(":")[2], group)
    if track.bpm is not None:
        yield "bpm", round(track.bpm, 2), ""
    for cue in track.cues:
        yield from _text("cue-name", cue.name, group)
        yield "cue-position", round(cue.position_s, 6), group
    for loop in track.loops:
        yield from _text("loop-name", loop.name, group)
        yield "loop-in", round(loop.start_s, 6), group
        if loop.end_s is not None:
            yield "loop-out", round(loop.end_s, 6), group


def _text(kind: str, value: str, group: str) -> Iterator[Found]:
    if value:
        yield kind, value, group
