"""Marks against observations: windows, idle windows, and positions found again."""

import json

import pandas as pd
import pytest

from auditor.stats import windows
from auditor.stats.attribution import attribute
from auditor.stats.firm import by_receiver
from auditor.tables.frames import frame
from auditor.tables.schema import TABLES

T = 1_700_000_000.0


def marks(*rows: tuple[str, str, float, float, dict[str, object]]) -> pd.DataFrame:
    full = [
        (number, action, category, T + start, T + end, json.dumps(values), False, False, None)
        for number, (action, category, start, end, values) in enumerate(rows)
    ]
    return frame(full, TABLES["marks"])


def seen(
    *rows: tuple[str, float, float | None, float, str], strength: str = "strong"
) -> pd.DataFrame:
    """Build observations: category, time it left, time it happened, number, unit."""
    full = [
        (0, number, T + left, None if told is None else T + told, "tidal", "e", "", "body", "p", "v",
         value, unit, category, strength, "r", "observed", "", 0)
        for number, (category, left, told, value, unit) in enumerate(rows)
    ]  # fmt: skip
    return frame(full, TABLES["observations"])


def kinds(**values: int) -> pd.DataFrame:
    """Build what was sent of each kind of data, to one receiver."""
    full = [("tidal", category, count, count, "strong") for category, count in values.items()]
    return frame(full, TABLES["kinds"])


def audited(done: pd.DataFrame, left: pd.DataFrame, **values: int) -> dict[str, pd.DataFrame]:
    return {"marks": done, "observations": left, "kinds": kinds(**values)}


def test_lanes_count_what_is_not_listed_too() -> None:
    lanes = windows.lanes(audited(marks(), seen(("seek", 25, None, 0, "s")), seek=7, cue=2), ())
    assert {name: lane["observed"] for name, lane in lanes.items()} == {"seek": 7, "cue": 2}


def test_followed_uses_the_time_the_message_tells() -> None:
    done = marks(("seek", "seek", 10, 10, {}), ("seek", "seek", 50, 50, {}))
    batch = seen(("seek", 90, 11, 0, "s"))
    assert list(windows.annotate(done, batch, ())["followed"]) == [True, False]


@pytest.mark.parametrize(("left", "hit"), [(8.4, False), (8.5, True), (15, True), (15.1, False)])
def test_window_edges(left: float, hit: bool) -> None:
    done = marks(("seek", "seek", 10, 10, {}))
    assert (
        bool(windows.annotate(done, seen(("seek", left, None, 0, "s")), ())["followed"].iloc[0])
        is hit
    )


def test_weak_observations_never_count() -> None:
    done = marks(("seek", "seek", 10, 10, {}))
    weak = seen(("seek", 11, None, 0, "s"), strength="weak")
    assert not windows.annotate(done, weak, ())["followed"].any()
    assert windows.lanes(audited(done, weak), ())["seek"]["observed"] == 0


def test_positions_are_found_in_seconds_and_milliseconds() -> None:
    done = marks(
        ("cue-jump", "cue", 10, 10, {"position_s": 61.2}),
        ("cue-jump", "cue", 30, 30, {"position_s": 61.2}),
        ("loop-on", "loop", 50, 54, {"in_s": 8.0, "out_s": 10.0}),
        ("loop-on", "loop", 70, 74, {"in_s": 8.0, "out_s": 10.0}),
        ("crossfade", "transition", 90, 95, {"overlap_s": 8.0}),
    )
    places = seen(
        ("seek", 99, 10.3, 61.25, "s"),
        ("seek", 99, 30.3, 61.6, "s"),
        ("seek", 99, 52, 8100, "ms"),
        ("seek", 99, 52, 10050, "ms"),
        ("seek", 99, 72, 8000, "ms"),
        ("seek", 99, 92, 8000, "ms"),
    )
    result = windows.annotate(done, places, {"cue-jump", "loop-on", "crossfade"})
    assert list(result["matched"]) == [True, False, True, False, False]
    assert list(result["error_s"].dropna().round(3)) == [0.05, 0.1]
    assert not windows.annotate(done, places, ())["matched"].any()


def test_lanes_count_idle_windows_too() -> None:
    done = marks(("seek", "seek", 10, 10, {}), ("idle", "", 20, 30, {}), ("idle", "", 40, 50, {}))
    dot = seen(("seek", 25, None, 0, "s"))
    lane = windows.lanes(audited(windows.annotate(done, dot, ()), dot, seek=1), {"seek"})["seek"]
    assert (lane["did"], lane["followed"], lane["moved"], lane["matched"]) == (1, 0, 1, 0)
    assert (lane["observed"], lane["idle"], lane["idle_hit"]) == (1, 2, 1)


def exchanges(*rows: tuple[float, int, int]) -> pd.DataFrame:
    full = [
        (n, 0, "i", "http", "", T + time, "tidal", "TIDAL", "streaming service", "e", True, "POST", "h", 200,
         "seek", 1, out, read, 0)
        for n, (time, out, read) in enumerate(rows)
    ]  # fmt: skip
    return frame(full, TABLES["exchanges"])


def test_readable_share_counts_refused_connections() -> None:
    done = marks(("seek", "seek", 10, 10, {}))
    shut = [("c", "refused-by-client", T + 12, None, "x", "", "x", 300, 0, "", "")]
    tables = {
        "exchanges": exchanges((11, 100, 100), (500, 1000, 0)),
        "connections": frame(shut, TABLES["connections"]),
    }
    assert windows.readable(done, tables) == 0.25
    nothing = {"exchanges": exchanges(), "connections": frame([], TABLES["connections"])}
    assert windows.readable(done, nothing) is None


def test_readable_share_looks_at_every_window() -> None:
    done = marks(
        ("seek", "seek", 0, 0, {}), ("seek", "seek", 30, 30, {}), ("seek", "seek", 500, 500, {})
    )
    rows = exchanges(
        (0, 10, 10), (60, 10, 0), (90, 10, 0), (91, 10, 0), (499, 10, 0), (560, 10, 0), (561, 10, 0)
    )
    tables = {"exchanges": rows, "connections": frame([], TABLES["connections"])}
    assert windows.readable(done, tables) == 0.25


def dense() -> pd.DataFrame:
    """Ten jumps and ten idle windows, in turns."""
    return marks(
        *(("seek", "seek", 40 * n, 40 * n + 1, {}) for n in range(10)),
        *(("idle", "", 40 * n + 15, 40 * n + 30, {}) for n in range(10)),
    )


def test_a_clock_that_is_off_is_corrected() -> None:
    done = dense()
    late = seen(*(("seek", 400, 40 * n - 3, 0, "s") for n in range(10)))
    assert not windows.annotate(done, late, ())["followed"].any()
    clocks = windows.Clocks({"tidal": -4.0}, ())
    assert list(windows.annotate(done, late, (), clocks)["followed"]) == [True] * 10 + [False] * 10


def test_what_leaves_by_a_clock_follows_nothing() -> None:
    done = dense()
    beats = seen(*(("seek", 40 * n + 1, None, 0, "s") for n in range(10)))
    assert windows.annotate(done, beats, ())["followed"].sum() == 10
    clocks = windows.Clocks({}, {("tidal", "e")})
    assert not windows.annotate(done, beats, (), clocks)["followed"].any()
    told = seen(*(("seek", 400, 40 * n + 1, 0, "s") for n in range(10)))
    assert windows.annotate(done, told, (), clocks)["followed"].sum() == 10


def test_marks_keep_their_order_whenever_they_were_noted() -> None:
    done = dense().iloc[::-1].reset_index(drop=True)
    one = seen(("seek", 81, None, 0, "s"))
    flags = windows.annotate(done, one, ())
    assert done.loc[flags["followed"], "start"].dt.second.tolist() == [
        (pd.Timestamp(T + 80, unit="s")).second
    ]


def test_counts_are_those_of_the_test() -> None:
    """The lane, the claim and the test of the cause say the same numbers."""
    done = dense()
    some = seen(*(("seek", 40 * n + 2, None, 0, "s") for n in range(8)), ("seek", 22, None, 0, "s"))
    tables = {
        "marks": done,
        "observations": some,
        "exchanges": exchanges((0, 1, 1)),
        "fields": fields_of_one(),
        "connections": frame([], TABLES["connections"]),
        "unread": frame([], TABLES["unread"]),
    }
    tables["attribution"] = attribute(tables).table
    tables["marks"] = windows.annotate(done, some, ())
    seeks = tables["marks"][tables["marks"]["category"] == "seek"]
    mine = by_receiver(some)["seek", "tidal"]
    counts = windows.AtOnce(tables).counted(seeks, "seek", "tidal", mine)
    assert (counts.followed, counts.idle, counts.idle_hit, counts.by_clock) == (8, 10, 1, False)
    rows = [{"category": "seek", "idle": 10, "idle_hit": counts.idle_hit}]
    lane = windows.lanes(tables | {"kinds": kinds(seek=9)}, (), rows)["seek"]
    assert (lane["followed"], lane["idle"], lane["idle_hit"]) == (8, 10, 1)


def fields_of_one() -> pd.DataFrame:
    row = ("tidal", "e", "", "body", "p", 9, 9, "string", 9, "x", "seek", "strong", "", "r",
           "observed", "", "", T, T)  # fmt: skip
    return frame([row], TABLES["fields"])


def test_without_idle_windows_the_plain_window_counts() -> None:
    done = marks(("seek", "seek", 10, 10, {}))
    some = seen(("seek", 12, None, 0, "s"))
    tables = {"marks": done, "attribution": frame([], TABLES["attribution"])}
    mine = by_receiver(some)["seek", "tidal"]
    at_once = windows.AtOnce(tables)
    assert at_once.counted(done, "seek", "tidal", mine) == windows.Counts(1, 0, 0)
    assert at_once.counted(done.iloc[:0], "seek", "tidal", mine) == windows.Counts(0, 0, 0)
