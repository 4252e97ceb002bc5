"""Find known values in many texts at once: one automaton over all spellings of all of them.

Measured on 2026-11-21, Python 3.11, a machine of 2 cores at 2.8 GHz that others kept busy, 3,000
values (20,000 spellings), processor time, best of 3 to 5, several runs: building 0.2 to 0.4 s;
1,000, 20,000 and 200,000 texts of 19 letters on average in 0.3 to 0.6, 9 to 11 and 79 to 135 ms.
Joining 200,000 texts and searching them as one took 55 to 75 ms of that; asking the automaton for
each took 123 to 140. Letters outside ASCII in every seventh text add up to a half. 200,000 numbers
took 75 to 78 ms. A library of 20,000 tracks (120,000 values) builds in 4 to 7 s and takes 400 MB;
with every spelling of all it took 27 s and 1.3 GB, hence `MOST_CODED`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from ahocorasick_rs import BytesAhoCorasick

from auditor.known.chance import weigh
from auditor.known.model import KnownValue
from auditor.known.numbers import Number, Numbers, spelled
from auditor.known.spellings import SEARCHED, coded_spellings, plain_spellings

_BETWEEN = "\0"
"""Stands between texts while they are searched as one; a value with it is found whole only."""

MOST_CODED = 5000
"""Texts searched for in every spelling, in the order of `_FIRST`; of more, only as they are."""

_FIRST = ("cue-name", "loop-name", "playlist", "comment", "title", "file-name", "artist")

_SHORTEST = 5
_ESCAPES = 6
_LETTERS = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class KnownValues:
    """Known values, ready to be searched for; building takes a while, so make one per audit."""

    def __init__(self, values: Sequence[KnownValue]) -> None:
        self.values = tuple(values)
        """What the indexes of all answers point to."""
        self.weights = tuple(weigh(known) for known in self.values)
        """What finding each can prove; those of weight `never` are not searched for."""
        self._whole: dict[str, tuple[int, ...]] = {}
        inside: dict[bytes, list[int]] = {}
        for index, known in enumerate(self.values):
            if self.weights[index] != "never":
                self._add_whole(index, known)
        searched = [index for index in range(len(self.values)) if self._is_searched(index)]
        words: set[bytes] = set()
        for index in searched:
            text = str(self.values[index].value)
            for pattern in _in_bytes(plain_spellings(text)):
                inside.setdefault(pattern, []).append(index)
                if len(text) <= SEARCHED:
                    words.add(pattern)
        plain = frozenset(inside)
        searched.sort(key=lambda index: _turn(self.values[index]))
        for index in searched[:MOST_CODED]:
            for pattern in coded_spellings(str(self.values[index].value)) - plain:
                inside.setdefault(pattern, []).append(index)
        self.only_plain = max(len(searched) - MOST_CODED, 0)
        """Values of a large library that were not searched for in URL, Base64 and hex spellings."""
        usable = [one for one in inside if len(one) >= _SHORTEST and b"\0" not in one]
        self._owners = [tuple(inside[pattern]) for pattern in usable]
        self._is_word = [pattern in words for pattern in usable]
        self._automaton = BytesAhoCorasick(usable) if usable else None
        weighed = enumerate(self.values)
        self._numbers = Numbers([one for one in weighed if self.weights[one[0]] != "never"])

    def __len__(self) -> int:
        return len(self.values)

    def search(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Return (place in `texts`, index of the known value) in order, each pair once.

        A text is found when it is the value as a whole, also a number that it spells, or holds a
        value of weight `alone` or `together` in any spelling, at the borders of words.
        """
        whole = self._whole
        places = [place for place, text in enumerate(texts) if text in whole]
        found = {(place, index) for place in places for index in whole[texts[place]]}
        if self._automaton:
            found.update(self._inside(texts))
        return sorted(found)

    def numbers(self, values: Sequence[Number]) -> list[tuple[int, int, str]]:
        """Return (place in `values`, index of the known value, unit), see `auditor.known.numbers`.

        Whole values only. One number may answer to several known values and units.
        """
        return self._numbers.search(values)

    def _is_searched(self, index: int) -> bool:
        """Say whether a value is also searched for inside texts."""
        is_text = isinstance(self.values[index].value, str)
        return is_text and self.weights[index] in {"alone", "together"}

    def _add_whole(self, index: int, known: KnownValue) -> None:
        texts = spelled(known)
        if isinstance(known.value, str):
            texts = {known.value, *plain_spellings(known.value)}
        for one in texts:
            self._whole[one] = (*self._whole.get(one, ()), index)

    def _inside(self, texts: Sequence[str]) -> set[tuple[int, int]]:
        data, starts = _joined(texts)
        found: set[tuple[int, int]] = set()
        assert self._automaton is not None  # noqa: S101
        for pattern, start, end in self._automaton.find_matches_as_indexes(data, overlapping=True):
            if self._is_word[pattern] and not _is_bordered(data, start, end):
                continue
            place = bisect_right(starts, start) - 1
            found.update((place, index) for index in self._owners[pattern])
        return found


def _turn(known: KnownValue) -> tuple[bool, int]:
    return not known.planted, _FIRST.index(known.kind) if known.kind in _FIRST else len(_FIRST)


def _in_bytes(texts: set[str]) -> set[bytes]:
    return {text.encode("utf-8", "surrogatepass") for text in texts}


def _joined(texts: Sequence[str]) -> tuple[bytes, list[int]]:
    """Return all texts as one, and where each begins, in bytes."""
    joined = _BETWEEN.join(texts)
    if joined.isascii():
        sizes = [len(text) + 1 for text in texts]
    else:
        sizes = [_size(text) + 1 for text in texts]
    starts = list(accumulate(sizes, initial=0))
    starts.pop()
    return joined.encode("utf-8", "surrogatepass"), starts


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _is_bordered(data: bytes, start: int, end: int) -> bool:
    """Say whether no word goes on before or behind; letters of an escape before are no word."""
    if end < len(data) and data[end] in _LETTERS and data[end - 1] in _LETTERS:
        return False
    if not start or data[start - 1] not in _LETTERS or data[start] not in _LETTERS:
        return True
    before = data[max(start - _ESCAPES, 0) : start]
    return before[-3:-2] == b"%" or before[-2:-1] == b"\\" or before[-6:-4] == b"\\u"
