"""A finding: one sentence about the machine, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "warning", "problem"]

TOPICS = {
    "versions": "Programs",
    "mode": "Capture mode",
    "authority": "Certificate authority of mitmproxy",
    "trust": "Who trusts this authority",
    "leftovers": "Leftovers of a session",
    "port": "Port",
    "folder": "Session folder",
    "clock": "Clock",
    "terminal": "Terminal",
}
"""The first word of a check's id, and its heading; in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; everything that is not `ok` says what to do next."""

    check: str
    level: Level
    sentence: str
    next_step: str = ""

    def __post_init__(self) -> None:
        if self.topic not in TOPICS:
            raise ValueError(f"{self.check}: no such topic")
        if self.level != "ok" and not self.next_step:
            raise ValueError(f"{self.check}: a {self.level} needs a next step")

    @property
    def topic(self) -> str:
        """Return the key of the topic that the check belongs to."""
        return self.check.partition(".")[0]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by topic; within a topic the order of the checks stays."""
    order = list(TOPICS)
    return tuple(sorted(findings, key=lambda one: order.index(one.topic)))
