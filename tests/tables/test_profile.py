"""What is counted about a field, however the counting is shared out."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import pytest

from auditor.decode import decode_message
from auditor.records import NO_MEANING, Meaning, Value
from auditor.records import Message as Body
from auditor.tables.collect import Collector
from auditor.tables.different import DISTINCT_CAP
from auditor.tables.meanings import Meanings
from auditor.tables.profile import BITS, Counted, Profiles
from tests.tables.made import (
    FIRM,
    KINDS,
    WEAK,
    Message,
    Profile,
    collect,
    column,
    left,
    profiles,
    said,
)

RULE = Meaning("other", "weak", "r", means="a counter")


def count(*messages: Message, every: int = 1000) -> list[Profile]:
    return known(collect(*messages, every=every))


def known(collector: Collector) -> list[Profile]:
    return profiles(collector.profiles, collector.meanings.all)


def only(*messages: Message, every: int = 1000) -> Profile:
    (one,) = count(*messages, every=every)
    return one


def test_values_messages_and_times() -> None:
    one = only(left(0, 5.0, said(column(1, 1, "1"))), left(1, 3.0, said(column(True, None))))
    assert (one.count, one.messages, one.distinct) == (5, 2, 4)
    assert one.types == {int, str, bool, type(None)}
    assert (one.first, one.last, one.example, one.best) == (3.0, 5.0, "1", NO_MEANING)
    assert one.key == ("one.example", "POST /in", "", "body", "x")


def test_equal_values_of_two_fields_are_counted_for_both() -> None:
    profiles = count(*[left(n, 1.0, said(column(7, path=path))) for n, path in enumerate("aba")])
    assert [(one.key[-1], one.count, one.distinct, one.messages) for one in profiles] == [
        ("a", 2, 1, 2),
        ("b", 1, 1, 1),
    ]


def test_places_that_are_spelled_alike_are_one_field() -> None:
    """In one message, too, which then counts once."""
    ways = (said(column(7)), said(column(8, steps=("gzip",))))
    one = only(*[left(0, 1.0, way) for way in ways])
    assert (one.count, one.distinct, one.messages) == (2, 2, 2)
    one = only(left(0, 1.0, *ways))
    assert (one.count, one.distinct, one.messages) == (2, 2, 1)


def test_events_are_fields_of_their_own() -> None:
    profiles = count(*[left(0, 1.0, said(column(7), event=event)) for event in "aab"])
    assert [(one.key[2], one.count, one.distinct) for one in profiles] == [("a", 2, 1), ("b", 1, 1)]


def test_columns_and_lists_of_a_message() -> None:
    """Rows of one layout, an array, and one field that stands twice in a form."""
    body = (
        b'{"a": [{"x": 1, "y": "u"}, {"x": 2, "y": "u"}, {"x": 3.5, "y": null}], "l": [4, 4, "v"]}'
    )
    sheets = decode_message(Body("out", body, len(body))).sheets
    profiles = count(left(0, 1.0, *map(said, sheets)))
    assert {one.key[-1]: (one.count, one.distinct, one.types, one.example) for one in profiles} == {
        "a[].x": (3, 3, {int, float}, "1"),
        "a[].y": (3, 2, {str, type(None)}, "u"),
        "l[]": (3, 2, {int, str}, "4"),
    }
    form = b"a=1&b=2&a=3"
    label = "application/x-www-form-urlencoded"
    sheets = decode_message(Body("out", form, len(form), label)).sheets
    profiles = count(left(0, 1.0, *map(said, sheets)))
    assert [
        (one.key[-1], one.count, one.distinct, one.messages, one.example) for one in profiles
    ] == [("a", 2, 2, 1, "1"), ("b", 1, 1, 1, "2")]


@pytest.mark.parametrize("every", [1, 1000])
@pytest.mark.parametrize("most", [DISTINCT_CAP - 1, DISTINCT_CAP, DISTINCT_CAP + 1])
def test_different_values_are_counted_up_to_a_limit(every: int, most: int) -> None:
    sent = [left(n, 1.0, said(column(*range(n % 2, most, 2)))) for n in range(4)]
    assert only(*sent, every=every).distinct == min(most, DISTINCT_CAP)


def test_what_python_finds_equal_or_never_equal() -> None:
    """True is not 1, and all that is no number counts as one value."""
    values: Sequence[Value] = (1, True, 0, False, "1", b"1", math.nan, float("nan"), None)
    wanted = len({1, 0, "1", b"1", None}) + len({True, False}) + len({"NaN"})
    for order in (values, values[::-1]):
        assert only(left(0, 1.0, said(column(*order)))).distinct == wanted
        apart = [left(n, 1.0, said(column(one))) for n, one in enumerate(order)]
        for every in (1, 1000):
            assert only(*apart, every=every).distinct == wanted


def test_long_texts_are_told_apart() -> None:
    words = ["x" * 10_000 + end for end in "abab"] + ["short", "\ud800" * 50]
    one = only(left(0, 1.0, said(column(*words, 5))))
    assert (one.distinct, one.count) == (5, 7)
    assert one.example.endswith("… (10001 characters)")


@pytest.mark.parametrize("every", [7, 1000])
def test_secrets_are_learned_however_many_values_a_field_had_before(every: int) -> None:
    """They need not be listed, nor mean anything: their shape alone is enough."""
    words = [f"dj{number}@example.test" for number in range(3 * DISTINCT_CAP)]
    sent = [left(n, 1.0, said(column(one))) for n, one in enumerate(words)]
    assert collect(*sent, every=every).redactor.secrets == dict.fromkeys(words, "email")


def test_strongest_observation_tells_what_a_field_is() -> None:
    """The first one of equals; what comes before weighs nothing."""
    third = FIRM._replace(means="third")
    weak, firm = said(column(1), WEAK), said(column(1, 1, 2), FIRM, third)
    for every in (1, 1000):
        assert only(left(0, 1.0, weak), left(1, 1.0, firm), every=every).best == FIRM
        assert only(left(0, 1.0, firm), left(1, 1.0, weak), every=every).best == FIRM
    assert only(left(0, 1.0, said(column(1, 2, 3), WEAK, third, FIRM))).best == third
    assert only(left(0, 1.0, weak), left(1, 1.0, said(column(1), third))).best == third


def test_first_is_what_left_first_and_not_the_first_column() -> None:
    """Of two layouts with one field in common, message by message."""
    third = FIRM._replace(means="third")
    weak, firm = said(column(1), WEAK), said(column(1), FIRM)
    other = said(column(1, steps=("gzip",)), third)
    assert only(left(0, 1.0, weak), left(0, 1.0, other), left(0, 1.0, firm)).best == third
    assert only(left(0, 1.0, weak), left(0, 1.0, firm), left(0, 1.0, other)).best == FIRM
    assert only(left(0, 1.0, other, firm)).best == third


def test_fields_stand_in_the_order_in_which_they_left() -> None:
    """Also where a layout comes again, with another event, behind other fields."""
    first, second = said(column(1), event="a"), said(column(2), event="b")
    between = said(column(3, path="y"))
    for every in (1, 1000):
        profiles = count(left(0, 1.0, first, between), left(0, 1.0, second), every=every)
        assert [(one.key[2], one.example) for one in profiles] == [
            ("a", "1"),
            ("", "3"),
            ("b", "2"),
        ]


def test_rule_that_decides_nothing_is_named() -> None:
    """Where there is nothing better, whenever that comes."""
    nothing, ruled, weak = (said(column(1), *one) for one in ((), (RULE,), (WEAK,)))
    assert only(left(0, 1.0, nothing), left(1, 1.0, ruled)).best == RULE
    assert only(left(0, 1.0, ruled), left(1, 1.0, nothing)).best == RULE
    other = said(column(1), RULE._replace(rule="later"))
    for every in (1, 1000):
        assert only(left(0, 1.0, ruled), left(1, 1.0, other), every=every).best == RULE
        assert only(left(0, 1.0, ruled), left(1, 1.0, weak), every=every).best == WEAK


def test_example_is_the_first_value_that_left_in_any_portions() -> None:
    """Also where a later passage of the same message, or another layout, has the field too."""
    sent = [
        left(0, 1.0, said(column("other", path="o")), said(column("late", steps=("gzip",)))),
        left(0, 1.0, said(column("later"))),
        left(1, 1.0, said(column("last", steps=("gzip",)))),
    ]
    for every in (1, 1000):
        profiles = count(*sent, every=every)
        assert [(one.key[-1], one.example) for one in profiles] == [("o", "other"), ("x", "late")]


def test_example_is_hidden_by_the_meaning_of_that_value() -> None:
    kind = "account-id"
    secret = WEAK._replace(secret=kind)
    for meaning, shown in ((secret, "‹account-id "), (None, "4711")):
        one = only(left(0, 1.0, said(column(4711, 12), meaning, secret)))
        assert one.example.startswith(shown)


def test_sharing_out_changes_nothing() -> None:
    """Whoever takes which exchange, and in whatever order the shares are put together."""
    later = FIRM._replace(means="third")
    sent = [
        left(0, 9.0, said(column("a", "b"))),
        left(0, 9.0, said(column(1, path="late"), WEAK._replace(means="one"))),
        left(1, 4.0, said(column(True, "b"), RULE)),
        left(2, 6.0, said(column(1, *range(60)), WEAK)),
        left(2, 6.0, said(column(5, path="new"))),
        left(3, 2.0, said(column(*range(30, 90)), FIRM)),
        left(4, 8.0, said(column(math.nan), later)),
        left(4, 8.0, said(column("x" * 50, path="new"), event="e")),
        left(5, 1.0, said(column(float("nan"), "x" * 50), FIRM._replace(means="last"))),
        left(5, 1.0, said(column(2, path="late"), WEAK._replace(means="two"))),
    ]
    alone = count(*sent)
    assert [one.key[-1] for one in alone] == ["x", "late", "new", "new"]
    assert alone[0].best == FIRM
    assert count(*sent, every=1) == alone
    for of in (2, 3):
        shares = [[one for one in sent if one.exchange % of == number] for number in range(of)]
        for order in permutations(shares):
            first, *others = [collect(*share, every=2) for share in order]
            for other in others:
                merge(first, other)
            assert known(first) == alone


def merge(first: Collector, other: Collector) -> None:
    """Merge as another process does, and see that the new numbers point to the same as before."""
    there = pickle.loads(pickle.dumps(other.profiles.counted()))  # noqa: S301 - our own
    rows, codes = first.profiles.merge(there)
    merged = first.profiles.counted()
    assert [spelled_out(merged)[row] for row in rows] == spelled_out(there)
    assert [merged.meanings[code] for code in codes] == there.meanings


def spelled_out(counted: Counted) -> list[tuple[str, ...]]:
    pairs = zip(counted.group, counted.place, strict=True)
    return [(*counted.groups[group], *counted.places[place]) for group, place in pairs]


def test_nothing_is_merged_from_nobody() -> None:
    collector = collect(left(0, 1.0, said(column(1), WEAK)))
    before = known(collector)
    merge(collector, collect())
    assert known(collector) == before
    nobody = collect()
    merge(nobody, collector)
    assert known(nobody) == before


PLACE = ("body", "x")


def nobodys() -> Profiles:
    return Profiles(Meanings(KINDS.interactions))


def spelled(mine: Profiles) -> list[Profile]:
    return profiles(mine, [NO_MEANING])


def open_(
    mine: Profiles, *born: tuple[int, int, int], show: Callable[[int], str] = str
) -> list[int]:
    """Open fields at one place: group, exchange and spot of each."""
    group, exchange, spot = np.array(born, dtype=np.int64).T
    return mine.open(mine.key(group, PLACE), exchange, spot, show).tolist()


def test_only_new_fields_show_an_example_and_that_is_the_earliest() -> None:
    mine = nobodys()
    assert [mine.group("r", "e", event) for event in ("", "a", "")] == [0, 1, 0]
    fields = [(1, 3, 6), (0, 4, 0), (0, 3, 9), (0, 3, 7), (1, 3, 8)]
    assert open_(mine, *fields) == [1, 0, 0, 0, 1]
    assert open_(mine, (1, 5, 0), (2, 5, 0), (0, 6, 0), show=lambda at: f"then {at}") == [1, 2, 0]
    assert open_(mine, (2, 7, 0), show=lambda at: f"never {at}") == [2]
    mine.group("r", "e", "b")
    assert [(one.key[2], one.example) for one in spelled(mine)] == [
        *(("a", "0"), ("", "3"), ("b", "then 1"))
    ]


def test_fields_of_other_places_are_others() -> None:
    mine = nobodys()
    group = np.array([mine.group("r", "e", "")])
    none = np.zeros(1, dtype=np.int64)
    places: list[tuple[str, str]] = [("body", "x"), ("query", "x"), ("body", "y"), ("body", "x")]
    rows = [
        mine.open(mine.key(group, place), none, none + at, str) for at, place in enumerate(places)
    ]
    assert [one.tolist() for one in rows] == [[0], [1], [2], [0]]
    assert [one.key[3:] for one in spelled(mine)] == places[:3]


def test_more_fields_than_there_is_room_for() -> None:
    mine, most = nobodys(), 3000
    groups = [mine.group("r", "e", str(number)) for number in range(most)]
    rows = np.array(open_(mine, *[(one, most - one, 0) for one in groups]))
    values = list(range(most))
    mine.count([(rows, values, frozenset({int}))])
    mine.carried(rows, np.zeros(most, dtype=np.int64), np.array([2.5]))
    found = spelled(mine)
    assert [one.example for one in found] == [*map(str, reversed(range(most)))]
    assert {(one.count, one.messages, one.distinct, one.types) for one in found} == {
        (1, 1, 1, frozenset({int}))
    }
    assert mine.places().tolist() == [*reversed(range(most))]
    assert {(one.first, one.last) for one in found} == {(2.5, 2.5)}
    mine.clear()
    assert (len(mine), spelled(mine), mine.places().tolist()) == (0, [], [])


def test_types_and_messages_of_many_values_at_once() -> None:
    mine = nobodys()
    both = [mine.group("r", "e", event) for event in "ab"]
    open_(mine, *[(one, 0, one) for one in both])
    values: list[Value] = [1, "", 2.5, True, b"", None, 1]
    rows = np.array([0, 0, 0, 1, 1, 1, 1])
    mine.count([(rows, values, frozenset(map(type, values)))])
    mine.carried(rows, np.array([2, 0, 2, 1, 1, 1, 1]), np.array([9.0, 5.0, 3.0]))
    mine.carried(rows[:1], np.array([0]), np.array([6.0]))
    one, other = spelled(mine)
    assert one.types == {int, str, float}
    assert other.types == {bool, bytes, type(None), int}
    assert one.types | other.types == set(BITS)
    assert (one.messages, one.first, one.last) == (3, 3.0, 9.0)
    assert (other.messages, other.first, other.last) == (1, 5.0, 5.0)
