"""What is counted about a field, however the counting is shared out."""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from itertools import permutations

from auditor.decode import decode_message
from auditor.passages import Passage, Said
from auditor.places import exact, layout
from auditor.records import Meaning, Message, Sheet, Site, Value
from auditor.tables.profile import DISTINCT_CAP, FieldKey, Profile, Profiles

SITE = Site("one.example", "one.example", "unknown", "POST /in", "other")
WEAK = Meaning("seek", "weak", "lexicon", means="first")
FIRM = WEAK._replace(strength="strong", rule="r", means="second", unit="s")

Sent = tuple[int, float, Passage]
"""Number of the exchange, when it left, and what it said."""


def row(*values: Value, path: str = "x", steps: tuple[str, ...] = ()) -> Sheet:
    """Return a row for each value, all at one place."""
    where = layout((exact("body", path, steps),))
    return Sheet(where, [(value,) for value in values], [()] * len(values))


def said(sheet: Sheet, *meanings: Meaning, event: str = "") -> Passage:
    """Give the first rows of a sheet a meaning each."""
    told = [Said(number, 0, meaning, None) for number, meaning in enumerate(meanings)]
    return Passage(sheet, event, told)


def count(*sent: Sent, batch: int = 1000, texts: set[str] | None = None) -> Profiles:
    """Count messages, some of them at a time."""
    seen = texts if texts is not None else set[str]()
    profiles, times = (
        Profiles(lambda value, meaning: f"{value} {meaning.category}", seen.update),
        [],
    )
    for exchange, time, passage in sent:
        pile = profiles.pile(exchange, SITE, passage)
        pile.rows += passage.sheet.rows
        pile.messages.append(len(times))
        for one in passage.said:
            if one.meaning is not pile.fields[0].latest:
                pile.fields[0].note(one.meaning, exchange)
        times.append(time)
        if len(times) >= batch:
            profiles.count(times)
            times.clear()
    profiles.count(times)
    return profiles


def only(profiles: Profiles) -> Profile:
    (one,) = profiles.fields.values()
    return one


def told(profiles: Profiles) -> list[tuple[FieldKey, tuple[object, ...]]]:
    """Return everything about the fields that gets into a table, in its order."""
    ordered = sorted(profiles.fields.items(), key=lambda pair: pair[1].born)
    return [
        (key, (x.count, x.messages, x.distinct, x.types, x.first, x.last, x.example, x.best))
        for key, x in ordered
    ]


def test_values_messages_and_times() -> None:
    one = only(count((0, 5.0, said(row(1, 1, "1"))), (1, 3.0, said(row(True, None)))))
    assert (one.row, one.count, one.messages, one.distinct) == (0, 5, 2, 4)
    assert one.types == {int, str, bool, type(None)}
    assert (one.first, one.last, one.example) == (3.0, 5.0, "1 other")


def test_equal_values_of_two_fields_are_counted_for_both() -> None:
    profiles = count(*[(n, 1.0, said(row(7, path=path))) for n, path in enumerate("aba")])
    assert [(key[-1], one.row, one.distinct) for key, one in profiles.fields.items()] == [
        ("a", 0, 1),
        ("b", 1, 1),
    ]


def test_places_that_are_spelled_alike_are_one_field() -> None:
    one = only(count((0, 1.0, said(row(7))), (0, 1.0, said(row(8, steps=("gzip",))))))
    assert (one.count, one.distinct, one.messages) == (2, 2, 2)


def test_events_are_fields_of_their_own() -> None:
    profiles = count((0, 1.0, said(row(7), event="a")), (0, 1.0, said(row(7), event="b")))
    assert [key[2] for key in profiles.fields] == ["a", "b"]


def test_columns_and_lists_of_a_message() -> None:
    """Rows of one layout, an array, and one field that stands twice in a form."""
    body = (
        b'{"a": [{"x": 1, "y": "u"}, {"x": 2, "y": "u"}, {"x": 3.5, "y": null}], "l": [4, 4, "v"]}'
    )
    sheets = decode_message(Message("out", body, len(body))).sheets
    profiles = count(*[(0, 1.0, said(one)) for one in sheets])
    assert {
        key[-1]: (one.count, one.distinct, one.types, one.example)
        for key, one in profiles.fields.items()
    } == {
        "a[].x": (3, 3, {int, float}, "1 other"),
        "a[].y": (3, 2, {str, type(None)}, "u other"),
        "l[]": (3, 2, {int, str}, "4 other"),
    }
    form = b"a=1&b=2&a=3"
    label = "application/x-www-form-urlencoded"
    (sheet,) = decode_message(Message("out", form, len(form), label)).sheets
    profiles = count((0, 1.0, said(sheet)))
    assert [(key[-1], one.count, one.messages) for key, one in profiles.fields.items()] == [
        ("a", 2, 1),
        ("b", 1, 1),
    ]


def test_different_values_are_counted_up_to_a_limit() -> None:
    for batch in (1, 1000):
        for most in (DISTINCT_CAP - 1, DISTINCT_CAP, DISTINCT_CAP + 1):
            sent = [(n, 1.0, said(row(*range(n, most, 2)))) for n in (0, 1, 0, 1)]
            assert only(count(*sent, batch=batch)).distinct == min(most, DISTINCT_CAP)


def test_what_python_finds_equal_or_never_equal() -> None:
    """True is not 1, and all that is no number counts as one value."""
    values: Sequence[Value] = (1, True, 0, False, "1", b"1", math.nan, float("nan"), None)
    wanted = len({1, 0, "1", b"1", None}) + len({True, False}) + len({"NaN"})
    for order in (values, values[::-1]):
        assert only(count((0, 1.0, said(row(*order))))).distinct == wanted
        apart = [(n, 1.0, said(row(one))) for n, one in enumerate(order)]
        for batch in (1, 1000):
            assert only(count(*apart, batch=batch)).distinct == wanted


def test_long_texts_are_told_apart_and_all_are_shown_once() -> None:
    words = ["x" * 100 + end for end in "abab"] + ["short", "\ud800" * 50]
    seen: set[str] = set()
    one = only(count((0, 1.0, said(row(*words, 5))), texts=seen))
    assert one.distinct == 5
    assert seen == set(words)


def test_texts_are_shown_also_when_there_are_many() -> None:
    """What is secret must be learned however many values a field had before."""
    seen: set[str] = set()
    words = [f"word {number}" for number in range(3 * DISTINCT_CAP)]
    count(*[(n, 1.0, said(row(one))) for n, one in enumerate(words)], batch=7, texts=seen)
    assert seen == set(words)


def test_strongest_observation_tells_what_a_field_is() -> None:
    third = FIRM._replace(means="third")
    best = only(count((0, 1.0, said(row(1), WEAK)), (1, 1.0, said(row(1, 1, 2), FIRM, third)))).best
    assert (best.category, best.strength, best.rule, best.means, best.unit) == (
        "seek",
        "strong",
        "r",
        "second",
        "s",
    )


def test_rule_that_decides_nothing_is_named() -> None:
    rule = Meaning("other", "weak", "r", means="a counter")
    best = only(count((0, 1.0, said(row(1))), (1, 1.0, said(row(1), rule)))).best
    assert (best.rule, best.means, best.category, best.strength) == ("r", "a counter", "other", "")


def test_sharing_out_changes_nothing() -> None:
    """Whoever takes which exchange, and in whatever order the shares are put together."""
    rule = Meaning("other", "weak", "r", means="a counter")
    later = FIRM._replace(means="third")
    sent: list[Sent] = [
        (0, 9.0, said(row("a", "b"))),
        (0, 9.0, said(row(1, path="late"), WEAK._replace(means="one"))),
        (1, 4.0, said(row(True, "b"), rule)),
        (2, 6.0, said(row(1, *range(60)), WEAK)),
        (2, 6.0, said(row(5, path="new"))),
        (3, 2.0, said(row(*range(30, 90)), FIRM)),
        (4, 8.0, said(row(math.nan), later)),
        (4, 8.0, said(row("x" * 50, path="new"), event="e")),
        (5, 1.0, said(row(float("nan"), "x" * 50), FIRM._replace(means="last"))),
        (5, 1.0, said(row(2, path="late"), WEAK._replace(means="two"))),
    ]
    alone = told(count(*sent))
    assert len(alone) == 4
    assert told(count(*sent, batch=1)) == alone
    for of in (2, 3):
        shares = [[one for one in sent if one[0] % of == number] for number in range(of)]
        for order in permutations(shares):
            first, *others = [count(*share, batch=2) for share in order]
            for other in others:
                there = pickle.loads(pickle.dumps(other.fields))  # noqa: S301 - our own
                rows = first.merge(there)
                assert [list(first.fields.values())[row].row for row in rows] == rows
                assert [list(first.fields)[row] for row in rows] == list(there)
            assert told(first) == alone
