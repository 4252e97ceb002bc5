"""Draw up a DJ set from a seed: which action comes when. Pure; nothing is played here."""

from __future__ import annotations

import random
from dataclasses import dataclass

COUNTS = {"cue-jump": 15, "loop": 10, "pause": 10, "seek": 8, "idle": 15}
"""What is spread over the tracks; cue points, loads and overlaps come on top."""

TRACKS = tuple(str(90_000_101 + 7 * n) for n in range(9))
"""Invented track ids."""

CUES_PER_TRACK = 2

LONGEST_JUMP = 150.0
"""Seconds into the track; the tone has 240, and nobody stays longer than 80 on one track."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do on the deck that plays."""

    kind: str
    """`cue-set cue-jump loop pause seek idle`."""
    gap_s: float
    """Rest before it."""
    amount: float = 0.0
    """Seek: target in seconds. Loop: length. Pause and idle: how long. Cue jump: which cue."""
    rounds: int = 0
    """Of a loop."""


@dataclass(frozen=True, slots=True)
class Play:
    """One track: where it starts, what is done on it, how long it runs beside the one before."""

    track: str
    start_s: float
    overlap_s: float
    """0 for the first track."""
    steps: tuple[Step, ...]


def draw(seed: int, tracks: int = len(TRACKS)) -> tuple[Play, ...]:
    """Return the set of a seed; fewer tracks make a shorter set with fewer actions."""
    dice = random.Random(seed)
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    dice.shuffle(kinds)
    share = len(kinds) / len(TRACKS)
    plays = []
    for number, track in enumerate(TRACKS[:tracks]):
        part = kinds[round(number * share) : round((number + 1) * share)]
        steps = [_cue(dice) for _ in range(CUES_PER_TRACK)] + [_step(kind, dice) for kind in part]
        plays.append(
            Play(
                track,
                dice.choice([0.0, 0.0, 8.0, 16.0]),
                round(dice.uniform(5, 9), 2) if number else 0.0,
                tuple(steps),
            )
        )
    return tuple(plays)


def _gap(dice: random.Random) -> float:
    return round(dice.uniform(0.9, 2.6), 2)


def _cue(dice: random.Random) -> Step:
    return Step("cue-set", _gap(dice))


def _step(kind: str, dice: random.Random) -> Step:
    gap = _gap(dice)
    match kind:
        case "seek":
            return Step(kind, gap, round(dice.uniform(20, LONGEST_JUMP), 2))
        case "loop":
            return Step(kind, gap, dice.choice([0.94, 1.41, 1.88]), dice.choice([3, 4]))
        case "pause":
            return Step(kind, gap, round(dice.uniform(0.8, 2.5), 2))
        case "idle":
            return Step(kind, gap, round(dice.uniform(4.2, 6.0), 2))
    return Step(kind, gap, float(dice.randrange(CUES_PER_TRACK)))
