"""Times as seconds since 1970, for arithmetic."""

from __future__ import annotations

import pandas as pd

_ZERO = pd.Timestamp(0, tz="UTC")


def seconds(times: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    """Return times as seconds since 1970; missing ones stay missing."""
    return (times - _ZERO).dt.total_seconds()


def happened(observations: pd.DataFrame) -> pd.Series[float]:
    """Return when an observation happened: by its own account, else when it left."""
    return seconds(observations["event_time"]).fillna(seconds(observations["time"]))
