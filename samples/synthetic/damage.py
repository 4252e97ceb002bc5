"""Damage a recording as a power loss and a bad disk do."""

from __future__ import annotations

from pathlib import Path

from auditor.session.folder import FLOWS, JOURNAL
from auditor.sources import mitm

ZEROED, HALVED = 5, 9
"""Numbers of the flows that are hit, from 0: one is zeroed, one loses its middle."""


def damage(folder: Path) -> None:
    """Zero a flow, tear a piece out of another, cut the last one and the journal's last line."""
    flows, journal = folder / FLOWS, folder / JOURNAL
    spans = mitm.index(flows)
    raw = bytearray(flows.read_bytes())
    start, length = spans[ZEROED]
    raw[start : start + length] = bytes(length)
    start, length = spans[HALVED]
    raw[start + length // 3 : start + length // 2] = bytes(length // 2 - length // 3)
    start, length = spans[-1]
    flows.write_bytes(raw[: start + length // 2])
    lines = journal.read_bytes().splitlines(keepends=True)
    kept = b"".join(lines[:-2]) + lines[-2][: len(lines[-2]) // 2]
    journal.write_bytes(kept + bytes(64))
