"""Windows around what the tester did, and matched windows in which he did nothing.

Every mark opens a window a little before it and lets it run on for a while. In a dense schedule a
window ends where the next one begins, so that nobody's data counts for his neighbour. Windows of
an action and of idle times are cut to one length: a longer one would catch more by accident.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats.clock import seconds
from auditor.stats.thresholds import BLOCK_S, FLUSH_S, LAG_S, LEAD_S

LAGS = {
    "with": "within 5 seconds",
    "soon": "5 to 60 seconds later",
    "flush": "in the next message of the same kind",
}
"""How long after an action its data may leave; declared before anything was looked at."""

IDLE = "idle"

Times = npt.NDArray[np.floating[Any]]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trials:
    """All windows of a session, in order of their start; times in seconds since 1970."""

    action: npt.NDArray[np.object_]
    start: Times
    end: Times
    opens: Times
    closes: Times
    block: Numbers
    """Labels may be exchanged inside a block only."""

    @property
    def idle(self) -> Flags:
        """Say which windows are idle ones."""
        return np.asarray(self.action == IDLE, dtype=bool)

    def actions(self) -> list[str]:
        """Return what was done, in the order in which it first came."""
        return [str(one) for one in dict.fromkeys(self.action.tolist()) if one != IDLE]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Windows of one action and their controls, in one lag."""

    labels: Flags
    """Which of these windows are the action's."""
    places: Numbers
    """Which windows of the session they are."""
    block: Numbers
    opens: Times
    closes: Times


def make_trials(marks: pd.DataFrame) -> Trials:
    """Return the windows of all marks."""
    ordered = marks.assign(from_=seconds(marks["start"]), to=seconds(marks["end"]))
    ordered = ordered.sort_values(["from_", "to"], kind="stable")
    start, end = ordered["from_"].to_numpy(dtype=float), ordered["to"].to_numpy(dtype=float)
    opens, closes = _spans(start, end)
    return Trials(
        action=ordered["action"].astype(object).to_numpy(),
        start=start,
        end=end,
        opens=opens,
        closes=closes,
        block=_blocks(start, [_condition(values) for values in ordered["values"]]),
    )


def near(trials: Trials, action: str) -> Contrast:
    """Contrast an action's windows with idle windows, up to `LAG_S` after it.

    Idle windows lie in the middle of the idle time.
    """
    mine, idle = np.flatnonzero(trials.action == action), np.flatnonzero(trials.idle)
    length = trials.closes - trials.opens
    most = min(float(np.median(length[mine])), float(np.median(length[idle])))
    spare = np.maximum(length[idle] - most, 0.0) / 2
    opens = np.concatenate([trials.opens[mine], trials.opens[idle] + spare])
    ends = np.concatenate([trials.closes[mine], trials.closes[idle]])
    return _contrast(trials, (mine, idle), opens, np.minimum(ends, opens + most))


def late(trials: Trials, action: str) -> Contrast:
    """Contrast an action with all other windows, from `LAG_S` to `FLUSH_S` after it.

    So much later other things have been done, and idle windows alone are too few to tell which of
    them is followed. The order is random: what else was done is nearly the same for all windows.
    """
    both = _split(trials, action)
    end = trials.end[np.concatenate(both)]
    return _contrast(trials, both, end + LAG_S, end + FLUSH_S)


def every(trials: Trials, action: str) -> Contrast:
    """Contrast an action with all other windows, whenever their next batch left."""
    both = _split(trials, action)
    places = np.concatenate(both)
    return _contrast(trials, both, trials.start[places], trials.end[places])


def _split(trials: Trials, action: str) -> tuple[Numbers, Numbers]:
    mine = trials.action == action
    return np.flatnonzero(mine), np.flatnonzero(~mine)


def _contrast(
    trials: Trials, both: tuple[Numbers, Numbers], opens: Times, closes: Times
) -> Contrast:
    labels = np.arange(len(opens)) < len(both[0])
    places = np.concatenate(both)
    return Contrast(labels, places, trials.block[places], opens, closes)


def _spans(start: Times, end: Times) -> tuple[Times, Times]:
    """Return where windows open and close: before the next action, at most `LAG_S` after the end."""
    ended = np.sort(end)
    place = np.searchsorted(ended, start, "right")
    # What ended at the very start may be the mark itself: it has no length then.
    own = (end <= start).astype(int)
    before = np.where(place > own, ended[np.maximum(place - own - 1, 0)], -np.inf)
    opens = start - np.minimum(LEAD_S, (start - before) / 4)
    after = np.searchsorted(start, end, "right")
    bound = np.append(opens, np.inf)[after]
    return opens, np.minimum(end + LAG_S, np.maximum(bound, end))


def _blocks(start: Times, conditions: list[str]) -> Numbers:
    """Return the number of each window's block: stretches of about `BLOCK_S` in one condition of the protocol."""
    changed = np.array(
        [place > 0 and one != conditions[place - 1] for place, one in enumerate(conditions)]
    )
    run = np.cumsum(changed) if len(changed) else np.zeros(0, dtype=np.int64)
    block = np.zeros(len(start), dtype=np.int64)
    for number in np.unique(run):
        mine = np.flatnonzero(run == number)
        span = float(start[mine[-1]] - start[mine[0]])
        parts = max(1, round(span / BLOCK_S))
        place = (start[mine] - start[mine[0]]) / max(span, 1e-9) * parts
        block[mine] = np.minimum(place.astype(np.int64), parts - 1) + block.max() + 1
    return block


def _condition(values: str) -> str:
    told = json.loads(values) if values else {}
    return str(told.get("condition", "")) if isinstance(told, dict) else ""
