"""Take a name apart into words: `hotCue_positionMs` → hot, cue, position, ms."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_A-Za-z]+")


@lru_cache(maxsize=4096)
def split_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, digits and punctuation dropped."""
    return tuple(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=4096)
def spellings(name: str, longest: int) -> tuple[tuple[str, int], ...]:
    """Return every run of neighbouring words, joined, with the number of words in it.

    `hot_cue_ms` gives hot, cue, ms, hotcue, cuems, hotcuems: so `hot_cue`, `hotCue` and `hotcue`
    are one word, while `cue` inside `queue` is none.
    """
    words = split_words(name)
    runs = []
    for size in range(1, longest + 1):
        for start in range(len(words) - size + 1):
            runs.append(("".join(words[start : start + size]), size))  # noqa: PERF401
    return tuple(runs)
