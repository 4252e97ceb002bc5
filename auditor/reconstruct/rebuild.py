"""From playback reports to a set: pure, the same for every service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.reconstruct.clock import set_right
from auditor.reconstruct.loops import count_visits, find_loops
from auditor.reconstruct.playhead import moves, sessions, stretches
from auditor.reconstruct.records import DjSet, Play, Report
from auditor.reconstruct.tempo import tempo
from auditor.reconstruct.transitions import find_transitions


def rebuild(reports: Sequence[Report], apart: Mapping[str, float] | None = None) -> DjSet:
    """Return the set that reports tell of; `apart` is `clock.distances` of the same audit."""
    told, clock = set_right(reports, apart or {})
    plays = [
        play
        for session, track, mine in sessions(told)
        if (play := _play(track, session, mine)) is not None
    ]
    plays = sorted(_visited(plays), key=lambda play: (play.start, play.session))
    counts: dict[str, int] = {}
    for one in reports:
        counts[one.source] = counts.get(one.source, 0) + 1
    sources = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    transitions, left_out = find_transitions(plays)
    return DjSet(tuple(plays), transitions, sources, clock, left_out)


def _play(track: str, session: str, reports: Sequence[Report]) -> Play | None:
    pieces = stretches(reports)
    if not pieces:
        return None
    jumps, pauses = moves(pieces)
    speed = tempo(pieces)
    loops, rest = find_loops(jumps, speed.rate if speed else 1.0)
    return Play(track, session, tuple(pieces), tuple(rest), tuple(pauses), tuple(loops), speed)


def _visited(plays: Sequence[Play]) -> list[Play]:
    """Count the visits of places, per track over all its plays."""
    done = list(plays)
    by_track: dict[str, list[int]] = {}
    for n, play in enumerate(plays):
        by_track.setdefault(play.track or play.session, []).append(n)
    for mine in by_track.values():
        starts = [at for n in mine if (at := plays[n].stretches[0].start_s) is not None]
        counted = count_visits([plays[n].jumps for n in mine], starts)
        for n, jumps in zip(mine, counted, strict=True):
            done[n] = replace(plays[n], jumps=tuple(jumps))
    return done
