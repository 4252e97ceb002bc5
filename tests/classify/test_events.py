from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from auditor.catalogue.model import Catalogue
from auditor.classify.events import EventFinder, events_of, sources
from auditor.classify.lexicon import Judge
from auditor.decode import decode_message
from auditor.records import Decoded, Leaf, Message, Sheet, Value


@pytest.fixture(scope="module")
def judge(catalogue: Catalogue) -> Judge:
    return Judge(catalogue.lexicon)


def find(finder: EventFinder, sheets: Sequence[Sheet]) -> list[list[str]]:
    """Return the event of every row of each sheet; nothing where no row has one."""
    told = finder.told(sheets)
    places = finder.places(told)
    mine = [sources(one.layout.context, one.layout.home, places) for one in sheets]
    pairs = zip(sheets, mine, strict=True)
    return [events_of(one.ats, some, told) if some else [] for one, some in pairs]


def events(finder: EventFinder, leaves: list[Leaf]) -> list[str]:
    """Return the event of each leaf, one sheet for each."""
    found = find(finder, Decoded.of(leaves).sheets)
    return [mine[0] if mine else "" for mine in found]


def spoken(finder: EventFinder, body: object) -> set[tuple[str, str, Value, tuple[int, ...]]]:
    """Return event, path, value and indices of every leaf of a body that is decoded."""
    data = json.dumps(body).encode()
    sheets = decode_message(Message("out", data, len(data))).sheets
    found = find(finder, sheets)
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
