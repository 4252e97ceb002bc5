"""Make values that nobody else has, for the tester to put into the library.

Names are letters without vowels, so that no language has them: a stem for the run, then four
for each name, together more than 34 bits and the words between. Positions have six digits in
milliseconds, none of them a round one. A hand cannot set a position to the millisecond: read
the library afterwards, so that the true ones are known too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from auditor.known.model import KINDS, PLANTED, KnownValue

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_FIRST_MS, _LAST_MS, _APART_MS = 100_000, 230_000, 5_000
_LOOP_MS = 4_000
_GROUP = "planted"
CUES = 4


def plant(seed: str, cues: int = CUES) -> tuple[KnownValue, ...]:
    """Return planted values: the same seed gives the same ones.

    For one track of at least four minutes: a playlist, a comment, a loop with its name, and
    `cues` cue points with names, in the order of the track.
    """
    draw = _Draw(seed)
    stem = draw.word()
    texts = [("playlist", "SET"), ("comment", "NOTE"), ("loop-name", "LOOP")]
    texts += [("cue-name", "CUE")] * cues
    values: list[tuple[str, str | float]] = [
        (kind, f"{stem}-{middle}-{draw.word()}") for kind, middle in texts
    ]
    *at, start = draw.positions(cues + 1)
    end = _odd(start + _LOOP_MS + draw.below(_APART_MS - _LOOP_MS))
    values += [("cue-position", one / 1000) for one in at]
    values += [("loop-in", start / 1000), ("loop-out", end / 1000)]
    values.append(("bpm", _odd(11_000 + draw.below(3_000)) / 100))
    return tuple(_known(values))


def _known(values: list[tuple[str, str | float]]) -> Iterator[KnownValue]:
    for number, (kind, value) in enumerate(values, 1):
        unit = "" if isinstance(value, str) else "bpm" if kind == "bpm" else "s"
        yield KnownValue(f"{PLANTED}-{number}", kind, KINDS[kind], value, unit, PLANTED, _GROUP)


class _Draw:
    """Numbers from a seed: the same on every machine and in every version of Python."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = 0

    def below(self, limit: int) -> int:
        self._count += 1
        digest = hashlib.sha256(self._seed + b"\0" + self._count.to_bytes(8)).digest()
        return int.from_bytes(digest[:8]) % limit

    def word(self) -> str:
        return "".join(_LETTERS[self.below(len(_LETTERS))] for _ in range(4))

    def positions(self, count: int) -> list[int]:
        """Return rising positions in milliseconds, each in a part of the track of its own."""
        width = (_LAST_MS - _FIRST_MS) // count
        room = max(width - _APART_MS, 10)
        return [_odd(_FIRST_MS + number * width + self.below(room)) for number in range(count)]


def _odd(value: int) -> int:
    """Return a number near by whose last two digits are 1, 3, 7 or 9 and no two alike."""
    tens, ones = value // 10 % 10, value % 10
    ones = 7 if ones in {0, 2, 4, 5, 6, 8} else ones
    tens = 3 if tens in {0, 2, 4, 5, 6, 8} else tens
    tens = 1 if tens == ones else tens
    tens = 9 if tens == ones else tens
    return value // 100 * 100 + tens * 10 + ones
