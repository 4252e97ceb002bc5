"""Permutation tests: exact where they can be, the same when drawn, calibrated, and fast."""

import time
from math import comb

import numpy as np
import pytest

from auditor.stats import permutation

ONE_BLOCK = np.zeros(30, dtype=np.int64)
HALF = np.arange(30) < 15


def column(hits: int, control: int) -> np.ndarray:
    rows = np.zeros(30)
    rows[:hits] = 1
    rows[15 : 15 + control] = 1
    return rows[:, None]


@pytest.mark.parametrize(("hits", "control"), [(15, 0), (14, 1), (10, 5), (3, 9)])
def test_counted_is_the_hypergeometric_tail(hits: int, control: int) -> None:
    p, least = permutation.counted(column(hits, control), HALF, ONE_BLOCK)
    total = hits + control
    ways = [
        comb(15, k) * comb(15, total - k) for k in range(max(0, total - 15), min(15, total) + 1)
    ]
    worse = sum(comb(15, k) * comb(15, total - k) for k in range(hits, min(15, total) + 1))
    assert p[0] == pytest.approx(worse / sum(ways))
    assert least[0] == pytest.approx(ways[-1] / sum(ways))


def test_counted_multiplies_blocks() -> None:
    blocks = np.repeat([0, 1], 15)
    labels = np.tile(np.arange(15) < 5, 2)
    p, least = permutation.counted(labels.astype(float)[:, None], labels, blocks)
    assert p[0] == pytest.approx(comb(15, 5) ** -2)
    assert least[0] == pytest.approx(p[0])


def test_drawn_agrees_with_counted() -> None:
    chance = np.random.default_rng(1)
    columns = (chance.random((30, 50)) < 0.4).astype(float)
    blocks = np.repeat([0, 1, 2], 10)
    labels = np.tile([True, False], 15)
    exact, _ = permutation.counted(columns, labels, blocks)
    drawn = permutation.drawn(columns, labels, blocks, chance, (20_000,))
    assert np.abs(exact - drawn).max() < 0.02


def test_p_is_never_zero_and_finer_where_it_matters() -> None:
    sums = column(15, 0) * 3
    p = permutation.drawn(sums, HALF, ONE_BLOCK, np.random.default_rng(2), (1000, 20_000))
    assert p[0] == pytest.approx(1 / 20_001)


def test_labels_stay_in_their_block() -> None:
    blocks = np.array([0, 0, 0, 1, 1, 1, 1])
    labels = np.array([True, False, False, True, True, True, False])
    rows = permutation.shuffled(labels, blocks, 500, np.random.default_rng(3))
    assert set(rows[:, :3].sum(axis=1)) == {1}
    assert set(rows[:, 3:].sum(axis=1)) == {3}
    assert rows.mean(axis=0) == pytest.approx([1 / 3] * 3 + [3 / 4] * 4, abs=0.08)


def test_a_drift_between_blocks_is_no_effect() -> None:
    """In one block the action is rare and nothing leaves, in the other both are frequent."""
    blocks = np.repeat([0, 1], 20)
    labels = np.concatenate([np.arange(20) < 3, np.arange(20) < 17])
    columns = np.repeat([0.0, 1.0], 20)[:, None]
    assert permutation.counted(columns, labels, blocks)[0][0] == 1
    assert permutation.counted(columns, labels, blocks * 0)[0][0] < 1e-4


def test_adjusted_is_benjamini_and_hochberg() -> None:
    q = permutation.adjusted(np.array([0.03, 0.001, 0.02, 0.9]))
    assert q == pytest.approx([0.04, 0.004, 0.04, 0.9])
    assert not len(permutation.adjusted(np.zeros(0)))


def test_interval_of_two_shares() -> None:
    """Newcombe (1998), table II, row (a): 56/70 against 48/80 gives 0.0524 to 0.3339."""
    low, high = permutation.newcombe(np.array([56.0]), 70, np.array([48.0]), 80)
    assert (low[0], high[0]) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_interval_of_two_means_holds_the_difference() -> None:
    chance = np.random.default_rng(4)
    columns = chance.poisson(2, (30, 200)) + HALF[:, None] * chance.poisson(3, (30, 200))
    low, high = permutation.resampled(columns.astype(float), HALF, chance)
    inside = ((low < 3) & (high > 3)).mean()
    assert 0.85 < inside <= 1


def test_ten_thousand_permutations_of_500_fields_in_200_windows() -> None:
    """The task allows 30 seconds; memory is bounded by `BATCH`."""
    chance = np.random.default_rng(5)
    columns = chance.poisson(1, (200, 500)).astype(float)
    labels, blocks = np.tile([True, False], 100), np.repeat(np.arange(10), 20)
    began = time.perf_counter()
    found = permutation.exceeding(columns, labels, blocks, 10_000, chance)
    assert time.perf_counter() - began < 30
    assert 0.3 < (found / 10_000).mean() < 0.7
