"""What a plant is, and the invented facts it carries."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Carrier = Literal["body", "query", "path", "header", "cookie", "text frame", "binary frame"]

Protocol = Literal["HTTP/1.1", "HTTP/2", "HTTP/3", "deflate"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One planted value that occurs nowhere else."""

    name: str
    value: str | float
    category: str
    """What it must be classified as; empty where the format carries no names to tell it by."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One message with planted facts, ready to be sent."""

    id: str
    encoding: tuple[str, ...]
    """The formats, outermost first, in the words of the decode steps where there is one."""
    carrier: Carrier
    content: bytes
    """The body or frame as it goes over the wire; else the query, the path, the header or cookie."""
    facts: tuple[Fact, ...]
    headers: tuple[tuple[str, str], ...] = ()
    """Of the request, without those that every client adds."""
    expected: bool = True
    """Whether the decoders of this version read it."""
    over: Protocol = "HTTP/1.1"
    """What it is sent over; `deflate` compresses WebSocket messages on their way."""


class Values:
    """Invents facts; no two are equal."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - planted values, no secrets
        self._given: set[str | float] = set()

    def deck(self) -> tuple[Fact, ...]:
        """Return one fact for each kind of data that only a DJ application has, and playback."""
        return (
            self._fact("hot_cue_position_ms", "cue", 10_000, 400_000),
            self._fact("loop_in_ms", "loop", 10_000, 400_000),
            self._fact("bpm_from", "tempo", 80, 170),
            self._fact("crossfader_position", "transition", 10_000, 400_000),
            self._fact("playback_position_ms", "playback", 10_000, 400_000),
            self._fact("eq_low", "effects", 1, 4),
            self._fact("seek_to_ms", "seek", 10_000, 400_000),
        )

    def nameless(self) -> tuple[Fact, ...]:
        """Return facts whose format has numbers instead of names."""
        found = [Fact(one.name, one.value, "") for one in self.deck()[:4]]
        return (*found, Fact("track", self.word("track"), ""))

    def text(self, name: str, category: str) -> Fact:
        """Return a fact that is a text."""
        return Fact(name, self.word(category), category)

    def word(self, start: str) -> str:
        """Return a text that was not given before."""
        return f"{start}-{self._random.getrandbits(48):012x}"

    def number(self, digits: int) -> str:
        """Return a number of so many digits as a text."""
        return str(self._random.randrange(10 ** (digits - 1), 10**digits))

    def _fact(self, name: str, category: str, low: int, high: int) -> Fact:
        value = 0.0
        while not value or value in self._given or value.is_integer():
            value = round(self._random.uniform(low, high), 5 if high < 1000 else 2)  # noqa: PLR2004
        self._given.add(value)
        return Fact(name, value, category)
