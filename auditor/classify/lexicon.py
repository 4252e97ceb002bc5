"""Judge a field by its words when no rule knows it.

Points: a strong word 3; a short word 3 beside a partner and 1 alone; a bound word 3 beside a
partner and nothing alone; a weak word 1 beside a partner; a word of the neighbourhood 1 when a name
around is of the same category; a plain word 1. To these come half the points of the names around,
and a false friend takes 3 away. What is inside an object of a telling name (`device`) gets 2 at
least. A value of a fitting shape adds 1. From 3 points with a fitting value the strength is
medium. With one of the two it is weak, a candidate; with neither the field stays `other`.

Among equals the word of more parts wins, then the one nearer to the end of the name: a
`playlist_track_count` is a count of tracks. Partners of words about mixing must be about mixing:
a `level` beside an `artist` is no fader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from auditor.catalogue.model import Lexicon, Words
from auditor.classify.shapes import fits
from auditor.classify.words import spellings, split_words
from auditor.records import Strength, Value

SURE = 3.0
POSSIBLE = 1.0
_STRONG, _WEAK, _NEGATIVE, _SHAPE, _INSIDE = 3.0, 1.0, -3.0, 1.0, 2.0
_LONE = 3
"""Words up to this length count only when written as one word: e_q is no EQ; a single letter only
when it is the whole name."""
_LONGEST_NAME = 128
_DEEPEST = 3
"""Objects around a field that can say what is inside them."""
_MEMORY = 50_000
_SAYING_OF_EVENTS = frozenset({"identity", "diagnostics", "analytics", "ads", "licensing"})
"""Categories besides those of DJing that the name of an event may have: `settings_opened` is use of
the program and no setting."""

_Rank: TypeAlias = tuple[int, int]
"""Words that a run has, and where it ends, counted from the end of the name."""
_Hit: TypeAlias = tuple[str, str, _Rank]
"""Kind of word, the run itself, its rank."""
_Partners: TypeAlias = tuple[str, str, str]
"""A partner for short words, one for bound and weak words, a name around of the same category."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the words say, and why."""

    category: str
    strength: Strength
    means: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The names around a field."""

    above: tuple[str, ...] = ()
    """Names of the objects it is in, and of its event."""
    beside: frozenset[str] = frozenset()
    """Names in the same object."""


@dataclass(frozen=True, slots=True)
class _Score:
    words: Words
    points: float
    rank: _Rank
    reasons: tuple[str, ...]


NOTHING = Judgement("other", "weak", "")
_NO_RANK = (0, 0)


class Scored:
    """What the names in and around a field say; values are held against it by their shape."""

    __slots__ = ("_scores",)

    def __init__(self, scores: tuple[_Score, ...]) -> None:
        self._scores = scores

    @property
    def speaks(self) -> bool:
        """Whether any word of the lexicon counts here."""
        return bool(self._scores)

    def shapes(self, value: Value) -> tuple[str, ...]:
        """Return which shape the value has for each of the categories in question."""
        return tuple([fits(value, one.words.shapes) for one in self._scores])

    def judge(self, shapes: tuple[str, ...]) -> Judgement:
        """Return what a field is about, given the shapes of its value."""
        best: tuple[float, _Rank, str, _Score] | None = None
        for score, shape in zip(self._scores, shapes, strict=True):
            points = score.points + (_SHAPE if shape else 0.0)
            if best is None or (points, score.rank) > best[:2]:
                best = (points, score.rank, shape, score)
        if best is None or best[0] < POSSIBLE:
            return NOTHING
        points, _, shape, score = best
        if not shape and points < SURE:
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
        self._index = _indexed(lexicon)
        self._inside = _insides(lexicon)
        self._all_partners = lexicon.partners | lexicon.decks
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
        best = max(saying, key=lambda one: (one.points, one.rank), default=None)
        if best is None or best.points < SURE:
            return NOTHING
        return Judgement(
            best.words.category, "medium", _sentence(["event name", *best.reasons], best.points)
        )

    def secret(self, name: str, around: Surroundings) -> str:
        """Return the kind of secret that a name speaks of, or an empty text."""
        kinds = self._lexicon.secrets
        runs = [run for run, _ in self._runs(name)]
        joint = self._joint(name, around)
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
            partner = any(run in self._all_partners for run, _ in self._runs(name))
            known = self._matter[name] = partner or bool(self._plain(name))
        return known

    def is_event_name(self, name: str) -> bool:
        """Say whether the value of a field with this name tells what happened."""
        return "".join(split_words(name)) in self._lexicon.event_names

    def _scores(self, name: str, around: Surroundings) -> tuple[_Score, ...]:
        key = (name, around)
        if key not in self._scored:
            if len(self._scored) >= _MEMORY:
                self._scored.clear()
            self._scored[key] = tuple(self._found(name, around))
        return self._scored[key]

    def _found(self, name: str, around: Surroundings) -> Iterable[_Score]:
        hits = self._hits(name, around)
        inside, holder = self._holder(around)
        if not hits and not inside:
            return
        negative = self._negative(name, around)
        for words in self._lexicon.words:
            mine = hits.get(words.category, ())
            home = holder if words.category in inside else ""
            if mine or home:
                score = self._score(words, mine, name, around, home)
                if score is not None and words.category in negative:
                    score = _less(score, negative[words.category])
                if score is not None and score.points > 0:
                    yield score

    def _score(
        self, words: Words, hits: Iterable[_Hit], name: str, around: Surroundings, home: str
    ) -> _Score | None:
        context, source = self._context(words, around)
        points, rank, reason = _own(hits, self._partners(words, name, around, source))
        if points:
            reasons = [reason, f"near {source}"] if context else [reason]
            if points + context >= _INSIDE or not home:
                return _Score(words, points + context, rank, tuple(reasons))
        return _Score(words, _INSIDE, _NO_RANK, (f"inside {home}",)) if home else None

    def _partners(self, words: Words, name: str, around: Surroundings, source: str) -> _Partners:
        """Return a partner for short words, one for bound and weak words, and what is near.

        Words in the name itself that only this category calls partners help too. Else it takes a
        name that shows the talk is about tracks, or about mixing where the category is.
        """
        own = split_words(name)
        several = own if len(own) > 1 else ()
        needed = self._lexicon.decks if words.mixing else self._all_partners
        mine = words.strong | words.short | words.bound
        helper = next((w for w in several if w in words.partners and w not in mine), "")
        shared = next((w for w in several if w in needed), "") or source
        loose = next((w for w in several if w in self._all_partners), "")
        for other in () if shared else (*around.above, *sorted(around.beside)):
            runs = [run for run, _ in self._runs(other)]
            if any(run in needed for run in runs):
                shared = other
                break
            if not loose and any(run in self._all_partners for run in runs):
                loose = other
        fitting = helper or shared
        return fitting or loose, fitting, source

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
        hits = self._hits(name, nothing)
        negative = self._negative(name, nothing)
        for words in self._lexicon.words:
            if words.context and words.category in hits:
                partners = self._partners(words, name, nothing, "")
                points, _, _ = _own(hits[words.category], partners)
                points += _NEGATIVE if words.category in negative else 0.0
                if points >= _STRONG:
                    yield words.category, points

    def _hits(self, name: str, around: Surroundings) -> dict[str, list[_Hit]]:
        """Return the words of a name that the lexicon knows, by category."""
        found: dict[str, list[_Hit]] = {}
        joint = [(run, (2, 0)) for run in self._joint(name, around)]
        for run, rank in (*self._runs(name), *joint):
            for kind, category in self._index.get(run, ()):
                if kind != "negative":
                    found.setdefault(category, []).append((kind, run, rank))
        return found

    def _negative(self, name: str, around: Surroundings) -> dict[str, str]:
        """Return the false friend in a name, by category."""
        runs = [run for run, _ in self._runs(name)]
        return {
            category: run
            for run in (*runs, *self._joint(name, around))
            for kind, category in self._index.get(run, ())
            if kind == "negative"
        }

    def _holder(self, around: Surroundings) -> tuple[frozenset[str], str]:
        """Return the categories that the nearest telling object stands for, and its name."""
        for name in reversed(around.above[-_DEEPEST:]):
            own = split_words(name[:_LONGEST_NAME])
            for word in ("".join(own), own[-1] if own else ""):
                if word in self._inside:
                    return self._inside[word], name
        return frozenset(), ""

    def _joint(self, name: str, around: Surroundings) -> tuple[str, ...]:
        """Return the word that a single word makes with the object it is in: user.id, tracks[].id."""
        own = split_words(name)
        parent = split_words(around.above[-1]) if around.above else ()
        if len(own) != 1 or not parent:
            return ()
        return (parent[-1].removesuffix("s") + own[0],)

    def _runs(self, name: str) -> tuple[tuple[str, _Rank], ...]:
        """Return the runs of words in a name, each with its rank."""
        return _ranked(name[:_LONGEST_NAME], self._lexicon.longest)


def _own(hits: Iterable[_Hit], partners: _Partners) -> tuple[float, _Rank, str]:
    """Return the points that a name earns by itself, their rank, and why."""
    best = (0.0, _NO_RANK, "")
    for kind, run, rank in hits:
        points, reason = _worth(kind, run, partners)
        if points:
            best = max(best, (points, rank, f"{run}: {reason}"))
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


def _ranked(name: str, longest: int) -> tuple[tuple[str, _Rank], ...]:
    count = len(split_words(name))
    found = []
    place: dict[int, int] = {}
    for run, size in spellings(name, longest):
        start = place[size] = place.get(size, -1) + 1
        if len(run) > _LONE or (size == 1 and (count == 1 or len(run) > 1)):
            found.append((run, (size, start + size - count)))
    return tuple(found)


def _indexed(lexicon: Lexicon) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, for every word, what kind of word it is in which categories."""
    found: dict[str, list[tuple[str, str]]] = {}
    for words in lexicon.words:
        for kind in ("strong", "short", "bound", "weak", "near", "plain", "negative"):
            for word in getattr(words, kind):
                found.setdefault(word, []).append((kind, words.category))
    return {word: tuple(kinds) for word, kinds in found.items()}


def _insides(lexicon: Lexicon) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for words in lexicon.words:
        for word in words.inside:
            found[word] = found.get(word, frozenset()) | {words.category}
    return found


def _less(score: _Score, negative: str) -> _Score:
    reasons = (*score.reasons, f"{negative}: false friend")
    return _Score(score.words, score.points + _NEGATIVE, score.rank, reasons)


def _sentence(reasons: list[str], points: float) -> str:
    return f"{'; '.join(reason for reason in reasons if reason)} ({points:g} points)"
