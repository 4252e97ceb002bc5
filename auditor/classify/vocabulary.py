"""Find the lexicon's words in names: in a field's own, in those of its objects and neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from auditor.catalogue.wording import Lexicon
from auditor.classify.words import spellings, split_words

UNITS = frozenset({"ms", "msec", "millis", "milliseconds", "s", "sec", "secs", "seconds"}) | {
    *("beats", "bars", "db", "percent", "pct", "hz")
}
"""Words at the end of a name that say how it is measured."""
DOUBTFUL = frozenset({"short", "bound", "weak"})
"""Kinds of words that mean many things."""
LONGEST_NAME = 128
"""Characters of a name that are looked at."""

Rank: TypeAlias = tuple[int, int]
"""Words that a run has, and where it ends, counted from the end of the name."""
Hit: TypeAlias = tuple[str, str, Rank]
"""Kind of word, the run itself, its rank."""

_LONE = 3
"""Words up to this length count only when written as one word: e_q is no EQ; a single letter only
when it is the whole name."""
_DEEPEST = 3
"""Objects around a field that can say what is inside them."""
_WITH_UNIT = 2
"""Words of a name that is one word and its unit."""
_KINDS = ("strong", "short", "bound", "weak", "near", "plain", "negative", "foes")
_VOCABULARY = ("strong", "short", "bound", "weak", "near", "partners")
_AGAINST = frozenset({"negative", "foes"})
_JOINT: Rank = (2, 0)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The names around a field."""

    above: tuple[str, ...] = ()
    """Names of the objects it is in, and of its event."""
    beside: frozenset[str] = frozenset()
    """Names in the same object."""


class Vocabulary:
    """The words of the lexicon, indexed once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.partners = lexicon.partners | lexicon.decks
        """Words that show the talk is about tracks or about mixing them."""
        self._longest = lexicon.longest
        self._index = _indexed(lexicon)
        self._inside = _insides(lexicon)
        self._familiar = {
            words.category: frozenset().union(*(getattr(words, kind) for kind in _VOCABULARY))
            | lexicon.fillers
            | self.partners
            | UNITS
            for words in lexicon.words
        }

    def runs(self, name: str) -> tuple[tuple[str, Rank], ...]:
        """Return the runs of words in a name, each with its rank."""
        return _ranked(name[:LONGEST_NAME], self._longest)

    def joint(self, name: str, around: Surroundings) -> tuple[str, ...]:
        """Return the word that a single word makes with the object it is in: user.id, tracks[].id."""
        own = split_words(name)
        if len(own) == _WITH_UNIT and own[-1] in UNITS:
            own = own[:1]
        parent = split_words(around.above[-1]) if around.above else ()
        if len(own) != 1 or not parent:
            return ()
        return (parent[-1].removesuffix("s") + own[0],)

    def hits(self, name: str, around: Surroundings) -> dict[str, list[Hit]]:
        """Return the words of a name that the lexicon knows, by category."""
        found: dict[str, list[Hit]] = {}
        own = split_words(name[:LONGEST_NAME])
        placed = [(run, rank, _rest(own, rank)) for run, rank in self.runs(name)]
        placed += [(run, _JOINT, ()) for run in self.joint(name, around)]
        for run, rank, rest in placed:
            for kind, category in self._index.get(run, ()):
                if kind not in _AGAINST and self._is_at_home(kind, category, rest):
                    found.setdefault(category, []).append((kind, run, rank))
        return found

    def negative(self, name: str, around: Surroundings) -> dict[str, str]:
        """Return the false friend in a name, by category."""
        runs = [run for run, _ in self.runs(name)]
        return {
            category: run
            for run in (*runs, *self.joint(name, around))
            for kind, category in self._index.get(run, ())
            if kind == "negative"
        }

    def is_partner(self, name: str, needed: frozenset[str], category: str) -> bool:
        """Say whether a name is about decks or tracks as a whole: `deck_watch` is about ships."""
        own = split_words(name[:LONGEST_NAME])
        known = self._familiar[category]
        return any(
            run in needed and all(word in known for word in _rest(own, rank))
            for run, rank in self.runs(name)
        )

    def foes(self, around: Surroundings) -> set[str]:
        """Return the categories that a name around rules out: a pulse has no tempo of a track."""
        return {
            category
            for other in (*around.above, *sorted(around.beside))
            for run, _ in self.runs(other)
            for kind, category in self._index.get(run, ())
            if kind == "foes"
        }

    def is_foe(self, run: str) -> bool:
        """Say whether a word among the names around rules some category out."""
        return any(kind == "foes" for kind, _ in self._index.get(run, ()))

    def holder(self, around: Surroundings) -> tuple[frozenset[str], str]:
        """Return the categories that the nearest telling object stands for, and its name."""
        for name in reversed(around.above[-_DEEPEST:]):
            own = split_words(name[:LONGEST_NAME])
            for whole in ("".join(own), own[-1] if own else ""):
                for word in (whole, whole.removesuffix("s")):
                    if word in self._inside:
                        return self._inside[word], name
        return frozenset(), ""

    def _is_at_home(self, kind: str, category: str, rest: tuple[str, ...]) -> bool:
        """Say whether the rest of a name lets a word count that means many things.

        `deck_rate` is about tempo; `feed_rate` is not, whatever stands beside it.
        """
        if kind == "near":
            return all(word in UNITS for word in rest)
        if kind not in DOUBTFUL:
            return True
        known = self._familiar[category]
        return all(word in known for word in rest)


@lru_cache(maxsize=65536)
def _ranked(name: str, longest: int) -> tuple[tuple[str, Rank], ...]:
    count = len(split_words(name))
    found = []
    place: dict[int, int] = {}
    for run, size in spellings(name, longest):
        start = place[size] = place.get(size, -1) + 1
        if len(run) > _LONE or (size == 1 and (count == 1 or len(run) > 1)):
            found.append((run, (size, start + size - count)))
    return tuple(found)


def _rest(own: tuple[str, ...], rank: Rank) -> tuple[str, ...]:
    """Return the words of a name that are not in a run."""
    size, end = rank
    stop = len(own) + end
    return own[: stop - size] + own[stop:]


def _indexed(lexicon: Lexicon) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, for every word, what kind of word it is in which categories."""
    found: dict[str, list[tuple[str, str]]] = {}
    for words in lexicon.words:
        for kind in _KINDS:
            for word in getattr(words, kind):
                found.setdefault(word, []).append((kind, words.category))
    return {word: tuple(kinds) for word, kinds in found.items()}


def _insides(lexicon: Lexicon) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for words in lexicon.words:
        for word in words.inside:
            found[word] = found.get(word, frozenset()) | {words.category}
    return found
