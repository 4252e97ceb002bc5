"""Find known positions and tempos among numbers, in the units they may be sent in.

A position matches when it lies within 1 ms: as seconds, milliseconds, microseconds, or samples
at 44.1 or 48 kHz. A tempo matches within 0.005 beats per minute, or as hundredths within 0.5.
That allows for rounding in the library and on the way. It does not allow for the constant
offset that encoders add to local lossy files.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from types import MappingProxyType

from auditor.known.model import POSITIONS, KnownValue

_WITHIN_S = 0.001
_ROUNDING = 1e-9
UNITS = MappingProxyType(
    {"s": 1, "ms": 1e3, "us": 1e6, "samples-44100": 44.1e3, "samples-48000": 48e3}
)
_BPM_UNITS = MappingProxyType({"bpm": (1, 0.005), "bpm-hundredths": (100, 0.5)})

Number = int | float


class Numbers:
    """Known numbers, ready to be looked for."""

    def __init__(self, values: Sequence[tuple[int, KnownValue]]) -> None:
        """Take (index, known value) pairs; texts are ignored."""
        forms: dict[str, list[tuple[float, float, int]]] = {}
        for index, known in values:
            if isinstance(known.value, str):
                continue
            for unit, factor, within in _forms(known):
                centre = known.value * factor
                room = within + _ROUNDING * max(centre, 1.0)
                forms.setdefault(unit, []).append((centre - room, centre + room, index))
        self._forms = {unit: sorted(ranges) for unit, ranges in forms.items()}
        self._reach = {
            unit: max(high - low for low, high, _ in ranges) for unit, ranges in forms.items()
        }
        self._edges = _union([one for ranges in self._forms.values() for one in ranges])
        """Beginnings and ends of disjoint ranges in turn: an odd place lies inside one."""

    def search(self, values: Sequence[Number]) -> list[tuple[int, int, str]]:
        """Return (place in `values`, index of the known value, unit), one per pair and unit."""
        edges = self._edges
        near = [place for place, value in enumerate(values) if bisect_right(edges, value) & 1]
        return [
            (place, index, unit)
            for place in near
            for unit in self._forms
            for index in self._exactly(values[place], unit)
        ]

    def _exactly(self, value: Number, unit: str) -> list[int]:
        ranges = self._forms[unit]
        first = bisect_left(ranges, (value - self._reach[unit],))
        last = bisect_right(ranges, (value, float("inf")))
        return [index for low, high, index in ranges[first:last] if low <= value <= high]


def spelled(known: KnownValue) -> set[str]:
    """Return the texts that spell a known number whole: with a point, in ms, as a clock."""
    if isinstance(known.value, str):
        return set()
    if known.kind not in POSITIONS:
        return {f"{known.value:.2f}", f"{known.value:g}", str(round(known.value * 100))}
    found: set[str] = set()
    nearest = round(known.value * 1000)
    for ms in (nearest - 1, nearest, nearest + 1):
        minutes, rest = divmod(ms, 60_000)
        clock = f"{rest // 1000:02}.{rest % 1000:03}"
        found |= {str(ms), f"{ms / 1000:.3f}", f"{ms / 1000}", f"{minutes}:{clock}"}
        found |= {f"{minutes:02}:{clock}", f"00:{minutes:02}:{clock}"}
    return found | {str(round(known.value * rate)) for rate in (44_100, 48_000)}


def _forms(known: KnownValue) -> list[tuple[str, float, float]]:
    if known.kind in POSITIONS:
        return [(unit, factor, _WITHIN_S * factor) for unit, factor in UNITS.items()]
    return [(unit, factor, within) for unit, (factor, within) in _BPM_UNITS.items()]


def _union(ranges: list[tuple[float, float, int]]) -> list[float]:
    edges: list[float] = []
    for low, high, _ in sorted(ranges):
        if edges and low <= edges[-1]:
            edges[-1] = max(edges[-1], high)
        else:
            edges += [low, high]
    return edges
