"""Parts of the observations are found by number, and hold what the plain conditions hold."""

import random

import numpy as np
import pandas as pd
import pytest

from auditor.stats.clock import happened
from auditor.stats.firm import Part, by_category, by_receiver, coded, firm_rows
from auditor.tables.build import frame
from auditor.tables.schema import TABLES


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    chance = random.Random(3)  # noqa: S311
    rows = []
    for number in range(600):
        told = None if chance.random() < 0.5 else 1e9 - number
        category = chance.choice(["seek", "loop", "playback", ""])
        who = chance.choice(["tidal", "b.example", "c.example"])
        strength = chance.choice(["strong", "medium", "weak"])
        if (category, who) == ("loop", "tidal"):
            strength, told = "medium", None
        rows.append(
            (number // 9, number // 3 % 3, 1e9 + number, told, who, "e", "", "body", "p", "v",
             None, "", category, strength, "r", "observed", "", chance.randrange(40))
        )  # fmt: skip
    return frame(rows, TABLES["observations"])


def test_parts_are_what_plain_conditions_find(observations: pd.DataFrame) -> None:
    firm = observations[observations["strength"] != "weak"]
    assert firm_rows(observations).tolist() == firm.index.tolist()
    parts = by_receiver(observations)
    assert len(parts) == 12
    for (category, receiver), part in parts.items():
        mine = firm[(firm["category"] == category) & (firm["receiver"] == receiver)]
        assert part.rows.tolist() == mine.index.tolist()
        assert part.fields == sorted(set(mine["field"]))
        assert part.tells_time == mine["event_time"].notna().any()
        assert part.times.tolist() == sorted(happened(mine))
    assert {part.tells_time for part in parts.values()} == {True, False}


def test_kinds_stand_in_the_order_in_which_they_came(observations: pd.DataFrame) -> None:
    firm = observations[observations["strength"] != "weak"]
    found = by_category(observations)
    assert list(found) == firm["category"].unique().tolist()
    assert sum(map(len, found.values())) == len(firm)


def test_nothing_is_found_in_nothing(observations: pd.DataFrame) -> None:
    for table in (observations.iloc[:0], observations[observations["strength"] == "weak"]):
        assert not by_category(table)
        assert not by_receiver(table)
    nothing = Part(observations, np.zeros(0, dtype=np.int64))
    assert (nothing.fields, nothing.times.tolist()) == ([], [])
    assert not nothing.tells_time


def test_what_is_missing_belongs_nowhere(observations: pd.DataFrame) -> None:
    gaps = observations.iloc[:9].assign(
        strength=pd.Categorical(["strong", None, "strong"] * 3),
        receiver=pd.Categorical([None, "a", "a"] * 3),
        category="seek",
    )
    assert coded(gaps["receiver"])[0].tolist() == [-1, 0, 0] * 3
    assert {key: part.rows.tolist() for key, part in by_receiver(gaps).items()} == {
        ("seek", "a"): [2, 5, 8]
    }
