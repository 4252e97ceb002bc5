"""Which data follows which action: every field against every action, corrected for their number.

For each column of `auditor.stats.responses`, each action and each lag of `auditor.stats.trials`:
windows of the action against windows without it (idle ones for what follows at once), labels shuffled within blocks, one-sided,
p = (b+1)/(m+1). Yes/no statistics are counted over all arrangements; sums by drawn permutations.
q after Benjamini and Hochberg over all tests of the audit, which is one application.

Not tested is what cannot become significant whatever the labels (see `REACHABLE_P`): that choice does
not look at them, so it costs no honesty. Not tested by arrival is what goes by a clock of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor.stats import permutation
from auditor.stats.periodic import periodic
from auditor.stats.responses import TEXTS, Matrix, Numbers, Responses, make_responses
from auditor.stats.thresholds import MAX_Q, REACHABLE_P
from auditor.stats.trials import Contrast, Trials, every, late, make_trials, near

STATISTICS = ("presence", "count", "change", "known", "bytes")

_CONTRASTS = {"with": near, "soon": late, "flush": every}
_SUMS = ("count", "bytes")
_SUMMED = ("with", "flush")
"""Lags in which sums are tested too: a minute holds what many actions did."""
_NUMBERS = ("n", "hit", "controls", "control_hit")
_SHARES = ("baseline", "effect", "low", "high", "p", "least")


@dataclass(frozen=True, slots=True)
class Attribution:
    """What was found, and what it was found in."""

    table: pd.DataFrame
    """See `auditor.tables.schema`: every row with a q of at most 0.05, the best row of each column
    and action that hit anything, and all rows of kinds of data."""
    tests: int
    """How many tests q is corrected for."""
    rhythms: list[dict[str, Any]]
    """From `auditor.stats.periodic`."""
    offsets: dict[str, float]
    """Receivers whose times were corrected, and by how many seconds."""


def attribute(tables: dict[str, pd.DataFrame], seed: int = 0) -> Attribution:
    """Test everything that left against everything that was done; the same seed, the same table."""
    rhythms = periodic(tables["exchanges"], seed)
    trials = make_trials(tables["marks"])
    if not trials.actions():
        return Attribution(_empty(), 0, rhythms, {})
    pairs = {(one["receiver"], one["endpoint"]) for one in rhythms}
    responses = make_responses(tables, trials, pairs)
    parts = list(_tests(responses, trials, np.random.default_rng(seed)))
    found = pd.concat(parts, ignore_index=True) if parts else _none()
    tested = found["least"].to_numpy(dtype=float) <= REACHABLE_P
    q = np.full(len(found), np.nan)
    q[tested] = permutation.adjusted(found["p"].to_numpy(dtype=float)[tested])
    kept = _kept(found.assign(q=q), responses.columns)
    return Attribution(
        _named(kept, responses.columns), int(tested.sum()), rhythms, responses.offsets
    )


def _tests(
    responses: Responses, trials: Trials, chance: np.random.Generator
) -> Iterator[pd.DataFrame]:
    for action in trials.actions():
        for lag, contrast_of in _CONTRASTS.items():
            if lag == "with" and not trials.idle.any():
                continue
            contrast = contrast_of(trials, action)
            if contrast.labels.all():
                continue
            yield from _lag(responses, contrast, lag, action, chance)


def _lag(
    responses: Responses,
    contrast: Contrast,
    lag: str,
    action: str,
    chance: np.random.Generator,
) -> Iterator[pd.DataFrame]:
    """Yield the tests of one action in one lag, one frame per statistic."""
    allowed = _allowed(responses.columns, lag)
    source = responses.batched if lag == "flush" else responses.happened
    present: Matrix | None = None
    for statistic in STATISTICS:
        if statistic == "count" or statistic not in {"presence", *source}:
            continue
        if statistic == "bytes" and lag not in _SUMMED:
            continue
        values = source["count" if statistic == "presence" else statistic].counted(
            contrast, len(responses.columns)
        )
        if statistic == "presence":
            present = values
        use = _of(statistic, allowed)
        yield _rows(values, use, contrast, (action, statistic, lag), chance)
    if present is not None and lag in _SUMMED:
        use = _of("count", allowed) & (present.max(axis=0, initial=0.0) > 1)
        yield _rows(present, use, contrast, (action, "count", lag), chance)


def _allowed(columns: pd.DataFrame, lag: str) -> dict[str, npt.NDArray[np.bool_]]:
    """Say which columns may be tested: in all ways (`free`), or only for what their values say."""
    told = columns["told"].to_numpy(dtype=bool)
    field = columns["field"].to_numpy() >= 0
    sealed = columns["context"].isin(["message", "connection", "unread"]).to_numpy()
    by_clock = columns["beats"].to_numpy(dtype=bool) & ~told
    inside = field & ~told if lag == "flush" else np.ones(len(columns), dtype=bool)
    return {
        "free": inside & (~by_clock | (lag == "flush")),
        "said": inside & field,
        "sealed": sealed & ~by_clock,
    }


def _of(statistic: str, allowed: dict[str, npt.NDArray[np.bool_]]) -> npt.NDArray[np.bool_]:
    if statistic in {"change", "known"}:
        return allowed["said"]
    return allowed["sealed"] if statistic == "bytes" else allowed["free"]


def _rows(
    values: Matrix,
    use: npt.NDArray[np.bool_],
    contrast: Contrast,
    names: tuple[str, str, str],
    chance: np.random.Generator,
) -> pd.DataFrame:
    """Return the rows of one action, statistic and lag."""
    places = np.flatnonzero(use & (values > 0).any(axis=0))
    mine, labels = values[:, places], contrast.labels
    hit = mine > 0
    n, controls = int(labels.sum()), int((~labels).sum())
    hits, control = hit[labels].sum(axis=0), hit[~labels].sum(axis=0)
    if names[1] in _SUMS:
        more = mine > mine.min(axis=0, initial=np.inf)
        least = _counted(more, contrast)[1]
        ready = least <= REACHABLE_P
        p, low, high = (np.full(len(places), np.nan) for _ in range(3))
        drawn = np.log1p(mine) if names[1] == "bytes" else mine
        p[ready] = permutation.drawn(drawn[:, ready], labels, contrast.block, chance)
        effect: Matrix = mine[labels].mean(axis=0) - mine[~labels].mean(axis=0)
        low[ready], high[ready] = permutation.resampled(mine[:, ready], labels, chance)
    else:
        p, least = _counted(hit, contrast)
        effect = hits / n - control / controls
        low, high = permutation.newcombe(hits.astype(float), n, control.astype(float), controls)
    action, statistic, lag = names
    return pd.DataFrame(
        {
            "column": places,
            "action": action,
            "statistic": statistic,
            "lag": lag,
            "n": n,
            "hit": hits,
            "controls": controls,
            "control_hit": control,
            "baseline": control / controls,
            "effect": effect,
            "low": low,
            "high": high,
            "p": p,
            "least": least,
        }
    )


def _counted(hit: npt.NDArray[np.bool_], contrast: Contrast) -> tuple[Matrix, Matrix]:
    if not hit.shape[1]:
        return np.zeros(0), np.zeros(0)
    return permutation.counted(hit.astype(float), contrast.labels, contrast.block)


def _kept(found: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows that say nothing: memory must not grow with all that was tested."""
    best = (
        found[found["hit"] > 0]
        .sort_values("p", kind="stable")
        .drop_duplicates(["column", "action"])
        .index
    )
    kind = (columns["context"] == "kind").to_numpy()[found["column"].to_numpy(dtype=np.int64)]
    shown = kind & (found["statistic"] == "presence")
    use: pd.Series[bool] = (found["q"] <= MAX_Q) | found.index.isin(best) | shown
    return found[use].sort_values(["p", "column", "action"], kind="stable", ignore_index=True)


def _named(found: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    rows: Numbers = found["column"].to_numpy(dtype=np.int64)
    names = columns.iloc[rows].reset_index(drop=True)
    told = names["told"].to_numpy(dtype=bool)
    data: dict[str, Any] = {"field": names["field"].astype("int64")}
    data |= {name: names[name].astype("string") for name in TEXTS}
    data |= {name: found[name].astype("string") for name in ("action", "statistic", "lag")}
    data["clock"] = pd.Series(np.where(told, "message", "arrival"), dtype="string")
    data |= {name: found[name].astype("int64") for name in _NUMBERS}
    data |= {name: found[name].astype("float64") for name in (*_SHARES[:-1], "q")}
    return pd.DataFrame(data)


def _none() -> pd.DataFrame:
    texts = {name: pd.Series(dtype="object") for name in ("action", "statistic", "lag")}
    whole = {name: pd.Series(dtype="int64") for name in ("column", *_NUMBERS)}
    return pd.DataFrame(
        {**texts, **whole, **{name: pd.Series(dtype="float64") for name in _SHARES}}
    )


def _empty() -> pd.DataFrame:
    columns = pd.DataFrame({name: pd.Series(dtype="object") for name in TEXTS})
    columns = columns.assign(field=pd.Series(dtype="int64"), told=pd.Series(dtype="bool"))
    return _named(_none().assign(q=pd.Series(dtype="float64")), columns)
