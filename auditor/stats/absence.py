"""What silence is worth: how many clean tries there were, and whether coverage was still growing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats.clock import seconds
from auditor.stats.summary import unopened
from auditor.stats.thresholds import CONFIDENCE, FLUSH_S, LEAD_S, MIN_READABLE

Times = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]


def bound(tries: int) -> float:
    """Return the highest sending rate that `tries` clean tries leave open, at 95 % confidence.

    1 − 0.05^(1/n): the exact binomial bound for no success in n tries. It presumes that sending
    is independent from action to action. 1 without a try.
    """
    return float(1 - (1 - CONFIDENCE) ** (1 / tries)) if tries else 1.0


def enough(marks: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Flags:
    """Say for each mark whether enough could be read around it, or nothing left.

    Of connections that nobody could open only the sum is known: it counts where they began.
    """
    exchanges, closed = tables["exchanges"], unopened(tables["connections"])
    opens = seconds(marks["start"]).to_numpy(dtype=float) - LEAD_S
    closes = seconds(marks["end"]).to_numpy(dtype=float) + FLUSH_S
    sent = _sums(exchanges["time"], exchanges["bytes_out"], opens, closes)
    read = _sums(exchanges["time"], exchanges["bytes_read"], opens, closes)
    shut = _sums(closed["started"], closed["bytes_up"], opens, closes)
    return np.asarray(read >= MIN_READABLE * (sent + shut))


def settled(marks: pd.DataFrame, fields: pd.DataFrame) -> int:
    """Count the last repetitions of these marks that brought no new field, so no new endpoint.

    A field counts when it left for the first time before the last repetition was over and what it
    caused could have been sent; what leaves first when the program ends is no growth.
    """
    if marks.empty:
        return 0
    start, end = (seconds(marks[name]).to_numpy(dtype=float) for name in ("start", "end"))
    first = seconds(fields["first"]).dropna().to_numpy(dtype=float)
    first = first[first <= end.max() + FLUSH_S]
    newest = float(first.max()) if len(first) else -np.inf
    return int((start - LEAD_S > newest).sum())


def at_exit(marks: pd.DataFrame, fields: pd.DataFrame) -> pd.DataFrame:
    """Return the fields that left for the first time after the last action had been flushed."""
    done = marks[marks["action"] != "idle"]
    if done.empty:
        return fields.iloc[:0]
    return fields[seconds(fields["first"]) > seconds(done["end"]).max() + FLUSH_S]


def _sums(
    times: pd.Series[pd.Timestamp], sizes: pd.Series[int], opens: Times, closes: Times
) -> Times:
    at = seconds(times).to_numpy(dtype=float)
    order = np.argsort(at, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(sizes.to_numpy(dtype=float)[order])])
    first = np.searchsorted(at[order], opens, "left")
    last = np.searchsorted(at[order], closes, "right")
    return np.asarray(total[last] - total[first])
