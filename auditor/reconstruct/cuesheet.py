"""A rebuilt set as a cue sheet, the list of tracks that audio editors and players read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_TRACKS = 99
"""The format has two digits for the number of a track."""

_FRAMES = 75
"""Per second, in this format."""


def cue_sheet(rebuilt: Mapping[str, Any]) -> str:
    """Return one entry of `facts["reconstruction"]["receivers"]` as a cue sheet.

    Time 0 is the start of the first track. Loops, jumps and transitions stand as remarks. Tracks
    after the 99th are left out and counted.
    """
    tracks = sorted(rebuilt["tracks"], key=lambda one: one["start"])
    zero = tracks[0]["start"] if tracks else 0.0
    lines = [
        'REM COMMENT "Rebuilt from network traffic; no audio belongs to it"',
        f'TITLE "Set as {_plain(rebuilt["name"])} could rebuild it"',
        'FILE "set.wav" WAVE',
    ]
    for number, one in enumerate(tracks[:MOST_TRACKS], 1):
        lines.append(f"  TRACK {number:02d} AUDIO")
        lines.append(f'    TITLE "{_plain(one["track"]) or "unknown track"}"')
        lines += [f"    REM {remark}" for remark in _remarks(one, zero)]
        lines.append(f"    INDEX 01 {_index(one['start'] - zero)}")
    for fade in rebuilt["transitions"]:
        lines.append(f"REM TRANSITION {_index(fade['start'] - zero)} {fade['length_s']:.1f} s")
    if rebuilt.get("left_out"):
        lines.append(f"REM {rebuilt['left_out']} OVERLAPS LEFT OUT")
    if len(tracks) > MOST_TRACKS:
        lines.append(f"REM {len(tracks) - MOST_TRACKS} MORE TRACKS LEFT OUT")
    return "\n".join(lines) + "\n"


def _remarks(track: Mapping[str, Any], zero: float) -> list[str]:
    told = [
        (
            one["start"],
            f"LOOP {_index(one['start'] - zero)} {one['length_s']:.2f} s x{one['returns']}",
        )
        for one in track["loops"]
    ]
    told += [
        (one["time"], f"{'CUE' if one['cue'] else 'JUMP'} {_index(one['time'] - zero)}{_to(one)}")
        for one in track["jumps"]
    ]
    return [text for _, text in sorted(told)]


def _to(jump: Mapping[str, Any]) -> str:
    return "" if jump["to_s"] is None else f" to {jump['to_s']:.2f} s"


def _index(seconds: float) -> str:
    frames = round(max(0.0, seconds) * _FRAMES)
    whole, rest = divmod(frames, _FRAMES)
    return f"{whole // 60:02d}:{whole % 60:02d}:{rest:02d}"


def _plain(text: str) -> str:
    return text.replace('"', "'").replace("\n", " ").replace("\r", " ")
