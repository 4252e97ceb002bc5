"""Attribution: finds what follows an action and how; leaves alone what goes by accident or a clock."""

import pandas as pd
import pytest

from auditor.stats.attribution import attribute
from auditor.tables.schema import TABLES
from tests.stats.made import exchanges, fields, marks, observations, sealed
from tests.test_bench import load

STEP = 40.0
SEEKS = [("seek", STEP * n, STEP * n + 1) for n in range(10)]
IDLE = [("idle", STEP * n + 18, STEP * n + 26) for n in range(10)]
AFTER = [end + 0.5 for _, _, end in SEEKS]
MARKS = marks(*SEEKS, *IDLE)


def tables(rows: pd.DataFrame, count: int = 1, **more: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        "marks": MARKS,
        "exchanges": exchanges((0, 10, 10)),
        "fields": fields(*[0.0] * count),
        "observations": rows,
        **sealed(),
        **more,
    }


def field(found: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    found = found[found["field"] >= 0]
    for name, value in wanted.items():
        found = found[found[name] == value]
    return found


def test_presence_at_once() -> None:
    rows = observations(*[(0, at, None, "x") for at in AFTER])
    found = attribute(tables(rows)).table
    [one] = field(found, lag="with").to_dict("records")
    assert (one["statistic"], one["action"], one["clock"]) == ("presence", "seek", "arrival")
    assert (one["n"], one["hit"], one["controls"], one["control_hit"]) == (10, 10, 10, 0)
    assert one["p"] == pytest.approx(1 / 184_756)
    assert one["q"] < 1e-4
    assert (one["effect"], one["baseline"]) == (1, 0)
    assert 0.5 < one["low"] < one["high"] <= 1


def test_columns_are_those_of_the_schema() -> None:
    promised = {column.name: column.dtype for column in TABLES["attribution"]}
    rows = observations(*[(0, at, None, "x") for at in AFTER])
    for made in (tables(rows), tables(rows, marks=MARKS.iloc[:0])):
        found = attribute(made).table
        assert {name: str(kind) for name, kind in found.dtypes.items()} == promised


def test_event_time_counts_where_it_is_told() -> None:
    rows = observations(*[(0, 390, at, "x") for at in AFTER])
    [one] = field(attribute(tables(rows)).table, statistic="presence").to_dict("records")
    assert (one["clock"], one["hit"]) == ("message", 10)


def test_value_that_changes_where_presence_says_nothing() -> None:
    """A field in every window, with another value after each seek."""
    times = sorted(
        [*AFTER, *[start + 4 for _, start, _ in IDLE], *[end + 3 for _, _, end in SEEKS]]
    )
    values = [str(sum(at > seek for seek in AFTER) + (at in AFTER)) for at in times]
    rows = observations(*[(0, at, at, value) for at, value in zip(times, values, strict=True)])
    found = field(attribute(tables(rows)).table, lag="with")
    change = found[found["statistic"] == "change"].iloc[0]
    assert (change["hit"], change["control_hit"]) == (9, 0), "the first has nothing before it"
    assert change["q"] < 0.01
    assert not (found[found["statistic"] == "presence"]["q"] <= 0.05).any()


def test_count_where_presence_says_nothing() -> None:
    often = [at + n / 10 for at in AFTER for n in range(3)]
    rows = observations(
        *[(0, at, at, "x") for at in [*often, *[start + 4 for _, start, _ in IDLE]]]
    )
    found = field(attribute(tables(rows)).table, lag="with", statistic="count")
    [one] = found.to_dict("records")
    assert one["effect"] == pytest.approx(2)
    assert one["q"] < 0.01
    assert one["low"] <= 2 <= one["high"]


def test_known_values_are_a_statistic_of_their_own() -> None:
    every = [*AFTER, *[start + 4 for _, start, _ in IDLE]]
    rows = observations(*[(0, at, at, "x") for at in every])
    rows["known"] = pd.array([True] * 10 + [False] * 9 + [pd.NA], dtype="boolean")
    [one] = field(attribute(tables(rows)).table, statistic="known").to_dict("records")
    assert (one["hit"], one["control_hit"]) == (10, 0)
    assert one["q"] < 0.01


def test_batch_without_event_times_is_found_in_the_next_message() -> None:
    """Every 20 seconds a message; the field is in it when a seek lay before it."""
    sent = [STEP * n + 7 for n in range(11)] + [STEP * n + 30 for n in range(10)]
    rows = observations(
        *[(0, at, None, "x") for at in sent], *[(1, at, None, "y") for at in sent if at % STEP == 7]
    )
    rows["exchange"] = [*range(len(sent)), *[n for n, at in enumerate(sent) if at % STEP == 7]]
    found = field(attribute(tables(rows, 2)).table, lag="flush", field=1).iloc[0]
    assert (found["hit"], found["controls"], found["control_hit"]) == (10, 10, 0)
    assert found["q"] < 0.01


def test_heartbeat_is_kept_apart() -> None:
    """It beats with the schedule, so it would pass for a reaction."""
    beats = [STEP * n + 1.5 for n in range(11)]
    rows = observations(*[(0, at, None, "x") for at in beats])
    found = attribute(tables(rows, exchanges=exchanges(*[(at, 10, 10) for at in beats])))
    assert [one["period_s"] for one in found.rhythms] == [STEP]
    assert field(found.table, lag="with").empty
    assert not (found.table["q"] <= 0.05).any()


def test_few_windows_are_told_but_not_tested() -> None:
    few = marks(*SEEKS[:5], *IDLE[:5])
    rows = observations(*[(0, at, None, "x") for at in AFTER[:5]])
    found = attribute(tables(rows, marks=few))
    [one] = field(found.table, lag="with").to_dict("records")
    assert (one["hit"], one["control_hit"]) == (5, 0)
    assert pd.isna(one["q"])
    assert found.tests == 0


def test_same_seed_same_table_whatever_the_dtype() -> None:
    rows = observations(*[(0, at + n / 10, at, str(n)) for at in AFTER for n in range(3)])
    one = attribute(tables(rows)).table
    texts = ["receiver", "category", "strength", "value", "endpoint"]
    coded = rows.assign(**{name: rows[name].astype("category") for name in texts})
    pd.testing.assert_frame_equal(one, attribute(tables(coded)).table)


def test_clock_of_a_receiver_is_corrected() -> None:
    starts = [40.0 * n + (7 * n) % 11 for n in range(10)]
    done = marks(
        *[("seek", at, at) for at in starts], *[("idle", at + 15, at + 23) for at in starts]
    )
    rows = observations(*[(0, 390, at - 89.5, "x") for at in starts])
    found = attribute(tables(rows, marks=done))
    assert found.offsets["tidal"] == pytest.approx(-89.5, abs=0.6)
    assert field(found.table, statistic="presence")["hit"].tolist() == [10]


def test_simulated_sessions() -> None:
    """A fast part of what docs/simulation.md shows."""
    simulate = load("simulate")
    wrong = [len(simulate.named(simulate.session((), 10, seed, 8))) for seed in range(4)]
    assert sum(wrong) <= 1
    plant = simulate.Planted("cue-set", 0.95, batch=(30.0, 300.0), skew=-0.8)
    pairs = simulate.named(simulate.session([plant], 9, 5))
    assert pairs.to_numpy().tolist() == [["planted-cue-set", "cue-set"]]


def test_power_is_that_of_the_plan() -> None:
    """Sent after 95 % of actions, in 5 % of idle windows: 0.74 with 10 repetitions, 0.99 with 15."""
    rows = {line.split(" | ")[0]: line for line in load("simulate").power(20, 1)}
    for repeat, expected in (("| 10", 0.74), ("| 12", 0.90), ("| 15", 0.99)):
        assert float(rows[repeat].split(" | ")[3].strip(" |")) == pytest.approx(expected, abs=0.03)
