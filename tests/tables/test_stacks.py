"""Rows of several messages on one stack: every value keeps where it came from and when it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auditor.classify.clock import Whens
from auditor.classify.passages import Passage
from auditor.pipeline import Sent
from auditor.places import exact, layout
from auditor.records import Sheet
from auditor.tables.batch import Batch, Taken, columns
from auditor.tables.meanings import Meanings
from auditor.tables.profile import Profiles
from auditor.tables.stacks import Groups, Lines, Stack
from tests.tables.made import FIRM, RULE, SITE, WEAK, exchange, lists, said, sense, table

NAN = float("nan")


def stack(*added: tuple[Sheet, int, int]) -> Stack:
    """Return the sheets of messages and groups on one stack, as if rows 10, 20 … were theirs."""
    made = Stack(added[0][0].layout)
    for number, (sheet, message, group) in enumerate(added, 1):
        made.add(said(sheet), message, 10 * number, "r", str(group))
    return made


def numbered(_: str, endpoint: str, event: str) -> int:
    """Return the number of an event of an endpoint."""
    return int(endpoint or event)


def spelled(lines: Lines) -> list[list[int]]:
    return [one.tolist() for one in lines[:-1]]


def grouped(groups: Groups) -> tuple[object, ...]:
    numbers, first, of, (which, messages) = groups
    pairs = list(zip(which.tolist(), messages.tolist(), strict=True))
    return numbers.tolist(), first.tolist(), of.tolist(), pairs


ROWS = table((1, "u"), (2, "v"), names="xy")
MORE = table((3, "w"), names="xy", first=7)
ALONE = table((4, "z"), names="xy", first=None)


def test_rows_of_messages() -> None:
    """A message with two events has two groups; one event of two messages is one."""
    made = stack((ROWS, 0, 5), (MORE, 0, 2), (MORE, 1, 5))
    assert made.column(0) == [1, 2, 3, 3]
    assert made.column(1) == ["u", "v", "w", "w"]
    assert made.sizes.tolist() == [1] * 4
    lines, groups = made.lines(numbered)
    assert spelled(lines) == [[0, 0, 0, 1], [10, 11, 20, 30], [0] * 4, [0, 1, 7, 7]]
    assert grouped(groups) == ([2, 5], [2, 0], [1, 1, 0, 1], [(0, 0), (1, 0), (1, 1)])


def test_what_stands_in_no_list_has_no_item() -> None:
    where = ALONE.layout
    assert stack((ALONE, 0, 0), (Sheet(where, ALONE.rows, [(3, 1)]), 1, 0)).lines(numbered)[
        0
    ].item.tolist() == [*(-1, 3)]


def test_rows_of_one_message_with_events_of_their_own() -> None:
    """Each row is what its event says: its group, and what its values are judged by."""
    ruled, bare = sense(ROWS.layout, (RULE,)), sense(ROWS.layout)
    made = Stack(ROWS.layout)
    senses = {"3": ruled, "4": bare}
    for message in (0, 1):
        made.add(Passage(ROWS, senses, ["3", "4"]), message, 10, "r", "")
    assert made.kinds == {("r", "", "3", ruled): 0, ("r", "", "4", bare): 1}
    lines, groups = made.lines(numbered)
    assert lines.kind.tolist() == [0, 1, 0, 1]
    senses, of_kind = made.senses()
    assert (senses, of_kind.tolist()) == ([ruled, bare], [0, 1])
    assert grouped(groups) == ([3, 4], [0, 1], [0, 1] * 2, [(0, 0), (0, 1), (1, 0), (1, 1)])


def test_values_of_one_column_are_judged_by_their_events() -> None:
    """Also where one of the rules depends on the message, and one event says nothing."""
    asking = replace(RULE, id="asking", where=(("k", 1),))
    senses = {
        "ruled": sense(MANY.layout, (RULE,)),
        "asking": sense(MANY.layout, (asking, RULE)),
        "mute": sense(MANY.layout),
    }
    events = ["asking", "mute", "ruled", "asking"]
    batch, meanings = Batch(), Meanings(())
    passages = (
        Passage(MANY, {"mute": senses["mute"]}, ["mute"] * 4),
        Passage(MANY, senses, events, {0: [asking, None, RULE, None]}),
        Passage(MANY, {"ruled": senses["ruled"]}, ["ruled"] * 4),
    )
    batch.add(Taken(0, exchange(0), SITE, (Sent(0, 1.0, 1, passages, ()),)))
    (one, other) = columns(batch, meanings, Profiles(meanings).group)
    assert other.codes is None
    assert one.codes is not None
    assert [meanings.all[code].rule for code in one.codes] == [
        *([""] * 4),
        *("asking", "", RULE.id, ""),
        *([RULE.id] * 4),
    ]


MANY = table((1, 0), (2, 0), (3, 0), (4, 0), names="xy")
LIST = lists((7, 8))
NESTED = lists((1,), (), (2, 3), path="l[][]")


def test_rows_that_are_lists() -> None:
    """Every value has a number, and the list's place in an outer list before its own."""
    made = stack((NESTED, 0, 1), (NESTED, 3, 0))
    assert made.column(0) == [1, 2, 3] * 2
    assert made.sizes.tolist() == [1, 0, 2] * 2
    lines, groups = made.lines(numbered)
    assert spelled(lines) == [
        *([0, 0, 0, 3, 3, 3], [10, 12, 12, 20, 22, 22], [0, 0, 1] * 2, [0, 2, 2] * 2)
    ]
    assert grouped(groups) == ([0, 1], [3, 0], [1, 1, 1, 0, 0, 0], [(0, 3), (1, 0)])


def test_a_list_that_stands_in_no_other() -> None:
    lines, groups = stack((LIST, 0, 0), (LIST, 1, 1)).lines(numbered)
    assert spelled(lines) == [[0, 0, 1, 1], [10, 10, 20, 20], [0, 1, 0, 1], [0, 1, 0, 1]]
    assert grouped(groups) == ([0, 1], [0, 2], [0, 0, 1, 1], [(0, 0), (1, 1)])


def test_moments_that_only_some_messages_have() -> None:
    """Before, between and after those that say nothing; some values have moments of their own."""
    made = Stack(ROWS.layout)
    own = {1: [8.0, None]}
    for whens in (None, Whens((1.0, 2.0), {}), None, Whens((), own), Whens((None, 5.0), own), None):
        made.add(said(ROWS, **({"whens": whens} if whens else {})), 0, 0, "r", "0")  # type: ignore[arg-type]
    rows = [NAN, NAN, 1.0, 2.0, NAN, NAN, NAN, NAN, NAN, 5.0, NAN, NAN]
    moments = made.moments()
    np.testing.assert_array_equal(moments, rows)
    np.testing.assert_array_equal(made.moments_of(0, moments), rows)
    other = made.moments_of(1, moments)
    np.testing.assert_array_equal(
        other, [NAN, NAN, 1.0, 2.0, NAN, NAN, 8.0, NAN, 8.0, NAN, NAN, NAN]
    )
    np.testing.assert_array_equal(moments, rows)


def test_moments_of_lists() -> None:
    """Each value has its own, or that of its row."""
    made = Stack(NESTED.layout)
    for whens in (Whens((1.0, 2.0, 3.0), {}), Whens((), {0: [None, 5.0, 6.0]})):
        made.add(said(NESTED, whens=whens), 0, 0, "r", "0")
    moments = made.moments()
    np.testing.assert_array_equal(made.moments_of(0, moments), [1.0, 3.0, 3.0, NAN, 5.0, 6.0])


def test_recognised_values_and_rules_move_up_with_their_rows() -> None:
    made = Stack(ROWS.layout)
    made.add(said(ROWS), 0, 0, "r", "0")
    made.add(said(MORE, None, WEAK, rules={0: [RULE]}), 1, 2, "r", "0")
    made.add(said(ROWS, FIRM, None, None, WEAK, rules={0: [None, RULE]}), 2, 3, "r", "0")
    assert made.known == {(2, 1): WEAK, (3, 0): FIRM, (4, 1): WEAK}
    assert made.rules == {0: [(2, [RULE]), (3, [None, RULE])]}
    assert made.ruled(0, 5) == {2: RULE, 3: None, 4: RULE}


def test_places_with_indices_of_their_own_are_columns() -> None:
    place = exact("body", "a[]")
    where = layout((place, exact("body", "b"), place), ((0,), (), (1,)))
    made = stack((Sheet(where, [("1", "2", "3")], [()]), 0, 0))
    assert [made.column(number) for number in range(3)] == [["1"], ["2"], ["3"]]
    assert spelled(made.lines(numbered)[0]) == [[0], [10], [0], [-1]]
