"""Draw the set as it was played and as it was rebuilt: deck lanes under each other.

Shapes are in a box of 1000 × 30 per lane, which the page stretches to its width: lines keep their
width, and texts stand beside the drawing. What matches was decided when the audit was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil
from typing import Any

from auditor.report.text import number, plural

_WIDTH, _HEIGHT = 1000.0, 30.0
_STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""Seconds between two marks of the axis."""
_MOST_TICKS = 9
_MOST_LANES = 6
_MOST_THINGS = 2000
"""Jumps and loops, and transitions, that are drawn: more would cover each other anyway."""
_NARROW_LABEL = 1.5
"""Percent of the width below which a track has no room for its number."""
_NOTHING_S = 0.05
"""A clock that is less off is not worth a word."""
_PIXELS_PER_MINUTE = 14
_MOST_PIXELS = 2600

_NOUNS = {
    "track": "Track starts",
    "pause": "Pauses",
    "jump": "Jumps inside a track",
    "cue": "Of these, to cue points",
    "loop": "Loops",
    "transition": "Transitions",
    "tempo": "Tempo changes",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle or, with no width, a line; `code` picks its look."""

    code: str
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Deck:
    """One lane: its name, what is drawn, and numbers of tracks with their place in percent."""

    name: str
    shapes: tuple[Shape, ...]
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """All lanes of one set."""

    code: str
    title: str
    source: str
    summary: str
    decks: tuple[Deck, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of thing in the table."""

    name: str
    done: str
    rebuilt: str
    right: str
    half: str
    worst: str


@dataclass(frozen=True, slots=True)
class SetPicture:
    """The section: a sentence, the lanes, the numbers; without lanes, why there are none."""

    title: str
    take: str
    sides: tuple[Side, ...]
    ticks: tuple[tuple[str, str], ...]
    """Text of a mark of the axis and its place in percent."""
    width: int
    """Pixels that the drawing needs at least."""
    measured: tuple[Measured, ...]
    noted: bool
    """Whether marks tell what was really played."""
    others: str
    formulas: tuple[tuple[str, str], ...]
    clock: str


def make_set(facts: Mapping[str, Any]) -> SetPicture:
    """Return what the section shows of `facts.reconstruction`."""
    told = facts.get("reconstruction") or {"receivers": [], "real": None, "reason": ""}
    title = "Your set, as played and as rebuilt"
    if not told["receivers"]:
        reason = told["reason"] or "Nothing was worked out for this audit."
        take = f"From this traffic no set can be rebuilt. {reason}"
        return SetPicture(title, take, (), (), 0, (), told["real"] is not None, "", (), "")
    best = told["receivers"][0]
    real = told["real"] if told["real"] and told["real"]["tracks"] else None
    span = _span([best, *([real] if real else [])])
    sides = [_side("real", real, span)] if real else []
    sides.append(_side("told", best, span))
    names = {one["id"]: one["name"] for one in facts["categories"]}
    return SetPicture(
        title,
        best["sentence"],
        tuple(sides),
        _ticks(span),
        min(_MOST_PIXELS, round((span[1] - span[0]) / 60 * _PIXELS_PER_MINUTE)),
        tuple(_measured(one) for one in best["scores"]) or _counts(best["counts"]),
        bool(best["scores"]),
        _others(told["receivers"][1:]),
        tuple((names.get(name, name), text) for name, text in told["formulas"].items()),
        _clock(best["clock"]),
    )


Span = tuple[float, float]


def _span(sets: Sequence[Mapping[str, Any]]) -> Span:
    first = min(play["start"] for one in sets for play in one["tracks"])
    last = max(play["end"] for one in sets for play in one["tracks"])
    room = max(last - first, 1.0) / 100
    return first - room, last + room


def _side(code: str, told: Mapping[str, Any], span: Span) -> Side:
    plays = sorted(told["tracks"], key=lambda play: play["start"])
    lanes = _by_deck(plays) if code == "real" else _by_room(plays)
    count = sum(len(play["jumps"]) + len(play["loops"]) for play in plays)
    thin = ceil(count / _MOST_THINGS) or 1
    decks = tuple(
        Deck(
            name,
            tuple(_shapes(mine, told["transitions"], span, thin)),
            tuple(
                (number(play["number"]), _percent(play["start"], span))
                for play in mine
                if play["number"]
                and 100 * (play["end"] - play["start"]) / (span[1] - span[0]) >= _NARROW_LABEL
            ),
        )
        for name, mine in lanes[:_MOST_LANES]
    )
    title, source = (
        ("As played", "from the marks of the session")
        if code == "real"
        else ("As rebuilt", f"from what {told['name']} was sent")
    )
    return Side(code, title, source, _summary(plays, told["transitions"]), decks)


def _summary(plays: Sequence[Mapping[str, Any]], fades: Sequence[object]) -> str:
    jumps, loops = (sum(len(play[name]) for play in plays) for name in ("jumps", "loops"))
    parts = [plural(len(plays), "track"), plural(len(fades), "transition")]
    parts += [plural(jumps, "jump"), plural(loops, "loop")]
    return ", ".join(parts)


Lanes = list[tuple[str, list[Mapping[str, Any]]]]


def _by_deck(plays: Iterable[Mapping[str, Any]]) -> Lanes:
    """Return plays by the deck that marks name."""
    decks: dict[str, list[Mapping[str, Any]]] = {}
    for play in plays:
        decks.setdefault(play["session"], []).append(play)
    return [(f"Deck {name}" if name else "Deck", mine) for name, mine in sorted(decks.items())]


def _by_room(plays: Iterable[Mapping[str, Any]]) -> Lanes:
    """Put each play into the first lane that is free: nothing tells which deck it was on."""
    lanes: Lanes = []
    ends: list[tuple[float, int]] = []
    for play in plays:
        if ends and ends[0][0] <= play["start"]:
            # The lane that has been free for longest: decks take turns.
            _, lane = heappop(ends)
            lanes[lane][1].append(play)
        else:
            lane = len(lanes)
            lanes.append((f"Player {lane + 1}", [play]))
        heappush(ends, (play["end"], lane))
    return lanes


def _shapes(
    plays: Sequence[Mapping[str, Any]],
    fades: Sequence[Mapping[str, Any]],
    span: Span,
    thin: int,
) -> list[Shape]:
    """Return the shapes of one lane, the lowest first; of many things only every n-th is drawn."""
    fewer = fades[:: ceil(len(fades) / _MOST_THINGS) or 1]
    found = [_box("fade", fade["start"], fade["end"], span) for fade in fewer]
    for play in plays:
        found.append(_box(_look("track", play), play["start"], play["end"], span, 6, 18))
        found += [_box("heard", start, end, span, 6, 18) for start, end in _joined(play["heard"])]
    things = [
        (loop["start"], _box(_look("loop", loop), loop["start"], loop["end"], span, 10, 10))
        for play in plays
        for loop in play["loops"]
    ]
    things += [
        (
            jump["time"],
            _box(
                _look("cue" if jump["cue"] else "jump", jump),
                jump["time"],
                jump["time"],
                span,
                2,
                26,
            ),
        )
        for play in plays
        for jump in play["jumps"]
    ]
    things.sort(key=lambda pair: pair[0])
    return found + [shape for _, shape in things[::thin]]


def _joined(heard: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Join stretches without a rest between them."""
    spans: list[tuple[float, float]] = []
    for start, end in heard:
        if spans and start - spans[-1][1] < 0.25:  # noqa: PLR2004 - below that nothing is to be seen
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _look(kind: str, thing: Mapping[str, Any]) -> str:
    return f"{kind} lone" if thing["matched"] is False else kind


def _box(
    code: str, start: float, end: float, span: Span, y: float = 0, height: float = _HEIGHT
) -> Shape:
    left, right = (_WIDTH * _part(time, span) for time in (start, end))
    width = max(right - left, 0.0)
    return Shape(code, f"{left:.1f}", f"{width:.1f}", f"{y:g}", f"{height:g}")


def _part(time: float, span: Span) -> float:
    return min(1.0, max(0.0, (time - span[0]) / (span[1] - span[0])))


def _percent(time: float, span: Span) -> str:
    return f"{100 * _part(time, span):.2f}"


def _ticks(span: Span) -> tuple[tuple[str, str], ...]:
    length = span[1] - span[0]
    zero = span[0] + length / 102
    step = next((one for one in _STEPS if length / one <= _MOST_TICKS), ceil(length / _MOST_TICKS))
    return tuple(
        (_minutes(seconds), _percent(zero + seconds, span))
        for seconds in range(0, int(length) + 1, step)
        if zero + seconds < span[1] - length / 30
    )


def _minutes(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _measured(one: Mapping[str, Any]) -> Measured:
    half, worst = (
        "–" if one[key] is None else f"{one[key]:.2f} s" for key in ("median_s", "worst_s")
    )
    done, rebuilt, right = (number(one[key]) for key in ("real", "rebuilt", "matched"))
    return Measured(_NOUNS[one["kind"]], done, rebuilt, right, half, worst)


def _counts(counts: Mapping[str, int]) -> tuple[Measured, ...]:
    return tuple(
        Measured(_NOUNS[kind], "–", number(count), "–", "–", "–")
        for kind, count in counts.items()
        if count and kind != "tempo"
    )


def _others(receivers: Sequence[Mapping[str, Any]]) -> str:
    if not receivers:
        return ""
    names = ", ".join(one["name"] for one in receivers)
    return f"Also told enough to rebuild a set, or part of it: {names}."


def _clock(clock: Mapping[str, Any]) -> str:
    if not clock["sessions"] or abs(clock["behind_s"]) < _NOTHING_S:
        return ""
    side = "behind" if clock["behind_s"] >= 0 else "ahead"
    return (
        f"The player’s clock was {abs(clock['behind_s']):.1f} seconds {side}. The traffic itself "
        "shows that, so whoever receives it can set the times right, as was done here."
    )
