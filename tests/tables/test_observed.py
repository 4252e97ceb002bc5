"""The list of observations has an end: what is kept depends on the exchanges alone."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from auditor.pipeline import Sent
from auditor.redact import Redactor
from auditor.tables import observed as module
from auditor.tables.build import build_tables
from auditor.tables.collect import Collector
from tests.sample_result import KEY
from tests.tables.made import FIRM, KINDS, SITE, WEAK, column, exchange, said

MOST = 60
COUNT = 150
SPARED = frozenset({7, 8, 140})


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", MOST)


def collect(
    numbers: range, every: int = 1000, spared: frozenset[int] = frozenset(), rows: int = 3
) -> Collector:
    collector = Collector(Redactor(KEY), KINDS)
    for number in numbers:
        passage = said(column(*range(number, number + rows)), FIRM, WEAK, FIRM)
        sent = (Sent(0, float(number), 10, (passage,), ()),)
        collector.add(0, exchange(number), SITE, sent, spare=number in spared)
        if number % every == 0:
            collector.count()
    collector.count()
    return collector


def rows(collector: Collector) -> pd.DataFrame:
    return build_tables(collector)["observations"]


def test_as_many_as_there_may_be_are_all_kept() -> None:
    alone = collect(range(MOST // 3))
    assert alone.observed.total == len(alone.observed) == len(rows(alone)) == MOST


@pytest.mark.parametrize("spared", [frozenset(), SPARED], ids=["none", "some"])
def test_the_same_exchanges_are_kept_in_any_portions(spared: frozenset[int]) -> None:
    """All rows of an exchange or none, and all that are counted elsewhere; not too few."""
    alone = collect(range(COUNT), spared=spared)
    assert alone.observed.total == 3 * COUNT
    assert sum(row[3] for row in alone.carried) == 2 * COUNT  # type: ignore[misc]
    found = rows(alone)
    assert MOST / 4 < len(found) <= MOST
    assert set(found.groupby("exchange").size()) == {3}
    assert spared <= set(found["exchange"])
    assert found["number"].tolist() == [
        float(one) for number in found["exchange"][::3] for one in range(number, number + 3)
    ]
    pd.testing.assert_frame_equal(rows(collect(range(COUNT), 4, spared)), found)
    parts = (range(3), range(3, COUNT, 2), range(4, COUNT, 2))
    shares = [(part, 10 * number + 9) for number, part in enumerate(parts)]
    for order in (shares, shares[::-1]):
        first, *others = [collect(*share, spared) for share in order]
        for other in others:
            first.merge(pickle.loads(pickle.dumps(other.gathered())))  # noqa: S301 - our own
        assert first.observed.total == 3 * COUNT
        pd.testing.assert_frame_equal(rows(first), found)


def test_few_rows_are_thinned_when_they_meet_many() -> None:
    """Though there is room for them: whoever has taken them, they are not kept."""
    found = rows(collect(range(COUNT - 20)))
    assert len(found) <= MOST - 6
    assert {0, 1, 2} - set(found["exchange"])
    for first, second in ((range(3), range(3, COUNT - 20)), (range(3, COUNT - 20), range(3))):
        merged = collect(first)
        merged.merge(collect(second).gathered())
        pd.testing.assert_frame_equal(rows(merged), found)


def test_what_is_spared_is_kept_however_much_it_is() -> None:
    alone = collect(range(COUNT), spared=frozenset(range(COUNT)))
    assert len(rows(alone)) == 3 * COUNT
    shared = collect(range(0, COUNT, 2), spared=frozenset(range(COUNT)))
    shared.merge(collect(range(1, COUNT, 2)).gathered())
    kept = set(rows(shared)["exchange"])
    assert {*range(0, COUNT, 2)} <= kept
    assert len(kept) < COUNT / 2 + 5


def test_neighbours_are_not_alike() -> None:
    """Exchanges of one kind may come in turns: of each turn some are kept."""
    kept = set(rows(collect(range(COUNT), rows=1))["exchange"])
    assert len(kept) > MOST / 4
    for turn in (2, 3, 4):
        shares = [sum(one % turn == part for one in kept) for part in range(turn)]
        assert min(shares) > len(kept) / turn / 2
