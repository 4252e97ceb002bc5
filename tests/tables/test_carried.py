"""What each message carries, by kind of data."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from auditor.pipeline import Sent
from auditor.records import NO_MEANING, Meaning
from auditor.tables.batch import Batch, Taken, columns
from auditor.tables.build import build_tables
from auditor.tables.carried import Carried, cells
from auditor.tables.meanings import Meanings
from auditor.tables.profile import Profiles
from tests.tables.made import (
    FIRM,
    KINDS,
    SITE,
    WEAK,
    collect,
    column,
    exchange,
    left,
    lists,
    said,
    table,
)

CUE = Meaning("cue", "medium")
TITLE = Meaning("metadata", "strong")
RULE = Meaning("other", "strong", "r")


def test_values_are_counted_by_message_and_kind() -> None:
    """In several columns and lists; what is a candidate only, and what says nothing, apart."""
    first = said(table((1, 2, 3), (4, 5, 6)), WEAK, FIRM, TITLE, FIRM, None, RULE)
    both = [
        (first, said(lists((1, 2, 3)), CUE, CUE)),
        (said(column(1, 2)),),
        (said(lists((1,)), WEAK),),
    ]
    meanings = Meanings(KINDS.interactions)
    batch = Batch()
    sent = tuple(Sent(index, 1.0, 1, mine, ()) for index, mine in enumerate(both))
    batch.add(Taken(0, exchange(0), SITE, sent))
    found = list(columns(batch, meanings, Profiles(meanings).group))
    traits = meanings.traits(KINDS.listed)
    carried = Carried.of(batch, found, traits, len(meanings.categories))
    names = list(meanings.categories)
    spelled = partial(map, lambda cell: (cell[0], names[cell[1]], cell[2]))
    assert [*spelled(cells(carried.any))] == [
        *((0, "seek", 3), (0, "cue", 2), (0, "metadata", 1), (2, "seek", 1))
    ]
    assert [*spelled(cells(carried.firm))] == [*((0, "seek", 2), (0, "cue", 2), (0, "metadata", 1))]
    assert [*spelled(cells(carried.weight))] == [
        *((0, "seek", 7), (0, "cue", 4), (0, "metadata", 3), (2, "seek", 1))
    ]
    assert [*spelled(cells(carried.best))] == [
        *((0, "seek", 3), (0, "cue", 2), (0, "metadata", 3), (2, "seek", 1))
    ]
    assert carried.whole([0, 1]).tolist() == [True, False, True]
    assert carried.whole([1]).tolist() == [True, False, False]


def test_messages_that_say_nothing() -> None:
    meanings, batch = Meanings(("seek",)), Batch()
    batch.add(Taken(0, exchange(0), SITE, (Sent(0, 1.0, 1, (), ()),)))
    carried = Carried.of(batch, [], meanings.traits(()), 2)
    assert carried.any.tolist() == carried.firm.tolist() == carried.weight.tolist() == [[0, 0]]
    assert [*cells(carried.any)] == []
    assert Carried.of(Batch(), [], meanings.traits(()), 2).any.shape == (0, 2)


def test_messages_are_counted_by_receiver_and_kind() -> None:
    """Once each, however much they carry; with all values, and how sure the surest is."""
    medium = FIRM._replace(strength="medium")
    much, less = said(column(1, 2, 3), FIRM, medium, CUE), said(column(1, 2), medium, CUE)
    sent = [
        left(0, 1.0, much),
        left(0, 2.0, less, said(column(1), medium)),
        left(1, 3.0, said(column(1), WEAK, TITLE)),
    ]
    wanted = [("one.example", "cue", 2, 2, "medium"), ("one.example", "seek", 2, 4, "strong")]
    for every in (1, 1000):
        assert collect(*sent, every=every).carried == wanted
    shares = [collect(*sent[2:]), collect(*sent[:2])]
    for first, other in (shares, shares[::-1]):
        merged = collect()
        merged.merge(first.gathered())
        merged.merge(other.gathered())
        assert merged.carried == wanted


def content(*meanings: Meaning, category: str = "other") -> object:
    collector = collect(
        left(0, 1.0, said(column(*range(len(meanings))), *meanings)),
        site=replace(SITE, category=category),
    )
    return build_tables(collector)["exchanges"]["content"][0]


def test_the_kind_that_an_exchange_is_counted_under() -> None:
    """The address says it, unless values say more: then that which most of them are."""
    assert content(NO_MEANING) == content(WEAK, WEAK) == content(TITLE) == "other"
    assert content(CUE, WEAK, WEAK) == "cue"
    assert content(CUE, FIRM, FIRM) == "seek"
    assert content(FIRM, CUE) == "seek"
    assert content(CUE, category="seek") == "seek"
    assert content(CUE, category="metadata") == "cue"
