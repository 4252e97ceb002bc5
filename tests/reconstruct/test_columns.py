"""Observations as columns: the same texts and numbers as row by row."""

import math

import numpy as np
import pandas as pd
import pytest

from auditor.reconstruct.columns import Columns, Texts, address, indicated, numbers_of
from tests.reconstruct import players
from tests.reconstruct.players import a_set, tables_of


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_a_missing_text_is_an_empty_one(dtype: str) -> None:
    texts = Texts.of(pd.Series(["a", None, "b", "a"], dtype=dtype))
    assert [texts.at(row) for row in range(4)] == ["a", "", "b", "a"]
    assert texts.is_in({"a", ""}).tolist() == [True, True, False, True]
    assert texts.told(len, np.array([2, 1])).tolist() == [1, 0]


def test_each_text_is_asked_once_and_others_never() -> None:
    asked: list[str] = []
    texts = Texts.of(pd.Series(["a", "b", "a", "c"], dtype="category"))
    assert (
        texts.fits(lambda text: bool(asked.append(text)), np.array([0, 2, 1])).tolist()
        == [False] * 3
    )
    assert sorted(asked) == ["a", "b"]


def test_numbers_may_be_written_as_texts() -> None:
    values = ["7", "7", "1e3", "inf", "nan", "play", "1" * 24]
    numbers = [3.0, *[math.nan] * 6]
    found = numbers_of(pd.DataFrame({"number": numbers, "value": values}))
    assert found[:3].tolist() == [3.0, 7.0, 1000.0]
    assert np.isnan(found[3:]).all()


def test_a_field_that_is_not_in_the_table_indicates_nothing() -> None:
    fields = pd.DataFrame({"indicates": ["seek cue", None]})
    found = indicated(fields, np.array([1, 0, -1, 2, 0]))
    assert found == [
        frozenset(),
        frozenset({"seek", "cue"}),
        frozenset(),
        frozenset(),
        frozenset({"seek", "cue"}),
    ]


def test_messages_and_addresses_are_those_of_the_rows() -> None:
    table = tables_of([*players.tidal(a_set()), *players.unknown(a_set())])["observations"]
    columns = Columns.of(table)
    keys = list(zip(table["exchange"], table["message"], strict=True))
    assert len(columns.begins) == len(set(keys)) + 1
    assert [keys[begin] for begin in columns.begins[:-1]] == list(dict.fromkeys(keys))
    where = [address(*pair) for pair in zip(table["receiver"], table["endpoint"], strict=True)]
    assert "tidal/event-batch" in where
    for wanted in set(where):
        assert columns.sent_to({wanted}).tolist() == [one == wanted for one in where]
