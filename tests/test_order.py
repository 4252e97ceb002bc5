"""Results depend on what was captured, not on what was read before it."""

from collections import Counter
from functools import cache
from itertools import combinations

import pandas as pd
import pytest

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.classify import endpoint, events, fields, interpreter, lexicon, plans, senses
from auditor.decode import members, walk
from auditor.pipeline import Pipeline
from auditor.records import Exchange, Site
from auditor.sources import open_capture
from auditor.tables import meanings, show
from auditor.tables.store import Audit
from tests.sample_result import KEY, NAMES, SAMPLES

SMALL = [
    "amplitude-python",
    "segment-node",
    "sentry-node",
    "synthetic-hostile",
    "tidal-web-player-short",
]
"""Not all: every pair of them is audited twice."""


@cache
def audited(*names: str) -> Audit:
    return run_audit([SAMPLES / name for name in names], load_catalogue(), KEY)


def counts(audit: Audit) -> Counter[tuple[str, ...]]:
    """Count messages by content, observations by kind and values by field, per receiver."""
    tables = audit.tables
    exchanges = tables["exchanges"].groupby(["receiver", "endpoint", "content"])["messages_out"]
    kinds = tables["observations"].groupby(["receiver", "category", "strength", "rule"]).size()
    counted = tables["fields"].groupby(["receiver", "endpoint", "event", "context", "path"])[
        "count"
    ]
    found: Counter[tuple[str, ...]] = Counter()
    for name, numbers in (("m", exchanges.sum()), ("o", kinds), ("f", counted.sum())):
        found.update({(name, *key): int(number) for key, number in numbers.items()})
    return found


def said(pipeline: Pipeline, exchange: Exchange) -> tuple[Site, list[tuple[object, ...]]]:
    site, sent = pipeline.run(exchange)
    return site, [((one.index, one.time, one.size), one.observations, one.unread) for one in sent]


FORGETFUL = [
    (endpoint, "_MEMORY"),
    (events, "_MEMORY"),
    (fields, "_MEMORY"),
    (interpreter, "_MEMORY"),
    (lexicon, "_MEMORY"),
    (plans, "_MEMORY"),
    (senses, "_MEMORY"),
    (members, "_MOST"),
    (walk, "_MOST_PLAIN"),
    (meanings, "_MEMORY"),
    (show, "_MEMORY"),
]
"""Modules that remember what they worked out, and how much of it."""


def test_what_is_remembered_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who forget nearly everything at once say the same; so does a message read again."""
    names = ("tidal-web-player-short", "synthetic-hostile")
    exchanges = [one for name in names for one in open_capture(SAMPLES / name).exchanges]
    wanted = [said(Pipeline(load_catalogue()), one) for one in exchanges]
    tables = audited(*names).tables
    for module, name in FORGETFUL:
        monkeypatch.setattr(module, name, 1)
    pipeline = Pipeline(load_catalogue())
    assert [said(pipeline, one) for one in exchanges] == wanted
    again = run_audit([SAMPLES / name for name in names], load_catalogue(), KEY).tables
    for name, table in tables.items():
        pd.testing.assert_frame_equal(again[name], table, obj=name)


def test_what_was_read_before_changes_nothing() -> None:
    """Two pipelines read everything, one of them from the end."""
    exchanges = [one for name in NAMES for one in open_capture(SAMPLES / name).exchanges]
    forth, back = Pipeline(load_catalogue()), Pipeline(load_catalogue())
    first = [said(forth, one) for one in exchanges]
    second = [said(back, one) for one in reversed(exchanges)]
    same = [one == other for one, other in zip(first, second[::-1], strict=True)]
    assert same == [True] * len(exchanges)
    assert sum(len(one) for _, sent in first for _, one, _ in sent) > 1000


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
