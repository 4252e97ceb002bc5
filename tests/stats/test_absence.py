"""What silence is worth: the bound, clean repetitions, and when coverage stopped growing."""

import pandas as pd
import pytest

from auditor.stats import absence
from auditor.tables.build import frame
from auditor.tables.schema import TABLES
from tests.stats.made import T, exchanges, fields, marks


def connections(*rows: tuple[float, str, int]) -> pd.DataFrame:
    full = [
        (str(n), outcome, T + at, None, "x", "", "x", up, 0, "", "")
        for n, (at, outcome, up) in enumerate(rows)
    ]
    return frame(full, TABLES["connections"])


def test_bound_is_the_exact_binomial_one() -> None:
    for tries in (5, 14, 59):
        assert (1 - absence.bound(tries)) ** tries == pytest.approx(0.05)
    assert absence.bound(59) == pytest.approx(0.05, abs=0.001)
    assert absence.bound(0) == 1


def test_clean_repetitions() -> None:
    done = marks(("cue-set", 0, 0), ("cue-set", 100, 101), ("cue-set", 200, 201))
    tables = {
        "exchanges": exchanges((1, 100, 80), (102, 100, 79)),
        "connections": connections((205, "decrypted", 500)),
    }
    assert absence.enough(done, tables).sum() == 2, "readable, sealed, and nothing that was closed"
    tables["connections"] = connections((205, "refused-by-client", 1))
    assert absence.enough(done, tables).sum() == 1


def test_settled_counts_repetitions_after_the_last_new_field() -> None:
    done = marks(("seek", 0, 0), ("seek", 100, 100), ("seek", 200, 200), ("seek", 300, 300))
    assert absence.settled(done, fields(1, 40)) == 3
    assert absence.settled(done, fields(1, 205)) == 1
    assert absence.settled(done, fields(1, 359)) == 0
    assert absence.settled(done, fields(1, 361)) == 3, "what leaves first at the end is no growth"
    assert absence.settled(done.iloc[:0], fields(1)) == 0


def test_fields_that_left_only_at_the_end() -> None:
    done = marks(("seek", 0, 0), ("idle", 100, 900))
    assert absence.at_exit(done, fields(5, 61)).index.tolist() == [1]
