"""Judge a field by its words when no rule knows it.

Points: a strong word 3, a short word 3 beside a partner and 1 alone, a weak word 1 beside a partner
and nothing alone, a false friend -3; half the points of the names around it; 1 when the value has a
fitting shape. From 3 points with a fitting value the strength is medium. With one of the two it is
weak, a candidate; with neither the field stays `other`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.catalogue.model import Lexicon, Words
from auditor.classify.shapes import fits
from auditor.classify.words import spellings, split_words
from auditor.records import Strength, Value

SURE = 3.0
POSSIBLE = 1.0
_STRONG, _WEAK, _NEGATIVE, _SHAPE = 3.0, 1.0, -3.0, 1.0
_LONE = 3
"""Words up to this length count only when written as one word: e_q is no EQ."""
_LONGEST_NAME = 128
_MEMORY = 50_000


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
    reasons: tuple[str, ...]


NOTHING = Judgement("other", "weak", "")


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
        best: tuple[float, str, _Score] | None = None
        for score, shape in zip(self._scores, shapes, strict=True):
            points = score.points + (_SHAPE if shape else 0.0)
            if best is None or points > best[0]:
                best = (points, shape, score)
        if best is None or best[0] < POSSIBLE:
            return NOTHING
        points, shape, score = best
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
        """Return what an event is about, from its name alone; candidates do not count."""
        found = self._events.get(name)
        if found is None:
            if len(self._events) >= _MEMORY:
                self._events.clear()
            found = self._events[name] = self._name_judged(name)
        return found

    def _name_judged(self, name: str) -> Judgement:
        best = max(self._scores(name, Surroundings()), key=lambda one: one.points, default=None)
        if best is None or best.points < SURE:
            return NOTHING
        return Judgement(
            best.words.category, "medium", _sentence(["event name", *best.reasons], best.points)
        )

    def secret(self, name: str, around: Surroundings) -> str:
        """Return the kind of secret that a name speaks of, or an empty text."""
        kinds = self._lexicon.secrets
        runs = (*self._joint(name, around), *reversed(self._runs(name)))
        return next((kinds[run] for run in runs if run in kinds), "")

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
            partner = any(run in self._lexicon.partners for run in self._runs(name))
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
            found = (self._score(words, name, around) for words in self._lexicon.words)
            self._scored[key] = tuple(score for score in found if score is not None)
        return self._scored[key]

    def _score(self, words: Words, name: str, around: Surroundings) -> _Score | None:
        runs = (*self._runs(name), *self._joint(name, around))
        negative = next((run for run in runs if run in words.negative), "")
        context, source = self._context(words, around)
        points, reason = self._own(words, runs, self._partners(words, name, around, source))
        if not points:
            return None
        reasons = [reason]
        if context:
            reasons.append(f"near {source}")
        if negative:
            reasons.append(f"{negative}: false friend")
        total = points + context + (_NEGATIVE if negative else 0.0)
        return _Score(words, total, tuple(reasons)) if total > 0 else None

    def _own(
        self, words: Words, runs: tuple[str, ...], partners: tuple[str, str]
    ) -> tuple[float, str]:
        """Return the points that a name earns by itself, and why."""
        any_partner, sure_partner = partners
        best = (0.0, "")
        for run in runs:
            if run in words.strong:
                return _STRONG, f"{run}: strong word"
            if run in words.short and any_partner:
                best = max(best, (_STRONG, f"{run}: strong beside {any_partner}"))
            elif run in words.short:
                best = max(best, (_WEAK, f"{run}: short word alone"))
            elif run in words.weak and sure_partner and sure_partner not in run:
                best = max(best, (_WEAK, f"{run}: weak word beside {sure_partner}"))
        return best

    def _partners(
        self, words: Words, name: str, around: Surroundings, source: str
    ) -> tuple[str, str]:
        """Return a partner for short words, and one for weak words.

        Words that only this category calls partners help short words; weak words need one that
        shows the talk is about tracks and decks.
        """
        own = split_words(name)
        several = own if len(own) > 1 else ()
        shared = next((word for word in several if word in self._lexicon.partners), "") or source
        for other in () if shared else (*around.above, *sorted(around.beside)):
            if any(run in self._lexicon.partners for run in self._runs(other)):
                shared = other
                break
        mine = words.strong | words.short | words.weak
        nearest = next((w for w in own if w in words.partners and w not in mine), "")
        if not nearest:
            nearest = next((w for w in own if w in words.partners and w not in words.short), "")
        return nearest or (shared if shared not in words.short else ""), shared

    def _context(self, words: Words, around: Surroundings) -> tuple[float, str]:
        """Return half the points of the best name around, and that name."""
        best = (0.0, "")
        for other in (*around.above, *sorted(around.beside)):
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
        runs = self._runs(name)
        for words in self._lexicon.words:
            points, _ = self._own(words, runs, self._partners(words, name, Surroundings(), ""))
            if any(run in words.negative for run in runs):
                points += _NEGATIVE
            if points >= _STRONG:
                yield words.category, points

    def _joint(self, name: str, around: Surroundings) -> tuple[str, ...]:
        """Return the word that a single word makes with the object it is in: user.id, tracks[].id."""
        own = split_words(name)
        parent = split_words(around.above[-1]) if around.above else ()
        if len(own) != 1 or not parent:
            return ()
        return (parent[-1].removesuffix("s") + own[0],)

    def _runs(self, name: str) -> tuple[str, ...]:
        longest = self._lexicon.longest
        name = name[:_LONGEST_NAME]
        return tuple(r for r, size in spellings(name, longest) if size == 1 or len(r) > _LONE)


def _sentence(reasons: list[str], points: float) -> str:
    return f"{'; '.join(reason for reason in reasons if reason)} ({points:g} points)"
