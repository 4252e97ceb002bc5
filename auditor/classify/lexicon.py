"""Judge a field by its words when no rule knows it.

Points: a strong word 3; a short word 3 beside a partner and 1 alone, unless it is about mixing; a
bound word 3 beside a partner and nothing alone; a weak word 1 beside a partner; a word of the neighbourhood 1 when a name
around is of the same category; a plain word 1. To these come half the points of the names around,
and a false friend takes 3 away. What is inside an object of a telling name (`device`) gets 2 at
least. A value of a fitting shape adds 1. From 3 points with a fitting value the strength is
medium. With one of the two it is weak, a candidate; with neither the field stays `other`.

Among equals the word of more parts wins, then the one nearer to the end of the name: a
`playlist_track_count` is a count of tracks. Partners of words about mixing must be about mixing:
a `level` beside an `artist` is no fader.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from auditor.catalogue.wording import Lexicon, Words
from auditor.classify.marks import first_fit
from auditor.classify.shapes import fits
from auditor.classify.vocabulary import (
    DOUBTFUL,
    LONGEST_NAME,
    Hit,
    Rank,
    Surroundings,
    Vocabulary,
)
from auditor.classify.words import split_words
from auditor.records import Strength, Value

__all__ = ["NOTHING", "POSSIBLE", "SURE", "Judge", "Judgement", "Scored", "Surroundings"]

SURE = 3.0
POSSIBLE = 1.0
_STRONG, _WEAK, _NEGATIVE, _SHAPE, _INSIDE = 3.0, 1.0, -3.0, 1.0, 2.0
_MEMORY = 50_000
_HOLLOW = frozenset({"word"})
"""Shapes that nearly every text has: they say nothing for a word that says little."""
_SAYING_OF_EVENTS = frozenset({"identity", "diagnostics", "analytics", "ads", "licensing"})
"""Categories besides those of DJing that the name of an event may have: `settings_opened` is use of
the program and no setting."""

_Partners: TypeAlias = tuple[str, str, str]
"""A partner for short words, one for bound and weak words, a name around of the same category."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the words say, and why."""

    category: str
    strength: Strength
    means: str


@dataclass(frozen=True, slots=True)
class _Score:
    words: Words
    points: float
    rank: Rank
    reasons: tuple[str, ...]
    firm: bool = True
    """Whether it stands also where the value has no fitting shape."""


NOTHING = Judgement("other", "weak", "")
_NOWHERE = (0, 0)


class Scored:
    """What the names in and around a field say; values are held against it by their shape."""

    __slots__ = ("_scores",)

    def __init__(self, scores: tuple[_Score, ...]) -> None:
        self._scores = scores

    @property
    def says(self) -> Hashable:
        """All that the names say."""
        return self._scores

    @property
    def speaks(self) -> bool:
        """Whether any word of the lexicon counts here."""
        return bool(self._scores)

    def shapes(self, value: Value) -> tuple[str, ...]:
        """Return which shape the value has for each of the categories in question."""
        return tuple([fits(value, one.words.shapes) for one in self._scores])

    def marked(self, marks: int) -> tuple[str, ...]:
        """Return the same for a number, given the marks of its shapes."""
        return tuple([first_fit(marks, one.words.shapes) for one in self._scores])

    def judge(self, shapes: tuple[str, ...]) -> Judgement:
        """Return what a field is about, given the shapes of its value."""
        best: tuple[float, Rank, str, _Score] | None = None
        for score, shape in zip(self._scores, shapes, strict=True):
            hollow = shape in _HOLLOW and score.points <= _WEAK
            points = score.points + (_SHAPE if shape and not hollow else 0.0)
            if best is None or (points, score.rank) > best[:2]:
                best = (points, score.rank, shape, score)
        if best is None or best[0] < POSSIBLE:
            return NOTHING
        points, _, shape, score = best
        if (points < SURE or not score.firm) and (not shape or points <= _WEAK):
            return NOTHING
        reasons = [*score.reasons, f"value fits {shape}" if shape else "value does not fit"]
        sure = points >= SURE and bool(shape)
        return Judgement(
            score.words.category, "medium" if sure else "weak", _sentence(reasons, points)
        )


class Judge:
    """Scores names against the lexicon; remembers what it has scored."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._words = Vocabulary(lexicon)
        self._scored: dict[tuple[str, Surroundings], tuple[_Score, ...]] = {}
        self._names: dict[str, dict[str, float]] = {}
        self._matter: dict[str, bool] = {}
        self._events: dict[str, Judgement] = {}

    def judge(self, name: str, value: Value, around: Surroundings) -> Judgement:
        """Return what a field is about, from its name, its value and the names around it."""
        scored = self.scored(name, around)
        return scored.judge(scored.shapes(value))

    def scored(self, name: str, around: Surroundings) -> Scored:
        """Return what the names say, so that values can be held against it."""
        return Scored(self._scores(name, around))

    def judge_name(self, name: str) -> Judgement:
        """Return what an event is about, from its name alone; candidates do not count.

        Nor do words about settings, devices and bookkeeping: an event is something that happened.
        """
        found = self._events.get(name)
        if found is None:
            if len(self._events) >= _MEMORY:
                self._events.clear()
            found = self._events[name] = self._name_judged(name)
        return found

    def _name_judged(self, name: str) -> Judgement:
        saying = [
            one
            for one in self._scores(name, Surroundings())
            if one.words.context or one.words.category in _SAYING_OF_EVENTS
        ]
        whole = next((words for words in self._lexicon.words if self._is_all(name, words)), None)
        if whole is not None:
            return Judgement(whole.category, "medium", "event name; one word of its category")
        best = max(saying, key=lambda one: (one.points, one.rank), default=None)
        if best is None or best.points < SURE:
            return NOTHING
        reasons = ["event name", *best.reasons]
        return Judgement(best.words.category, "medium", _sentence(reasons, best.points))

    def _is_all(self, name: str, words: Words) -> bool:
        """Say whether a name is one short word, or says what happened: `seek`, `loop_activated`.

        A false friend in it says something else: `video_loop_started`.
        """
        own = split_words(name[:LONGEST_NAME])
        rest = [word for word in own if word not in self._lexicon.fillers]
        if len(rest) == 1 and rest[0] in words.short:
            return True
        if not any(run in words.events for run, _ in self._words.runs(name)):
            return False
        return words.category not in self._words.negative(name, Surroundings())

    def secret(self, name: str, around: Surroundings) -> str:
        """Return the kind of secret that a name speaks of, or an empty text."""
        kinds = self._lexicon.secrets
        runs = [run for run, _ in self._words.runs(name)]
        joint = self._words.joint(name, around)
        return next((kinds[run] for run in (*joint, *reversed(runs)) if run in kinds), "")

    def own_name(self, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Return the name that counts, and those above it.

        Names that only carry a value (`stringValue`) give way to the name above them.
        """
        end = len(names) - 1
        while end > 0 and "".join(split_words(names[end])) in self._lexicon.carriers:
            end -= 1
        return (names[end], names[:end]) if names else ("", ())

    def matters(self, name: str) -> bool:
        """Say whether a name around a field can change what the field is judged to be."""
        known = self._matter.get(name)
        if known is None:
            if len(self._matter) >= _MEMORY:
                self._matter.clear()
            runs = [run for run, _ in self._words.runs(name)]
            partner = any(run in self._words.partners or self._words.is_foe(run) for run in runs)
            known = self._matter[name] = partner or bool(self._plain(name))
        return known

    def is_event_name(self, name: str, above: tuple[str, ...] = ()) -> bool:
        """Say whether the value of a field with this name tells what happened.

        With the names of the objects around it, `events[].name` does too.
        """
        names = ("".join(split_words(name)), *self._words.joint(name, Surroundings(above)))
        return any(one in self._lexicon.event_names for one in names)

    def _scores(self, name: str, around: Surroundings) -> tuple[_Score, ...]:
        key = (name, around)
        if key not in self._scored:
            if len(self._scored) >= _MEMORY:
                self._scored.clear()
            self._scored[key] = tuple(self._found(name, around))
        return self._scored[key]

    def _found(self, name: str, around: Surroundings) -> Iterable[_Score]:
        hits = self._words.hits(name, around)
        inside, holder = self._words.holder(around)
        if not hits and not inside:
            return
        negative = self._words.negative(name, around)
        foes = self._words.foes(around)
        for words in self._lexicon.words:
            mine = hits.get(words.category, ())
            home = holder if words.category in inside else ""
            if (mine or home) and words.category not in foes:
                score = self._score(words, mine, name, around, home)
                if score is not None and words.category in negative:
                    score = _less(score, negative[words.category])
                if score is not None and score.points > 0:
                    yield score

    def _score(
        self, words: Words, hits: Iterable[Hit], name: str, around: Surroundings, home: str
    ) -> _Score | None:
        context, source = self._context(words, around)
        partners = self._partners(words, name, around, source)
        points, rank, reason, firm = _own(hits, partners, words.mixing)
        if points:
            reasons = [reason, f"near {source}"] if context else [reason]
            if points + context >= _INSIDE or not home:
                return _Score(words, points + context, rank, tuple(reasons), firm)
        return _Score(words, _INSIDE, _NOWHERE, (f"inside {home}",)) if home else None

    def _partners(self, words: Words, name: str, around: Surroundings, source: str) -> _Partners:
        """Return a partner for short words, one for bound and weak words, and what is near.

        Words in the name itself that only this category calls partners help short words. Else it
        takes a name that shows the talk is about tracks, or about mixing where the category is.
        """
        own = split_words(name)
        several = own if len(own) > 1 else ()
        needed = self._lexicon.decks if words.mixing else self._words.partners
        mine = words.strong | words.short | words.bound
        helper = next((w for w in several if w in words.partners and w not in mine), "")
        shared = next((w for w in several if w in needed), "") or source
        loose = next((w for w in several if w in self._words.partners), "")
        for other in () if shared else (*around.above, *sorted(around.beside)):
            if self._words.is_partner(other, needed, words.category):
                shared = other
                break
            if not loose and self._words.is_partner(other, self._words.partners, words.category):
                loose = other
        return helper or shared or loose, shared, source

    def _context(self, words: Words, around: Surroundings) -> tuple[float, str]:
        """Return half the points of the best name around, and that name."""
        best = (0.0, "")
        for other in (*around.above, *sorted(around.beside)) if words.context else ():
            points = self._plain(other).get(words.category, 0.0) / 2
            if points > best[0]:
                best = (points, other)
        return best

    def _plain(self, name: str) -> dict[str, float]:
        """Return the points of a name by category, without anything around it."""
        if name not in self._names:
            if len(self._names) >= _MEMORY:
                self._names.clear()
            self._names[name] = dict(self._points(name))
        return self._names[name]

    def _points(self, name: str) -> Iterable[tuple[str, float]]:
        nothing = Surroundings()
        hits = self._words.hits(name, nothing)
        negative = self._words.negative(name, nothing)
        for words in self._lexicon.words:
            if words.context and words.category in hits:
                partners = self._partners(words, name, nothing, "")
                points = _own(hits[words.category], partners, words.mixing)[0]
                points += _NEGATIVE if words.category in negative else 0.0
                if points >= _STRONG:
                    yield words.category, points


def _own(hits: Iterable[Hit], partners: _Partners, mixing: bool) -> tuple[float, Rank, str, bool]:
    """Return the points that a name earns by itself, their rank, why, and whether that is firm."""
    best = (0.0, _NOWHERE, "", False)
    for kind, run, rank in hits:
        points, reason = _worth(kind, run, partners)
        if mixing and kind == "short" and points < _STRONG:
            continue  # everyday words too: a robot has a tempo
        if points:
            best = max(best, (points, rank, f"{run}: {reason}", kind not in DOUBTFUL))
    return best


def _worth(kind: str, run: str, partners: _Partners) -> tuple[float, str]:
    """Return what one word is worth, and why."""
    loose, fitting, source = partners
    if kind == "strong":
        return _STRONG, "strong word"
    if kind == "short":
        return (_STRONG, f"strong beside {loose}") if loose else (_WEAK, "short word alone")
    if kind == "bound" and fitting:
        return _STRONG, f"strong beside {fitting}"
    if kind == "weak" and fitting and fitting not in run:
        return _WEAK, f"weak word beside {fitting}"
    if kind == "near" and source:
        return _WEAK, "fits the neighbourhood"
    return (_WEAK, "plain word") if kind == "plain" else (0.0, "")


def _less(score: _Score, negative: str) -> _Score:
    reasons = (*score.reasons, f"{negative}: false friend")
    return replace(score, points=score.points + _NEGATIVE, reasons=reasons)


def _sentence(reasons: list[str], points: float) -> str:
    return f"{'; '.join(reason for reason in reasons if reason)} ({points:g} points)"
