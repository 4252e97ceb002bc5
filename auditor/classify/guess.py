"""Guess what an address is about when no rule knows it: words of its path, then of its host.

The basis is always `name`: nobody has said that this address does that. A guess makes the picture
right; it never decides a verdict. The words are data, `addresses` in the catalogue's lexicon.
"""

from __future__ import annotations

from urllib.parse import unquote

from auditor.catalogue.wording import AddressTable, AddressWords
from auditor.classify.words import spellings

NO_GUESS = ("other", "")

_LONGEST_PATH = 512
_LONGEST_WORD = 3
_OWNED_LABELS = 2
"""The last labels of a host are somebody's name, whatever words they hold."""
_QUESTIONS = frozenset({"CONNECT", "OPTIONS", "TRACE"})


def guess(words: AddressWords, method: str, host: str, path: str) -> tuple[str, str]:
    """Return the category that an address suggests and why, or `other` and an empty text.

    The ending of a file comes first, then clear words of the path, the last part first, then
    those of the host, then words of the path that many kinds of services use. `why` holds words
    of the catalogue only, never a part of the address.
    """
    if method.upper() in _QUESTIONS:
        return NO_GUESS
    parts = [unquote(part) for part in path[:_LONGEST_PATH].split("/") if part]
    stem, dot, ending = parts[-1].rpartition(".") if parts else ("", "", "")
    if dot and stem and ending.lower() in words.endings:
        category = words.endings[ending.lower()]
        return (category, f"the file ends in {ending.lower()}") if category else NO_GUESS
    labels = host.split(".")[:-_OWNED_LABELS]
    tries = (
        (words.clear, reversed(parts), "path"),
        (words.clear, labels, "host"),
        (words.vague, reversed(parts), "path"),
    )
    for known, places, where in tries:
        for place in places:
            word = _longest(place, known)
            if word:
                return known[word], f"the word {word} in the {where}"
    return NO_GUESS


def _longest(place: str, known: AddressTable) -> str:
    """Return the longest run of words of a place that is known; among equals the last."""
    runs = [run for run, _ in spellings(place, _LONGEST_WORD) if run in known]
    return max(reversed(runs), key=len, default="")
