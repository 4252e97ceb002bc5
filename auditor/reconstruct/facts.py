"""The reconstruction as plain data: what `facts["reconstruction"]` of an audit holds.

    receivers  one per receiver that was told enough, the most detailed first
      tracks       each play with its jumps, pauses, loops, tempo and what was heard when;
                   with marks its number is that of the same track in `real`, null if none is
      transitions  overlaps of two plays
      left_out     overlaps that no transition was made of: more was heard at once than any mix has
      counts       things found, by kind
      scores       the same against the marks, where there are marks; `left_out` of each counts pairs
                   close in time that were not compared, because there were too many
      sentence     the one sentence for a DJ
    real       the set by the marks, in the same form; null without marks of playing
               `matched` of each thing: found again (real), or really done (rebuilt); in `real` it
               is about the first receiver, and null where nobody could rebuild anything
    formulas   how each kind of data is worked out
    reason     why there is nothing, empty when there is something

Times are seconds since 1970, positions seconds in the track.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np

from auditor.reconstruct import words
from auditor.reconstruct.columns import Floats
from auditor.reconstruct.real import Done, marks_of, real_set
from auditor.reconstruct.records import DjSet, Jump, Loop, Pause, Play, Transition
from auditor.reconstruct.recover import Recovered, Tables, recover
from auditor.reconstruct.score import (
    KINDS,
    Key,
    Score,
    Things,
    match,
    matched,
    score,
    score_tempo,
    things,
)

Hits: TypeAlias = frozenset[Key] | None
"""What both sides have; None without marks."""

_TEMPO_S = 20.0
"""How long after a tempo was set it is looked at, at most."""

_MOST_HOSTS = 5

_TOO_MANY = (
    "This recording has too many observations to list them all, and a set that is rebuilt from some"
    " of them would have gaps. Audit a shorter part of it."
)


def reconstruction(tables: Tables, *, whole: bool = True) -> dict[str, Any]:
    """Return everything that can be rebuilt from the tables of an audit, as plain data.

    Nothing where not the `whole` of the observations is listed: sets would have gaps.
    """
    real = _Real.of(marks_of(tables["marks"]))
    found = recover(tables) if whole else ()
    first = matched(real.things, things(found[0].rebuilt))[0] if found else None
    return {
        "receivers": [_receiver(one, real) for one in found],
        "real": _set(real.played, {}, first) if real.noted else None,
        "formulas": dict(words.FORMULAS),
        "reason": "" if found else _reason(tables) if whole else _TOO_MANY,
    }


def by_category(facts: Mapping[str, Any], receiver: str = "") -> dict[str, dict[str, Any]]:
    """Return per kind of data how well it was rebuilt: of a receiver, else of the most detailed one.

    Each with `found` (things), the score against the marks (`real`, `rebuilt`, `matched`,
    `precision`, `recall`, `median_s`; absent without marks) and the `formula`. Kinds of data of
    which nothing was found, and nothing done, are left out.
    """
    chosen = [one for one in facts["receivers"] if receiver in {"", one["receiver"]}]
    if not chosen:
        return {}
    scores = {one["kind"]: one for one in chosen[0]["scores"]}
    result = {}
    for kind in ("track", "jump", "cue", "loop", "transition", "tempo"):
        category, found = words.CATEGORIES[kind], chosen[0]["counts"][kind]
        if found or kind in scores:
            formula = facts["formulas"][category]
            result[category] = {"found": found, **scores.get(kind, {}), "formula": formula}
    return result


@dataclass(frozen=True, slots=True)
class _Real:
    """The set by the marks, and what of it every receiver is compared with: worked out once."""

    played: DjSet
    things: Things
    tempos: Floats
    """From when, until when and what tempo was set, a row each."""
    numbers: Mapping[float, int]
    """Of plays, by their start."""

    @classmethod
    def of(cls, marks: Sequence[Done]) -> _Real:
        played = real_set(marks)
        numbers = {play.start: place for place, play in enumerate(played.plays, 1)}
        tempos = np.array(_tempos(marks), dtype=np.float64).reshape(-1, 3)
        return cls(played, things(played), tempos, numbers)

    @property
    def noted(self) -> bool:
        return bool(self.played.plays or self.played.transitions)


def _receiver(one: Recovered, real: _Real) -> dict[str, Any]:
    mine = things(one.rebuilt)
    scores = _scores(real, one.rebuilt, mine) if real.noted else []
    right = matched(real.things, mine)[1] if real.noted else None
    told = _set(one.rebuilt, one.bpm, right)
    if real.noted:
        _number(told["tracks"], _twins(real, mine))
    counts = {kind: len(found) for kind, found in mine.items()}
    counts["tempo"] = sum(play.tempo is not None for play in one.rebuilt.plays)
    clock = one.rebuilt.clock
    return {
        "receiver": one.receiver,
        "name": one.name,
        "reader": one.reader,
        "reports": dict(one.rebuilt.sources),
        "clock": {
            "behind_s": round(clock.behind_s, 3),
            "spread_s": round(clock.spread_s, 3),
            "sessions": clock.sessions,
        },
        **told,
        "left_out": one.rebuilt.left_out,
        "counts": counts,
        "scores": [_score(score) for score in scores],
        "sentence": words.told(
            one.name,
            counts,
            scores,
            one.reader,
            named=any(play.track for play in one.rebuilt.plays),
        )
        + words.left_out(one.rebuilt.left_out),
    }


def _scores(real: _Real, rebuilt: DjSet, mine: Things) -> list[Score]:
    """Score what marks speak of; a kind of thing that nobody did and nothing shows is left out."""
    found = [score(real.things, mine, kind) for kind in KINDS]
    if len(real.tempos):
        found.append(score_tempo(real.tempos, rebuilt))
    return [one for one in found if one.real or one.rebuilt]


def _tempos(marks: Sequence[Done]) -> list[tuple[float, float, float]]:
    """Return from when, until when and what tempo was set, in the order it was set.

    A tempo lasts until the next one, so no moment is looked at for more than one of them.
    """
    told = []
    for one in marks:
        percent, ratio = one.number("percent"), one.number("ratio")
        if one.action == "tempo" and (percent is not None or ratio is not None):
            told.append((one.end, ratio if ratio is not None else 1 + (percent or 0.0) / 100))
    told.sort(key=itemgetter(0))
    ends = [*(start for start, _ in told[1:]), float("inf")]
    return [
        (start, min(end, start + _TEMPO_S), rate)
        for (start, rate), end in zip(told, ends, strict=False)
    ]


def _score(one: Score) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "category": words.CATEGORIES[one.kind],
        "real": one.real,
        "rebuilt": one.rebuilt,
        "matched": one.matched,
        "precision": _round(one.precision),
        "recall": _round(one.recall),
        "median_s": _round(one.quantile(0.5)),
        "p90_s": _round(one.quantile(0.9)),
        "worst_s": _round(one.quantile(1.0)),
        "place_s": _round(one.places_s[-1] if one.places_s else None),
        "left_out": one.left_out,
    }


def _set(one: DjSet, bpm: Mapping[str, float], hits: Hits) -> dict[str, Any]:
    return {
        "tracks": [
            {"number": place, **_play(play, bpm.get(play.track), hits)}
            for place, play in enumerate(one.plays, 1)
        ],
        "transitions": [_transition(fade, hits) for fade in one.transitions],
    }


def _twins(real: _Real, mine: Things) -> dict[float, int]:
    """Return the number in the real set of every rebuilt track that is one of it, by its start."""
    wanted, got = real.things["track"].events, mine["track"].events
    pairs, _ = match(real.things["track"], mine["track"])
    return {got[right].times[0]: real.numbers[wanted[left].times[0]] for left, right in pairs}


def _number(tracks: Sequence[dict[str, Any]], twins: Mapping[float, int]) -> None:
    """Give tracks the numbers of the real set; one that is not of it has none."""
    known = {_round(start): number for start, number in twins.items()}
    for one in tracks:
        one["number"] = known.get(one["start"])


def _play(play: Play, bpm: float | None, hits: Hits) -> dict[str, Any]:
    tempo = play.tempo
    return {
        "track": play.track,
        "session": play.session,
        "start": _round(play.start),
        "end": _round(play.end),
        "from_s": _round(play.stretches[0].start_s),
        "to_s": _round(play.stretches[-1].end_s),
        "heard": [[_round(one.start), _round(one.end)] for one in play.stretches],
        "jumps": [_jump(one, hits) for one in play.jumps],
        "pauses": [_pause(one, hits) for one in play.pauses],
        "loops": [_loop(one, bpm, hits) for one in play.loops],
        "bpm": bpm,
        "tempo": tempo
        and {"rate": _round(tempo.rate), "error": _round(tempo.error), "pieces": tempo.pieces},
        "matched": _hit(hits, "track", play.start),
    }


def _jump(one: Jump, hits: Hits) -> dict[str, Any]:
    return {
        "time": _round(one.time),
        "since": _round(one.since),
        "from_s": _round(one.from_s),
        "to_s": _round(one.to_s),
        "cue": one.cue,
        "visits": one.visits,
        "heard": one.heard,
        "matched": _hit(hits, "jump", one.time),
    }


def _pause(one: Pause, hits: Hits) -> dict[str, Any]:
    return {
        "start": _round(one.start),
        "end": _round(one.end),
        "position_s": _round(one.position_s),
        "matched": _hit(hits, "pause", one.start, one.end),
    }


def _loop(one: Loop, bpm: float | None, hits: Hits) -> dict[str, Any]:
    placed = one.out_s > one.in_s  # marks need not tell the places
    return {
        "start": _round(one.start),
        "end": _round(one.end),
        "in_s": _round(one.in_s) if placed else None,
        "out_s": _round(one.out_s) if placed else None,
        "length_s": _round(one.length_s) if placed else None,
        "error_s": _round(one.error_s) if placed else None,
        "beats": _round(one.length_s * bpm / 60) if bpm and placed else None,
        "returns": len(one.returns),
        "matched": _hit(hits, "loop", one.start, one.end),
    }


def _transition(one: Transition, hits: Hits) -> dict[str, Any]:
    return {
        "start": _round(one.start),
        "end": _round(one.end),
        "length_s": _round(one.length_s),
        "from_track": one.from_track,
        "to_track": one.to_track,
        "matched": _hit(hits, "transition", one.start, one.end),
    }


def _hit(hits: Hits, kind: str, *times: float) -> bool | None:
    return None if hits is None else (kind, times) in hits


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


def _reason(tables: Tables) -> str:
    """Say what was there instead of playback reports."""
    exchanges = tables["exchanges"]
    if exchanges.empty:
        return "The capture holds no exchange at all."
    unread = int(((exchanges["bytes_read"] == 0) & (exchanges["bytes_out"] > 0)).sum())
    counts = Counter(exchanges["receiver_name"].astype("object").tolist())
    seen = ", ".join(f"{name} ({count})" for name, count in counts.most_common(_MOST_HOSTS))
    more = f" and {len(counts) - _MOST_HOSTS} more" if len(counts) > _MOST_HOSTS else ""
    dark = f" {unread} of {len(exchanges)} exchanges could not be read." if unread else ""
    return (
        "No message told where in a track a player was, and no audio was requested."
        f" Exchanges were seen with {seen}{more}.{dark}"
    )
