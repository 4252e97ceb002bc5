from __future__ import annotations

import json

import pytest

from auditor.catalogue.model import Catalogue
from auditor.classify.events import Clock, EventFinder, is_when, moment, moment_near
from auditor.classify.lexicon import Judge
from auditor.decode import decode_message
from auditor.records import Decoded, Leaf, Message, Value


@pytest.fixture(scope="module")
def judge(catalogue: Catalogue) -> Judge:
    return Judge(catalogue.lexicon)


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
    ],
    ids=repr,
)
def test_moments(value: Value, unit: str, seconds: float | None) -> None:
    assert moment(value, unit) == seconds


def events(finder: EventFinder, leaves: list[Leaf]) -> list[str]:
    """Return the event of each leaf, one sheet for each."""
    found = finder.find(Decoded.of(leaves).sheets)
    return [mine[0] if mine else "" for mine in found]


def spoken(finder: EventFinder, body: object) -> set[tuple[str, str, Value, tuple[int, ...]]]:
    """Return event, path, value and indices of every leaf of a body that is decoded."""
    data = json.dumps(body).encode()
    sheets = decode_message(Message("out", data, len(data))).sheets
    found = finder.find(sheets)
    return {
        (events[row] if events else "", leaf.path, leaf.value, leaf.at)
        for sheet, events in zip(sheets, found, strict=True)
        for row, values in enumerate(sheet.rows)
        for leaf in (sheet.leaf(row, number) for number in range(len(values)))
    }


def test_events_of_items(judge: Judge) -> None:
    leaves = [
        Leaf.of("body", "key", "K"),
        Leaf.of("body", "batch[].name", "one", (0,)),
        Leaf.of("body", "batch[].data.x", 1, (0,)),
        Leaf.of("body", "batch[].name", "two", (1,)),
        Leaf.of("body", "batch[].data.x", 2, (1,)),
        Leaf.of("body", "batch[].data.x", 3, (2,)),
        Leaf.of("header", "user-agent", "Example"),
    ]
    found = events(EventFinder(("batch[].name",), judge), leaves)
    assert found == ["", "one", "one", "two", "two", "", ""]


def test_deepest_event_wins(judge: Judge) -> None:
    leaves = [
        Leaf.of("body", "message", "outer"),
        Leaf.of("body", "crumbs[].message", "inner", (0,)),
        Leaf.of("body", "crumbs[].data.x", 1, (0,)),
        Leaf.of("body", "contexts.x", 1),
    ]
    finder = EventFinder(("crumbs[].message", "message"), judge)
    assert events(finder, leaves) == ["outer", "inner", "inner", "outer"]


def test_rows_of_one_layout_have_events_of_their_own(judge: Judge) -> None:
    batch = [{"name": "one", "x": 1}, {"name": "two", "x": 2}, {"name": "one", "x": 3}]
    finder = EventFinder(("batch[].name",), judge)
    assert spoken(finder, {"batch": batch}) == {
        ("one", "batch[].name", "one", (0,)),
        ("one", "batch[].x", 1, (0,)),
        ("two", "batch[].name", "two", (1,)),
        ("two", "batch[].x", 2, (1,)),
        ("one", "batch[].name", "one", (2,)),
        ("one", "batch[].x", 3, (2,)),
    }


def test_lists_and_objects_inside_go_with_their_item(judge: Judge) -> None:
    batch = [{"name": "one", "x": [{"y": [1, 2]}]}, {"name": "two", "x": [{"y": [3]}, {"y": [4]}]}]
    found = spoken(EventFinder(("batch[].name",), judge), {"batch": batch})
    assert {(event, value, at) for event, path, value, at in found if path.endswith("y[]")} == {
        ("one", 1, (0, 0, 0)),
        ("one", 2, (0, 0, 1)),
        ("two", 3, (1, 0, 0)),
        ("two", 4, (1, 1, 0)),
    }


def test_all_members_of_an_object_have_one_event(judge: Judge) -> None:
    """Also where two of them are names of events: each is a member as any other."""
    item = {"event": "cue_set", "event_name": "loop_set", "x": 1}
    for body in (item, dict(reversed(item.items()))):
        found = spoken(EventFinder((), judge), [body])
        assert len(found) == 3
        assert len({event for event, *_ in found}) == 1


def test_event_in_the_query_holds_for_the_body(judge: Judge) -> None:
    leaves = [
        Leaf.of("query", "en", "cue_set"),
        Leaf.of("body", "x", 1),
        Leaf.of("path", "id", "7"),
    ]
    assert events(EventFinder(("query:en",), judge), leaves) == ["cue_set", "cue_set", ""]


def test_guess_where_nothing_is_known(judge: Judge) -> None:
    leaves = [
        Leaf.of("body", "items[].eventName", "cue_set", (0,)),
        Leaf.of("body", "items[].x", 1, (0,)),
    ]
    assert events(EventFinder((), judge), leaves) == ["cue_set", "cue_set"]


@pytest.mark.parametrize("value", ["Could not open /home/x: no such file!", "", "x" * 65, 5, None])
def test_sentences_are_no_event_names(judge: Judge, value: Value) -> None:
    leaves = [Leaf.of("body", "message", value), Leaf.of("body", "x", 1)]
    assert events(EventFinder(("message",), judge), leaves) == ["", ""]


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
