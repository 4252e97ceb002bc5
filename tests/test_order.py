"""Results depend on what was captured, not on what was read before it."""

from collections import Counter
from functools import cache
from itertools import combinations

import pandas as pd
import pytest

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.tables.store import Audit
from tests.sample_result import KEY, NAMES, SAMPLES

SMALL = [name for name in NAMES if name != "tidal-web-player"]


@cache
def audited(*names: str) -> Audit:
    return run_audit([SAMPLES / name for name in names], load_catalogue(), KEY)


def counts(audit: Audit) -> Counter[tuple[str, ...]]:
    """Count messages by content, observations by kind and values by field, per receiver."""
    tables = audit.tables
    exchanges = tables["exchanges"].groupby(["receiver", "endpoint", "content"])["messages_out"]
    kinds = tables["observations"].groupby(["receiver", "category", "strength", "rule"]).size()
    fields = tables["fields"].groupby(["receiver", "endpoint", "event", "context", "path"])["count"]
    found: Counter[tuple[str, ...]] = Counter()
    for name, numbers in (("m", exchanges.sum()), ("o", kinds), ("f", fields.sum())):
        found.update({(name, *key): int(number) for key, number in numbers.items()})
    return found


@pytest.mark.parametrize(("one", "other"), list(combinations(SMALL, 2)))
def test_two_captures_give_the_sum_of_both(one: str, other: str) -> None:
    alone = counts(audited(one)) + counts(audited(other))
    assert sum(alone.values())
    assert counts(audited(one, other)) == alone
    assert counts(audited(other, one)) == alone


def test_same_captures_give_the_same_tables() -> None:
    first = audited(*SMALL[:2])
    audited.cache_clear()
    again = audited(*SMALL[:2])
    assert again is not first
    assert (again.facts, again.claims) == (first.facts, first.claims)
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)
