"""What a walk from a claim to its bytes finds at every level."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.records import Claim


@dataclass(frozen=True, slots=True)
class Range:
    """Where something stands inside some bytes. A value inside a value gives one for each level."""

    inside: str
    """What the bytes are, such as `body as sent` or `value of data`."""
    steps: tuple[str, ...]
    """Decode steps that were undone to get these bytes, since the level before."""
    data: bytes
    """All of these bytes. Raw: never for an output."""
    start: int
    end: int
    """Behind the last byte."""
    places: int = 1
    """How many places hold the same; with more than one, `start` and `end` are the first of them.
    0: no place was found, and the range is all of the bytes."""
    how: str = "path"
    """`path`: by its path, exactly; `order`: the value occurs as often as it was read, and this is
    the one whose turn it is; `search`: by its spelling alone."""

    @property
    def spelling(self) -> bytes:
        """The bytes in the range."""
        return self.data[self.start : self.end]


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A row of the fields table, with the source that the catalogue names for its rule."""

    row: int
    context: str
    path: str
    event: str
    means: str
    rule: str
    basis: str
    source: str
    """Empty when no rule of this catalogue has the id."""
    count: int
    messages: int


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """The exchange, as the tables know it."""

    number: int
    message: int
    time: str
    method: str
    host: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """The capture, and whether what was read again is the same."""

    name: str
    format: str
    sha256: str
    """Of the capture that was audited."""
    state: str
    """`same`, `differs` or `missing`."""


@dataclass(frozen=True, slots=True)
class Trail:
    """One observation down to its bytes."""

    row: int
    value: str
    """Redacted."""
    field: FieldFacts
    steps: tuple[str, ...]
    """All decode steps, outermost first."""
    exchange: ExchangeFacts
    capture: CaptureFacts
    ranges: tuple[Range, ...] = ()
    """Outermost first; empty when the chain ends before the bytes."""
    excerpt: tuple[str, str, str] = ("", "", "")
    """Redacted: what stands before the value, the value, what stands after it."""
    ends: str = ""
    """Why the chain ends before the bytes."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A claim with the trails of its observations."""

    claim: Claim
    trails: tuple[Trail, ...]
    more: int
    """Observations of the claim that were not followed."""
    notes: tuple[str, ...] = ()
