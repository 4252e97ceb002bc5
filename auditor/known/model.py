"""The record of a known value, and its kinds."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Weight = Literal["alone", "together", "field", "never"]
"""What finding a value can prove, see `auditor.known.chance`."""

KINDS = MappingProxyType(
    {
        "title": "library",
        "artist": "library",
        "path": "library",
        "file-name": "library",
        "comment": "library",
        "playlist": "library",
        "track-id": "library",
        "cue-name": "cue",
        "cue-position": "cue",
        "loop-name": "loop",
        "loop-in": "loop",
        "loop-out": "loop",
        "bpm": "tempo",
    }
)
"""Kind and the category of data it is."""

POSITIONS = frozenset({"cue-position", "loop-in", "loop-out"})
"""Kinds whose value is a number of seconds inside a track."""


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value to search for in traffic. Its text never goes into an output."""

    id: str
    """Kind and number, such as `cue-name-12`: says nothing about the value."""
    kind: str
    """One of `KINDS`."""
    category: str
    value: str | float
    """Seconds for positions, beats per minute for `bpm`, a text for everything else."""
    unit: str = ""
    """`s` or `bpm` for numbers."""
    note: str = ""
    """The application whose library held it, `PLANTED` or `AS_SET`."""
    group: str = ""
    """Track it belongs to, such as `track-3`: values of one track prove more together."""

    @property
    def planted(self) -> bool:
        """Say whether it was made to be found."""
        return self.note in {PLANTED, AS_SET}


PLANTED = "planted"
"""Note of a value that we made up."""

AS_SET = "planted, as set"
"""Note of a number of the track that planted texts stand in, as the library has it."""
