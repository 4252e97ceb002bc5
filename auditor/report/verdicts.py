"""The words for verdicts, for the page and for the terminal, which needs nothing else of here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` picks glyph and look: `seen`, `nots`, `nott` or `blind`; `word` is what people read."""

    code: str
    word: str


SEEN = Verdict("seen", "Seen leaving")
INDIRECT = Verdict("seen", "Seen, indirectly")
NOT_SEEN = Verdict("nots", "Tested, not seen")
NOT_TESTED = Verdict("nott", "Not tested")
BLIND = Verdict("blind", "Could not see")

VERDICTS = {
    "seen": SEEN,
    "seen, indirectly": INDIRECT,
    "not seen": NOT_SEEN,
    "not tested": NOT_TESTED,
    "not visible": BLIND,
}
