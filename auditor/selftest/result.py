"""What a rehearsal showed."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.selftest.cases import Outcome
from auditor.selftest.score import Score


@dataclass(frozen=True, slots=True)
class Check:
    """Something beside formats and outcomes that must hold."""

    what: str
    expected: str
    found: str

    @property
    def good(self) -> bool:
        """Say whether it holds."""
        return self.found == self.expected


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that was planted, and what came of it."""

    seed: int
    versions: tuple[tuple[str, str], ...]
    scores: tuple[Score, ...]
    outcomes: tuple[Outcome, ...]
    checks: tuple[Check, ...]
    problems: tuple[str, ...]
    """What went wrong on the client's side while it played its part."""
    seconds: float

    @property
    def green(self) -> bool:
        """Say whether everything that this version promises held."""
        parts = (self.scores, self.outcomes, self.checks)
        return not self.problems and all(one.good for part in parts for one in part)

    @property
    def recall(self) -> tuple[int, int, int, int]:
        """Return planted, decoded, named and classified values of the formats we promise to read."""
        promised = [one for one in self.scores if one.expected]
        return (
            sum(one.planted for one in promised),
            sum(one.decoded for one in promised),
            sum(one.named for one in promised),
            sum(one.classified for one in promised),
        )
