"""Judge how likely a known value turns up in traffic by accident, and what finding it proves.

Every value has one of four weights:

- `alone`: one hit is strong evidence. Planted texts, and texts of at least 40 bits.
- `together`: also searched inside other texts, but one hit proves nothing: weak. With a field
  whose name fits it is strong from 28 bits on and medium below. Several in one message are
  strong when their bits are 60 together, or 50 of one track.
- `field`: counts only as the whole value of a field whose name fits, and then as medium.
- `never`: not searched for: below 3 characters, only everyday words of DJ libraries (“Intro”,
  “Cue 1”) or digits, unless they are the id of a track, addresses of web shops, round
  positions and tempos.

The bits of a text are an estimate and not a measurement: 2.3 for each letter, as much as
letters of names carry, 4 for one outside ASCII, 1.5 for a digit, 4 for a whole everyday word. A
capture of a million texts offers some 4 million places (22 bits) and a library 3,000 values (12
bits), so 40 bits leave an accident once in about 60 captures. For a second text the places are
only those of one message (8 bits) and the values all (12) or those of one track (2): hence 60
and 50. A fitting field leaves some thousand places (10 bits), hence 28.

The weight of a number follows its digits, zeros at the end left out: a position in
milliseconds with five or more is `together`, with three or four `field`, with fewer `never`. A
tempo is never more than `field`, since there are only some 14,000 with two decimals. Numbers
alone prove nothing: 200 positions of 5 digits meet 1,000 numbers of a capture by accident with
probability 0.89, of 6 digits with 0.20. Therefore a number is strong only in a field named
after cue points or loops (a field named “position” does not fit: every play report has one),
with a text of the same track of 28 bits, or with others of the same track in one message: 2
planted ones or 3 of a library among up to 30 numbers, and one more for each tenfold of
numbers. At 10,000 messages of 30 numbers, 1,000 tracks of 8 positions and a chance of 5 in a
million per pair, 2 would be met by accident 7 times in a capture, 3 with probability 0.003; 2
of 10 planted ones with probability 0.01.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from types import MappingProxyType

from auditor import paths
from auditor.known.everyday import EVERYDAY
from auditor.known.model import POSITIONS, KnownValue, Weight
from auditor.records import Strength

ALONE_BITS, TOGETHER_BITS, SUPPORTED_BITS = 40.0, 16.0, 28.0
TWO_BITS, TRACK_BITS = 60.0, 50.0
_SAME_S = 0.005
_LETTER, _FOREIGN, _DIGIT, _WORD = 2.3, 4.0, 1.5, 4.0
_SHORTEST, _SHORTEST_INSIDE = 3, 5
_TOGETHER_DIGITS, _FIELD_DIGITS = 5, 3
_TEMPO_DIGITS = 4
_LONG_NUMBER = 6
_FEW_NUMBERS = 30
_ADDRESS = re.compile(r"(?i)(?:https?://|www\.)\S*")
_WORDS = re.compile(r"[^\W_]+")
_KEY_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_CUE = frozenset({"cue", "cues", "hotcue", "hotcues", "marker", "markers"})
_LOOP = frozenset({"loop", "loops"})
_ANYWHERE = MappingProxyType(
    {"cue-name": _CUE, "cue-position": _CUE}
    | dict.fromkeys(("loop-name", "loop-in", "loop-out"), _LOOP)
)
"""Words that may stand anywhere in the path: `hotCues[].position` fits."""

_LAST = MappingProxyType(
    {
        "title": frozenset({"title", "name", "track", "song"}),
        "artist": frozenset({"artist", "artists", "author", "performer", "creator"}),
        "path": frozenset({"path", "file", "filename", "location", "uri", "url"}),
        "file-name": frozenset({"path", "file", "filename", "location", "name"}),
        "comment": frozenset({"comment", "comments"}),
        "playlist": frozenset({"playlist", "playlists", "crate", "crates", "list", "name"}),
        "track-id": frozenset({"id", "track", "uri", "urn", "asset"}),
        "bpm": frozenset({"bpm", "tempo"}),
    }
)
"""Words of the last key of the path."""


def weigh(known: KnownValue) -> Weight:
    """Return what finding this value can prove."""
    if isinstance(known.value, str):
        return "alone" if known.planted else _weigh_text(known.value, known.kind)
    if known.kind in POSITIONS:
        digits = _digits(known.value * 1000)
        if digits >= _TOGETHER_DIGITS:
            return "together"
        return "field" if digits >= _FIELD_DIGITS else "never"
    return "field" if _digits(known.value * 100) >= _TEMPO_DIGITS else "never"


def bits(text: str) -> float:
    """Return how much a text says, estimated as the docstring of this module explains."""
    total = 0.0
    for word in _WORDS.findall(unicodedata.normalize("NFC", text)):
        if word.lower() in EVERYDAY:
            total += _WORD
        else:
            total += sum(
                _FOREIGN if not one.isascii() else _DIGIT if one.isdigit() else _LETTER
                for one in word
            )
    return total


def fits(known: KnownValue, path: str) -> bool:
    """Say whether the name of a field, as in `hotCues[].start`, fits the kind of a value."""
    words = _ANYWHERE.get(known.kind)
    if words is None:
        words = _LAST[known.kind]
        path = path[len(paths.container(path)) :]
    return not words.isdisjoint(word.lower() for word in _KEY_WORDS.findall(path))


def strength(found: Sequence[tuple[KnownValue, bool]], numbers: int = 0) -> Strength | None:
    """Return how strong the known values found in one message are, None when they say nothing.

    Each comes with whether its field `fits`; `field` weights are only to be given when they are
    the whole value. `numbers` counts all numbers of the message.
    """
    weighed = [(known, weigh(known), is_fitting) for known, is_fitting in found]
    together = {known.id: known for known, weight, _ in weighed if weight == "together"}
    if any(
        weight == "alone" or (weight == "together" and is_fitting and _carries(known))
        for known, weight, is_fitting in weighed
    ):
        return "strong"
    if _prove_together(list(together.values()), numbers):
        return "strong"
    if any(weight in {"together", "field"} and is_fitting for _, weight, is_fitting in weighed):
        return "medium"
    return "weak" if together else None


def _carries(known: KnownValue) -> bool:
    """Say whether a value is proof with the right field, or a text with a number of its track."""
    return not isinstance(known.value, str) or bits(known.value) >= SUPPORTED_BITS


def _prove_together(found: Sequence[KnownValue], numbers: int) -> bool:
    texts = _independent([known for known in found if isinstance(known.value, str)])
    carried: dict[str, float] = defaultdict(float)
    for known in texts:
        carried[known.group] += bits(str(known.value))
    if sum(carried.values()) >= TWO_BITS and len(texts) > 1:
        return True
    if any(group and total >= TRACK_BITS for group, total in carried.items()):
        return True
    by_track: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for known in found:
        if not isinstance(known.value, str):
            by_track[known.group, known.planted].append(known.value)
    more = math.ceil(math.log10(max(numbers, _FEW_NUMBERS) / _FEW_NUMBERS))
    has_text = {known.group for known in texts if _carries(known)}
    return any(
        group in has_text or _places(positions) >= (2 if planted else 3) + more
        for (group, planted), positions in by_track.items()
    )


def _places(positions: Sequence[float]) -> int:
    """Count positions that one number cannot meet together: a cue point may begin a loop."""
    positions = sorted(positions)
    return 1 + sum(late - early > _SAME_S for early, late in pairwise(positions))


def _independent(texts: Sequence[KnownValue]) -> list[KnownValue]:
    """Leave out what is part of another: a title is part of its file name."""
    spelled = [str(known.value).casefold() for known in texts]
    return [
        known
        for place, known in enumerate(texts)
        if not any(
            spelled[place] in other and (spelled[place] != other or number < place)
            for number, other in enumerate(spelled)
            if number != place
        )
    ]


def _weigh_text(text: str, kind: str) -> Weight:
    words = _WORDS.findall(text.lower())
    if len(text) < _SHORTEST or _ADDRESS.fullmatch(text):
        return "never"
    is_number = kind == "track-id" and len(text) >= _LONG_NUMBER
    if not is_number and all(word in EVERYDAY or word.isdigit() for word in words):
        return "never"
    carried = bits(text)
    if carried >= ALONE_BITS:
        return "alone"
    is_long = len(text) >= _SHORTEST_INSIDE and carried >= TOGETHER_BITS
    return "together" if is_long else "field"


def _digits(value: float) -> int:
    return len(str(abs(round(value))).strip("0"))
