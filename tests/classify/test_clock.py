"""When things happened, by the fields of a message."""

from __future__ import annotations

import pytest

from auditor.classify.clock import Clock, is_when, moment, moment_near, named
from auditor.decode import decode_message
from auditor.records import Leaf, Message, Value


@pytest.mark.parametrize(
    ("value", "unit", "seconds"),
    [
        (1763683200000, "unix-ms", 1763683200.0),
        ("1763683200000", "unix-ms", 1763683200.0),
        (1763683200.5, "unix-s", 1763683200.5),
        (1763683200000000, "unix-us", 1763683200.0),
        (1763683200000, "unix-s", None),
        (-1, "unix-ms", None),
        (True, "unix-s", None),
        ("soon", "unix-s", None),
        (61.2, "s", None),
        (1763683200, "", None),
        (2500, "ms-ago", 1763699997.5),
        ("2500", "ms-ago", 1763699997.5),
        (0, "ms-ago", 1763700000.0),
        (-1, "ms-ago", None),
        (1763683200000, "ms-ago", None),
        (float("nan"), "ms-ago", None),
        (10**400, "ms-ago", None),
    ],
    ids=lambda given: repr(given)[:20],
)
def test_moments(value: Value, unit: str, seconds: float | None) -> None:
    assert moment(value, unit, sent=1763700000.0) == seconds


AT = [
    Leaf.of("body", "ts", 0),
    Leaf.of("body", "b[].start", 0, (0,)),
    Leaf.of("body", "b[].end", 0, (0,)),
    Leaf.of("body", "b[].acts[].t", 0, (0, 1)),
    Leaf.of("body", "b[].start", 0, (1,)),
]
CLOCK = Clock([(leaf, float(number)) for number, leaf in enumerate(AT)])


@pytest.mark.parametrize(
    ("leaf", "named", "when"),
    [
        (Leaf.of("body", "b[].acts[].pos", 8, (0, 1)), "", 3.0),
        (Leaf.of("body", "b[].acts[].pos", 8, (0, 0)), "", 1.0),
        (Leaf.of("body", "b[].pos", 8, (0,)), "", 1.0),
        (Leaf.of("body", "b[].pos", 8, (0,)), "end", 2.0),
        (Leaf.of("body", "b[].acts[].pos", 8, (0, 0)), "end", 2.0),
        (Leaf.of("body", "b[].pos", 8, (1,)), "", 4.0),
        (Leaf.of("body", "b[].pos", 8, (2,)), "", 0.0),
        (Leaf.of("body", "other", 8), "", 0.0),
        (Leaf.of("body", "b[].pos", 8, (0,)), "ts", 0.0),
        (AT[2], "start", 2.0),
        (Leaf.of("header", "x", 8), "", None),
    ],
)
def test_nearest_time(leaf: Leaf, named: str, when: float | None) -> None:
    assert CLOCK.time_of(leaf, named) == when


def test_time_in_a_neighbouring_part() -> None:
    time = Leaf.of("body", "1.3.2.1", 0, (0, 1, 0, 0))
    clock = Clock([(time, 5.0)])
    assert clock.time_of(Leaf.of("body", "1.3.2.7", 1, (0, 0, 0, 0)), "") == 5.0
    assert clock.time_of(Leaf.of("body", "1.3.2.7", 1, (1, 0, 0, 0)), "") is None


def test_root_does_not_take_the_time_of_an_item() -> None:
    clock = Clock([(Leaf.of("body", "b[].t", 0, (0,)), 5.0)])
    assert clock.time_of(Leaf.of("body", "sent", 1), "") is None


@pytest.mark.parametrize(
    ("value", "when"),
    [
        (1_700_000_000, 1.7e9),
        (1_700_000_000_500, 1_700_000_000.5),
        ("1700000000700", 1_700_000_000.7),
        (1_700_000_000_500_000, 1_700_000_000.5),
        ("2023-11-14T22:13:20Z", 1.7e9),
        ("2023-11-14 22:13:20", 1.7e9),
        ("2023-11-14T23:13:20+01:00", 1.7e9),
        ("2023-11-14T99:13:20Z", None),
        (1_600_000_000, None),
        (61234, None),
        (True, None),
        ("yesterday", None),
    ],
)
def test_moments_near_the_message(value: Value, when: float | None) -> None:
    assert moment_near(value, 1.7e9 + 60) == when


def test_names_that_tell_a_moment() -> None:
    told = ("timestamp", "a.client_timestamp", "events[].createdAt", "x.ts", "a>event-time")
    assert all(map(is_when, told))
    assert not any(map(is_when, ("uptime", "timestamps[]", "time.zone", "start", "")))


def times(body: bytes, clock: Clock, **names: str) -> dict[str, list[float | None]]:
    """Return the moments of every column of a body; `names` say what its rules name."""
    found = {}
    for sheet in decode_message(Message("out", body, len(body))).sheets:
        places = sheet.layout.places
        plan = tuple(
            (number, names.get(place.path.rpartition(".")[2], ""))
            for number, place in enumerate(places)
        )
        whens = clock.whens(sheet, named(plan), {})
        for number, place in enumerate(places):
            leaves = list(sheet.column(number))
            rows = [row for row, values in enumerate(sheet.rows) for _ in values]
            if not sheet.layout.is_list:
                rows = list(range(len(sheet.rows)))
            found[place.path] = [whens.when(number, at, row) for at, row in enumerate(rows)]
            assert found[place.path] == [clock.time_of(leaf, dict(plan)[number]) for leaf in leaves]
    return found


def test_columns_have_the_moments_of_their_values() -> None:
    """Also lists, whose values share their object's; and where a rule names something else."""
    body = (
        b'{"b": [{"x": 1, "y": 2, "l": [5, 6]}, {"x": 3, "y": 4, "l": [7]}], "z": 8, "m": [9, 9]}'
    )
    assert times(body, CLOCK, y="end") == {
        "b[].x": [1.0, 4.0],
        "b[].y": [2.0, None],
        "b[].l[]": [1.0, 1.0, 4.0],
        "z": [0.0],
        "m[]": [0.0, 0.0],
    }


def test_first_column_without_a_moment() -> None:
    """What the other columns of its object know is not true of it."""
    clock = Clock([(Leaf.of("body", "b[].t", 0, (0,)), 5.0)])
    assert times(b'{"x": 1, "y": 2}', clock, y="b[].t") == {"x": [None], "y": [5.0]}


def test_moment_inside_of_a_list_with_plain_values() -> None:
    """A list of plain values and objects: the moment of one item is not that of the next."""
    clock = Clock([(Leaf.of("body", "l[].t", 0, (1,)), 5.0), (Leaf.of("body", "t", 0), 1.0)])
    assert clock.time_of(Leaf.of("body", "l[]", 3, (0,)), "") == 1.0
    assert times(b'{"l": [3, {"t": 0}, 4]}', clock)["l[]"] == [1.0, 1.0]
