"""Permutation tests within blocks, for many columns at once; corrections and intervals.

The labels (with the action, or control) are shuffled inside each block, so a drift between blocks
cannot pass for an effect. The statistic is the sum of a column over the labelled windows. All tests
ask one side: more with the action than without it.
"""

from __future__ import annotations

from functools import lru_cache
from math import lgamma
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

BATCH = 1 << 23
"""Numbers that one batch of permutations may hold: 32 MiB at four bytes."""

CLOSE = 1e-7
"""Relative room for sums in another order, so that equal ones count as equal."""


def shuffled(
    labels: Flags, blocks: Numbers, count: int, chance: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Return `count` rows of labels, shuffled inside each block; one column per window."""
    rows = np.zeros((count, len(labels)), dtype=np.float32)
    for block in np.unique(blocks):
        places = np.flatnonzero(blocks == block)
        chosen = int(labels[places].sum())
        order = np.argsort(chance.random((count, len(places)), dtype=np.float32), axis=1)
        rows[np.arange(count)[:, None], places[order[:, :chosen]]] = 1.0
    return rows


def exceeding(
    columns: Matrix, labels: Flags, blocks: Numbers, count: int, chance: np.random.Generator
) -> Numbers:
    """Count, per column, the permutations whose sum is at least the observed one.

    `columns` has one row per window. Memory does not grow with `count`.
    """
    values = np.ascontiguousarray(columns, dtype=np.float32)
    told = labels.astype(np.float32) @ values
    least = told - CLOSE * np.abs(told)
    width = max(values.shape[1], 4 * len(labels), 1)
    size = max(1, min(count, BATCH // width))
    found = np.zeros(values.shape[1], dtype=np.int64)
    for start in range(0, count, size):
        rows = shuffled(labels, blocks, min(size, count - start), chance)
        found += (rows @ values >= least).sum(axis=0)
    return found


def drawn(
    columns: Matrix,
    labels: Flags,
    blocks: Numbers,
    chance: np.random.Generator,
    counts: tuple[int, ...] = (10_000, 100_000),
) -> Matrix:
    """Return p = (b+1)/(m+1) per column, b of m permutations being as extreme as what was seen.

    Columns with b below 20 are drawn again with the next of `counts`: a correction over thousands
    of tests needs finer steps there.
    """
    result = np.ones(columns.shape[1])
    open_ = np.arange(columns.shape[1])
    for count in counts:
        if not len(open_):
            break
        found = exceeding(columns[:, open_], labels, blocks, count, chance)
        result[open_] = (found + 1) / (count + 1)
        open_ = open_[found < 20]  # noqa: PLR2004
    return result


def counted(columns: Matrix, labels: Flags, blocks: Numbers) -> tuple[Matrix, Matrix]:
    """Return p of yes/no columns over all arrangements, and the least p their hits allow.

    The sum then follows a hypergeometric distribution in each block, independent of the others.
    This is (b+1)/(m+1) with m+1 all arrangements. The least p does not depend on the labels.
    """
    sizes, chosen, hits = [], [], []
    for block in np.unique(blocks):
        mine = blocks == block
        sizes.append(int(mine.sum()))
        chosen.append(int(labels[mine].sum()))
        hits.append(columns[mine].sum(axis=0))
    told = columns[labels].sum(axis=0)
    kinds, inverse = np.unique(np.array(hits, dtype=np.int64).T, axis=0, return_inverse=True)
    tails = [_tail(sizes, chosen, kind.tolist()) for kind in kinds]
    places = inverse.ravel().tolist()
    p = [float(tails[kind][int(sum_)]) for kind, sum_ in zip(places, told.tolist(), strict=True)]
    least = [float(tails[kind][_most(chosen, kinds[kind].tolist())]) for kind in places]
    return np.array(p), np.array(least)


def _most(chosen: list[int], hits: list[int]) -> int:
    return sum(min(k, h) for k, h in zip(chosen, hits, strict=True))


def _tail(sizes: list[int], chosen: list[int], hits: list[int]) -> Matrix:
    """Return P(sum ≥ s) for every s from 0 on."""
    total = np.ones(1)
    for n, k, h in zip(sizes, chosen, hits, strict=True):
        total = np.convolve(total, _chances(n, k, h))
    return np.minimum(np.cumsum(total[::-1])[::-1], 1.0)


@lru_cache(maxsize=1 << 16)
def _chances(n: int, k: int, h: int) -> Matrix:
    """Return the chance of 0, 1, … hits among k of n windows, h of which are hits."""
    part = np.zeros(min(k, h) + 1)
    for x in range(max(0, k + h - n), min(k, h) + 1):
        part[x] = np.exp(_choose(h, x) + _choose(n - h, k - x) - _choose(n, k))
    return part


def _choose(n: int, k: int) -> float:
    """Return the logarithm of the binomial coefficient."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def adjusted(p: Matrix) -> Matrix:
    """Return q after Benjamini and Hochberg (1995): p · tests / rank, made monotone."""
    count = len(p)
    order = np.argsort(p)[::-1]
    raised = p[order] * count / np.arange(count, 0, -1)
    q = np.empty(count)
    q[order] = np.minimum(np.minimum.accumulate(raised), 1.0)
    return q


def wilson(hits: Matrix, tries: Matrix, z: float = 1.96) -> tuple[Matrix, Matrix]:
    """Return Wilson's score interval of a share."""
    share = hits / tries
    middle = (share + z * z / (2 * tries)) / (1 + z * z / tries)
    half = z * np.sqrt(share * (1 - share) / tries + z * z / (4 * tries**2)) / (1 + z * z / tries)
    return middle - half, middle + half


def newcombe(hits: Matrix, tries: int, control: Matrix, controls: int) -> tuple[Matrix, Matrix]:
    """Return the 95 % interval of a difference of two shares (Newcombe 1998, method 10)."""
    one, other = hits / tries, control / controls
    low1, high1 = wilson(hits, np.full_like(one, tries))
    low2, high2 = wilson(control, np.full_like(other, controls))
    change = one - other
    return (
        change - np.sqrt((one - low1) ** 2 + (high2 - other) ** 2),
        change + np.sqrt((high1 - one) ** 2 + (other - low2) ** 2),
    )


def resampled(
    columns: Matrix, labels: Flags, chance: np.random.Generator, count: int = 1000
) -> tuple[Matrix, Matrix]:
    """Return the 95 % bootstrap interval of the difference of two means, per column."""
    values = np.asarray(columns, dtype=np.float64)
    size = max(1, BATCH // max(1, 2 * count))
    lows, highs = [np.zeros(0)], [np.zeros(0)]
    weights = _weights(labels, count, chance)
    for start in range(0, values.shape[1], size):
        low, high = np.quantile(weights @ values[:, start : start + size], [0.025, 0.975], axis=0)
        lows.append(low)
        highs.append(high)
    return np.concatenate(lows), np.concatenate(highs)


def _weights(labels: Flags, count: int, chance: np.random.Generator) -> Matrix:
    weights = np.zeros((count, len(labels)))
    for sign, mine in ((1.0, labels), (-1.0, ~labels)):
        size = int(mine.sum())
        weights[:, mine] = sign * chance.multinomial(size, np.full(size, 1 / size), count) / size
    return weights
