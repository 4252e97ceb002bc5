"""Find secrets in texts, in whatever spelling they stand there."""

from __future__ import annotations

import json
import re
from array import array
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable, Sequence
from urllib.parse import quote, quote_plus

from ahocorasick_rs import BytesAhoCorasick

SHORTEST = 8
"""Characters of the shortest secret that is searched inside texts: others occur by accident."""

_LONGEST = 4096
"""Characters of the longest secret that is also searched in its other spellings."""

_DIGITS = "0123456789."

_CUT = re.compile(r"… \(\d+ characters\)$")
"""How `Redactor.clean` ends a text that it cut."""

_UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def make_visible(text: str) -> str:
    """Spell control, direction and surrogate characters out, so that no output can be bent."""
    if text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def spellings(text: str) -> set[str]:
    """Return how a secret may be written: as it is, shown, escaped, in Base64 and hex.

    Base64 depends on what stands before; of each of its three positions the middle is taken.
    """
    found = {text, make_visible(text)}
    if SHORTEST <= len(text) <= _LONGEST:
        data = text.encode("utf-8", "surrogatepass")
        found |= {quote(data, safe=""), quote_plus(data), data.hex(), data.hex().upper()}
        found.add(json.dumps(text)[1:-1])
        for skipped in range(3):
            whole = data[skipped : len(data) - (len(data) - skipped) % 3]
            found |= {b64encode(whole).decode(), urlsafe_b64encode(whole).decode()}
    return {one for one in found if len(one) >= SHORTEST}


class Spelled:
    """Secrets to be found. Nearly no text has any: so all it keeps is how their spellings begin."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._parts: list[_Beginnings] = []
        """Each larger than the next."""
        self.add(secrets)

    def __len__(self) -> int:
        return sum(len(one.secrets) for one in self._parts)

    def add(self, secrets: Iterable[str]) -> None:
        """Find further secrets, too.

        They are joined with those before only when they are as many. So a secret is looked at a few
        times, however often others are added.
        """
        fresh = [*secrets]
        while self._parts and fresh and len(self._parts[-1].secrets) <= len(fresh):
            fresh = self._parts.pop().secrets + fresh
        if fresh:
            self._parts.append(_Beginnings(fresh))

    def replaced(self, text: str, label: Callable[[str], str], shown: Collection[str] = ()) -> str:
        """Return a text with each secret replaced by what `label` makes of it.

        Of several that begin at one place the longest spelling. A text that was cut may end inside
        of one. `shown` are IP addresses that stay where they stand whole, whatever is inside them.
        """
        alike = self._beginnings(text)
        cut = _CUT.search(text) if alike else None
        place = 0
        while alike and place + SHORTEST <= len(text):
            for spelling, secret in alike.get(text[place : place + SHORTEST], ()):
                size = _covered(text, place, spelling, cut.start() if cut else 0)
                if size and not (shown and _address(text, place, place + size) in shown):
                    name = label(secret)
                    text = text[:place] + name + text[place + size :]
                    place += len(name) - 1
                    cut = _CUT.search(text)
                    break
            place += 1
        return text

    def _beginnings(self, text: str) -> dict[str, list[tuple[str, str]]]:
        """Return by their first characters the spellings that begin in a text, the longest first.

        Each with its secret.
        """
        alike: dict[str, list[tuple[str, str]]] = {}
        for secret in self._candidates(text):
            for spelling in spellings(secret):
                alike.setdefault(spelling[:SHORTEST], []).append((spelling, secret))
        for found in alike.values():
            found.sort(key=lambda pair: (-len(pair[0]), pair))
        return alike

    def _candidates(self, text: str) -> Sequence[str]:
        """Return the secrets of which a spelling begins in a text."""
        data = _bytes(text)
        return [secret for part in self._parts for secret in part.found(data)]


class _Beginnings:
    """The first characters of every spelling of some secrets."""

    def __init__(self, secrets: list[str]) -> None:
        self.secrets = secrets
        numbers: dict[bytes, int] = {}
        self._owner = array("l")
        """The first secret of each beginning."""
        self._others: dict[int, list[int]] = {}
        """Further secrets that begin alike."""
        for owner, secret in enumerate(secrets):
            for start in {one[:SHORTEST] for one in spellings(secret)}:
                number = numbers.setdefault(_bytes(start), len(numbers))
                if number == len(self._owner):
                    self._owner.append(owner)
                else:
                    self._others.setdefault(number, []).append(owner)
        self._automaton = BytesAhoCorasick([*numbers]) if numbers else None

    def found(self, data: bytes) -> Sequence[str]:
        """Return the secrets of which a spelling begins in a text, given in UTF-8."""
        if not self._automaton:
            return ()
        found = self._automaton.find_matches_as_indexes(data, overlapping=True)
        numbers = {number for number, *_ in found}
        owners = {self._owner[number] for number in numbers}
        owners.update(*(self._others.get(number, ()) for number in numbers))
        return [self.secrets[owner] for owner in owners]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _address(text: str, start: int, end: int) -> str:
    """Return what stands at a place, with the digits and dots around it."""
    before, after = text[:start], text[end:]
    rest = len(after) - len(after.lstrip(_DIGITS))
    return text[len(before.rstrip(_DIGITS)) : end + rest].strip(".")


def _covered(text: str, place: int, spelling: str, cut: int) -> int:
    """Return how many characters of a spelling stand at a place; a cut text may end inside it."""
    if text.startswith(spelling, place):
        return len(spelling)
    is_begun = place + SHORTEST <= cut and spelling.startswith(text[place:cut])
    return cut - place if is_begun else 0
