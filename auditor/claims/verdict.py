"""Decide: numbers about one kind of data and one receiver in, verdict and reason out.

The rules are those of the design, in its order; the first that applies wins. Thresholds and their
reasons stand in `auditor.stats.thresholds`.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.stats.thresholds import MIN_READABLE, MIN_TAIL_S, MIN_TRACED, MIN_TRIES


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much of what was done came out of what left, without the tester's notes."""

    real: int = 0
    """Things that were done, by the marks."""
    found: int = 0
    """Things that came out."""
    right: int = 0
    """Of these, things that were done."""
    worst_s: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether enough came out, and enough of it was right."""
        least = MIN_TRACED * max(self.real, self.found)
        return self.right >= MIN_TRIES and self.right >= least


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known about one kind of data and one receiver."""

    values: int
    """Strong and medium outgoing observations."""
    strength: str
    """The strongest of them."""
    did: int
    moved: int
    """Of these, actions that moved the playhead."""
    traced: int
    """Of these, moves whose own positions were found in what left."""
    rebuilt: Rebuilt
    carriers: int
    """Fields that were seen and from which this kind of data may be worked out."""
    readable: float | None
    """Share of bytes read around the actions; None when nothing left then."""
    tail_s: float
    has_marks: bool
    has_journal: bool
    clean: int
    """Actions around which enough could be read."""
    control: str
    """State of the positive control: `passed`, `failed` or `none`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Verdict, strength, and the code of the rule that decided."""

    verdict: str
    reason: str
    strength: str = ""


def decide(subject: Subject) -> Decision:
    """Return the verdict for one kind of data and one receiver."""
    if subject.values:
        return Decision("seen", "observed", subject.strength)
    if not subject.did:
        return Decision("not tested", "not-exercised" if subject.has_marks else "no-marks")
    if subject.carriers:
        return _indirect(subject)
    return _absent(subject)


def _indirect(subject: Subject) -> Decision:
    if subject.rebuilt.holds:
        return Decision("seen, indirectly", "rebuilt", "medium")
    if subject.traced >= MIN_TRIES and subject.traced >= MIN_TRACED * subject.moved:
        return Decision("seen, indirectly", "positions-traced", "medium")
    return Decision("not visible", "not-worked-out")


def _absent(subject: Subject) -> Decision:
    """Grant `not seen` only when the recording could have shown the opposite."""
    dark = subject.readable is not None and subject.readable < MIN_READABLE
    hindered = (
        ("too-few", subject.did < MIN_TRIES),
        ("control-failed", subject.control == "failed"),
        ("no-journal", not subject.has_journal),
        ("sealed", dark or subject.clean < MIN_TRIES),
        ("no-tail", subject.tail_s < MIN_TAIL_S),
        ("no-control", subject.control != "passed"),
    )
    for reason, holds in hindered:
        if holds:
            return Decision("not visible", reason)
    return Decision("not seen", "silent" if subject.readable is None else "absent")
