"""Follow each playhead through its reports: what was heard without a break, where it jumped."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from auditor.reconstruct.records import SAME_S, Jump, Pause, Report, Stretch

RATES = (0.84, 1.16)
"""Track seconds per second that need no jump to explain them: the usual range of a pitch fader."""

BREAK_S = 0.25
"""A shorter rest at the same place is no pause: players need it to start again."""

_RANK = {"stop": 0, "jump": 1, "position": 2, "fetch": 2, "start": 3}
"""Order of reports of one moment: a player stops before it starts elsewhere."""


def sessions(reports: Iterable[Report]) -> Iterator[tuple[str, str, list[Report]]]:
    """Yield session, track and reports in order; a session that changes its track is two."""
    apart: defaultdict[str, list[Report]] = defaultdict(list)
    for one in reports:
        apart[one.session or one.track].append(one)
    for session, mine in apart.items():
        mine.sort(key=lambda one: (one.time, _RANK[one.kind]))
        part: list[Report] = []
        for one in mine:
            if part and one.track and _track(part) not in {"", one.track}:
                yield session, _track(part), part
                part = []
            part.append(one)
        yield session, _track(part), part


def stretches(reports: Sequence[Report]) -> list[Stretch]:
    """Return what one playhead played without a break, from its reports in order of time."""
    head = _Playhead(tells_stops=any(one.kind == "stop" for one in reports))
    for one in reports:
        head.take(one)
    return head.finish()


class _Playhead:
    """State of one playhead while its reports are read."""

    def __init__(self, *, tells_stops: bool) -> None:
        self.tells_stops = tells_stops
        self.done: list[Stretch] = []
        self.points: list[tuple[float, float | None]] = []
        self.stopped = False

    def take(self, one: Report) -> None:
        """Take the next report."""
        if one.kind == "stop":
            self._stop(one)
        elif one.kind == "jump":
            self._jump(one)
        elif not self.points:
            self._open(one.time, one.position_s)
        elif one.kind == "fetch" or self._fits(one.time, one.position_s):
            self.points.append((one.time, one.position_s))
        elif self._rests(one.position_s):
            if len(self.points) > 1:
                self._close()
            self._open(one.time, one.position_s)
        else:
            self._close(one.time)
            self._open(one.time, one.position_s)

    def finish(self) -> list[Stretch]:
        """Return the stretches."""
        self._close()
        return self.done

    def _stop(self, one: Report) -> None:
        if self.points and self._fits(one.time, one.position_s):
            self.points.append((one.time, one.position_s))
        elif self.points:
            # It jumped somewhere since the last report: how long it played there is not known.
            self._close(one.time)
            self._open(one.time, one.position_s)
        self._close()
        self.stopped = True

    def _jump(self, one: Report) -> None:
        if self.points:
            if one.position_s is not None:
                self.points.append((one.time, one.position_s))
            self._close(one.time)
        elif self.stopped:
            return  # The next start tells where playback went on.
        self._open(one.time, one.to_s)

    def _open(self, time: float, position: float | None) -> None:
        self.points = [(time, position)]
        self.stopped = False

    def _close(self, until: float | None = None) -> None:
        """End the stretch: at its last report, or playing on `until` a later moment."""
        if self.points:
            last = self.points[-1][0]
            tail = None if until is None or until <= last else (until, self._expected(until))
            self.done.append(Stretch(tuple(self.points), tail))
        self.points = []

    def _expected(self, time: float) -> float | None:
        last, position = self.points[-1]
        return None if position is None else position + time - last

    def _rests(self, position: float | None) -> bool:
        """Say whether the playhead has not left its place since the last report.

        Of a player that tells its stops, it was sent back there.
        """
        if self.tells_stops:
            return False
        known = self.points[-1][1]
        return position is not None and known is not None and abs(position - known) <= SAME_S

    def _fits(self, time: float, position: float | None) -> bool:
        """Say whether undisturbed playback leads from the last report to this one."""
        last, known = self.points[-1]
        if position is None or known is None:
            return True
        low, high = (rate * (time - last) for rate in RATES)
        return low - 2 * SAME_S <= position - known <= high + 2 * SAME_S


def moves(pieces: Sequence[Stretch]) -> tuple[list[Jump], list[Pause]]:
    """Return the jumps and pauses between the stretches of one play.

    A place counts as heard when an earlier stretch covered it.
    """
    jumps, pauses = [], []
    heard: list[tuple[float, float]] = []
    for before, after in pairwise(pieces):
        _widen(heard, before)
        gap, stayed = after.start - before.end, _same(before.end_s, after.start_s)
        if gap >= (BREAK_S if stayed else 2 * BREAK_S):
            pauses.append(Pause(before.end, after.start, before.end_s))
        if not stayed or _unplaced(before, after):
            known = after.start_s is not None and _holds(heard, after.start_s)
            last = before.points[-1][0]
            jumps.append(Jump(after.start, before.end_s, after.start_s, last, heard=known))
    return jumps, pauses


def _widen(heard: list[tuple[float, float]], piece: Stretch) -> None:
    """Add what a stretch covered to sorted spans that do not touch each other."""
    if piece.start_s is None or piece.end_s is None:
        return
    low, high = piece.start_s - SAME_S, piece.end_s + SAME_S
    first = bisect_left(heard, low, key=lambda span: span[1])
    last = bisect_right(heard, high, key=lambda span: span[0])
    if first < last:
        low, high = min(low, heard[first][0]), max(high, heard[last - 1][1])
    heard[first:last] = [(low, high)]


def _holds(heard: Sequence[tuple[float, float]], place: float) -> bool:
    number = bisect_right(heard, place, key=lambda span: span[0]) - 1
    return number >= 0 and place <= heard[number][1]


def _unplaced(before: Stretch, after: Stretch) -> bool:
    """Say whether a jump without places lies between: nothing else ends a stretch without a rest."""
    return before.end_s is None and after.start_s is None and after.start <= before.end


def _same(one: float | None, other: float | None) -> bool:
    return one is None or other is None or abs(one - other) <= SAME_S


def _track(reports: Sequence[Report]) -> str:
    return next((one.track for one in reversed(reports) if one.track), "")
