"""A column of values means what its values mean one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.catalogue import load_catalogue
from auditor.catalogue.model import Evidence, FieldRule
from auditor.classify import meanings
from auditor.classify.lexicon import Judge, Surroundings
from auditor.classify.marks import MANY
from auditor.classify.senses import Field, Sense, Told
from auditor.places import exact, layout
from auditor.records import NO_MEANING, Meaning, Value

JUDGE = Judge(load_catalogue().lexicon)
DECK = Surroundings(("deck",), frozenset({"track"}))
BARE = Surroundings()
EVIDENCE = Evidence("e", "documented", "a source", "2026-01-01")
RULE = FieldRule("r/e/-/body:x", "body", "x", "seek", "where it is", EVIDENCE, unit="ms")
WORDS = replace(RULE, category="", means="free-form")
"""Leaves what the value is to the words."""

FIELDS: dict[str, Callable[[], Field]] = {
    "mute": lambda: Field(JUDGE, (), "qqq", BARE),
    "word": lambda: Field(JUDGE, (), "position_ms", DECK),
    "words": lambda: Field(JUDGE, (), "tempo", DECK),
    "switch": lambda: Field(JUDGE, (), "loop_active", DECK),
    "length": lambda: Field(JUDGE, (), "loop_length_beats", DECK),
    "secret": lambda: Field(JUDGE, (), "access_token", BARE),
    "event": lambda: Field(JUDGE, (), "event_name", BARE),
    "event, no other word": lambda: Field(JUDGE, (), "action", BARE),
    "rule": lambda: Field(JUDGE, (RULE,), "x", BARE),
    "rule, off": lambda: Field(JUDGE, (replace(RULE, off=(0, -1, "off")),), "x", BARE),
    "rule, secret": lambda: Field(JUDGE, (replace(RULE, **KIND),), "x", BARE),
    "rule, event": lambda: Field(JUDGE, (replace(RULE, names_event=True),), "x", BARE),
    "rule, words": lambda: Field(JUDGE, (WORDS,), "tempo", DECK),
    "rule, words, off": lambda: Field(JUDGE, (replace(WORDS, off=(0,)),), "tempo", DECK),
    "rule, words, secret": lambda: Field(JUDGE, (replace(WORDS, **KIND),), "x", BARE),
    "rule, words, event": lambda: Field(JUDGE, (WORDS,), "event_name", BARE),
}
KIND = {"secret": "account-id"}

WHOLE: list[Value] = [0, 1, -1, 8, 126, 61234, 1_700_000_000_000, 2**62]
COLUMNS: dict[str, list[Value]] = {
    "none": [],
    "one": [126],
    "few": [126, 0, -1],
    "many": WHOLE * MANY,
    "many alike": [126] * MANY,
    "floats": [0.0, -0.0, 0.5, 1.0, 8.0, 126.5, 1e300] * MANY,
    "small floats": [0.0, -0.0, 0.5, 1.0, 8.0, 126.5] * MANY,
    "no numbers": [math.nan, math.inf, -math.inf, float("nan")] * MANY,
    "ids": [*WHOLE * MANY, 2**64 - 1],
    "booleans": [True, False] * MANY,
    "beside numbers": [1, True, 0, False, 1.0, 0.0, -0.0] * MANY,
    "beside floats": [1.0, True, 0.0, False] * MANY,
    "texts": ["", "0", "off", "126", "play", "seek", "8A", " ", "loop_activated", "x" * 300],
    "empty": [None, "", None],
    "bytes": [b"", b"0", b"seek"],
    "mixed": ["1", 1, b"1", True, None, "", 1.0, "seek", math.nan, 126],
    "spelled": [*map(str, WHOLE)] * MANY,
}


def alone(make: Callable[[], Field], values: Sequence[Value]) -> list[Meaning]:
    """Ask a new field about each value."""
    return [meaning for value in values for meaning in make().told([value]).each(1)]


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_column_says_what_its_values_say_one_by_one(field: str, name: str) -> None:
    """In any order, and whatever the field was asked before."""
    make, values = FIELDS[field], COLUMNS[name]
    right = alone(make, values)
    one = make()
    for _ in range(2):
        assert one.told(values).each(len(values)) == right
        assert one.told(values[::-1]).each(len(values)) == right[::-1]


VALUES = st.one_of(
    st.sampled_from([value for values in COLUMNS.values() for value in values]),
    st.integers(-100, 500),
    st.floats(-5, 500),
)
NUMBERS = st.lists(st.integers(-100, 2000), min_size=MANY) | st.lists(
    st.floats(-5, 500), min_size=MANY
)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FIELDS)), st.lists(VALUES, max_size=2 * MANY) | NUMBERS)
def test_any_column(field: str, values: list[Value]) -> None:
    told = FIELDS[field]().told(values)
    assert told.each(len(values)) == alone(FIELDS[field], values)


@pytest.mark.parametrize("count", [1, MANY - 1, MANY, 5 * MANY])
def test_what_words_say_of_a_value_depends_on_its_shape(count: int) -> None:
    """The words are those that a field is judged by when it is asked alone."""
    field = FIELDS["words"]()
    for fitting, other in ((126, 5), (126.5, -700.25), ("126", "abc")):
        told = field.told([fitting, other] * count).each(2 * count)
        assert (
            told
            == [meanings.by_words(JUDGE.judge("tempo", value, DECK)) for value in (fitting, other)]
            * count
        )
        assert (told[0].category, told[0].strength) == ("tempo", "medium")
        assert told[0] != told[1]


def test_one_meaning_for_all_has_no_codes() -> None:
    """Numbers under a rule are not even looked at; others are, once each."""
    for values in ([1, 2.5, True] * MANY, ["a", "b"], [1] * 3):
        told = FIELDS["rule"]().told(values)
        assert told.codes is None
        assert [one.category for one in told.meanings] == ["seek"]


def test_a_rule_says_the_same_of_all_but_empty_and_resting_values() -> None:
    field = FIELDS["rule, off"]()
    values: list[Value] = [5, 0, False, -1, 0.0, None, "", "off", "on"]
    for many in (1, MANY):
        found = field.told(values * many).each(len(values) * many)[: len(values)]
        states = [one.means.removeprefix("where it is").strip(" ()") for one in found]
        rest, empty = "resting value", "empty"
        assert states == ["", rest, rest, rest, rest, empty, empty, rest, ""]
        assert [one.strength for one in found] == [
            "weak" if state else "strong" for state in states
        ]
        assert {one.category for one in found} == {"seek"}


@pytest.mark.parametrize("values", [[5, 0, -1], [0.5, 0.0, -1.0], [5, False, -1], [5, -0.0, -1]])
def test_resting_values_among_numbers(values: list[Value]) -> None:
    """Few or many; also where only the words say what the others are."""
    for count in (1, MANY):
        for name in ("rule, off", "rule, words, off"):
            found = FIELDS[name]().told(values * count).each(3 * count)
            assert ["resting" in one.means for one in found[:2]] == [False, True]
            assert found == found[:3] * count


def test_names_of_events_say_what_they_are_about() -> None:
    """Also where a rule knows the field; a name that says nothing leaves it to the rule."""
    values = ["seek", "qqq", "seek", "loop_activated", 5, b"seek", "seek" + "x" * 200]
    found = FIELDS["event"]().told(values).each(len(values))
    assert [one.category for one in found] == [
        *("seek", "analytics", "seek", "loop", "analytics", "analytics", "analytics")
    ]
    ruled = FIELDS["rule, event"]().told(values).each(len(values))
    assert [one.rule for one in ruled] == [
        *("lexicon", RULE.id, "lexicon", "lexicon", RULE.id, RULE.id, RULE.id)
    ]
    assert ruled[3].category == "loop"
    free = FIELDS["rule, words, event"]().told(values).each(len(values))
    assert [one.category for one in free] == [one.category for one in found]
    assert free[0].means.startswith("free-form; event name")


@pytest.mark.parametrize(("name", "kind"), [("secret", "token"), ("rule, secret", "account-id")])
def test_every_value_of_a_secret_field_is_one(name: str, kind: str) -> None:
    for values in (["a", "b", 5, b""], [*range(MANY)], [1.5] * MANY):
        assert {one.secret for one in FIELDS[name]().told(values).meanings} == {kind}


def test_secrets_of_rules_without_a_category() -> None:
    for values in (["a", 5], [*range(MANY)]):
        (one,) = set(FIELDS["rule, words, secret"]().told(values).meanings)
        assert (one.secret, one.category, one.rule) == ("account-id", "identity", RULE.id)


@pytest.mark.parametrize("count", [1, MANY])
def test_rules_of_a_column_say_what_each_value_is(count: int) -> None:
    """Rules with conditions: one for each value, or none."""
    other = replace(RULE, id="r/e/-/body:y", category="cue", means="other", where=(("k", 1),))
    field = Field(JUDGE, (other, RULE), "tempo", DECK)
    assert field.asks
    values: list[Value] = [126, 126, 126, None, 126, True]
    rules = [other, None, RULE, other, WORDS, RULE]
    told = field.told(values * count, rules * count)
    found = told.each(len(values) * count)
    assert found[: len(values)] * count == found
    assert [one.category for one in found[:6]] == ["cue", "tempo", "seek", "cue", "tempo", "seek"]
    assert [one.strength for one in found[:6]] == [
        *("strong", "medium", "strong", "weak", "medium", "strong")
    ]
    assert len(told.meanings) == len(set(told.meanings)) == 5
    for number, (value, rule) in enumerate(zip(values, rules, strict=True)):
        assert field.told([value], [rule]).each(1) == [found[number]]


def test_more_different_values_than_are_remembered() -> None:
    """What is forgotten is judged again, and as before."""
    field = FIELDS["event"]()
    values = [f"name {number}" for number in range(500)] + ["seek"]
    for _ in range(2):
        told = field.told(values)
        assert [one.category for one in told.meanings] == ["analytics", "seek"]
        assert told.codes is not None
        assert told.codes.tolist() == [0] * 500 + [1]


def test_each() -> None:
    first, second = NO_MEANING, NO_MEANING._replace(rule="r")
    assert Told([first]).each(3) == [first] * 3
    assert Told([first]).each(0) == []
    assert Told([first, second], np.array([1, 0, 1])).each(3) == [second, first, second]


def test_fields_that_say_the_same() -> None:
    """Whatever they are called; what is mute says nothing at all."""
    mute = FIELDS["mute"]()
    assert mute.is_mute
    assert not any(make().is_mute for name, make in FIELDS.items() if name != "mute")
    assert mute.says == Field(JUDGE, (), "zzz", DECK).says
    assert FIELDS["word"]().says == FIELDS["word"]().says
    different = {make().says for make in FIELDS.values()}
    assert len(different) == len(FIELDS)


def test_what_is_known_of_a_layout() -> None:
    """Mute values are left out; what asks for other values has no time of its own."""
    when = replace(RULE, unit="unix-ms", category="metadata")
    rules = [
        (),
        (replace(RULE, time="ts"),),
        (when,),
        (replace(RULE, where=(("k", 1),)), when),
        (replace(when, category=""),),
    ]
    fields = [Field(JUDGE, mine, "qqq", BARE) for mine in rules]
    where = layout(tuple(exact("body", name) for name in "abcde"))
    sense = Sense(where, fields)
    assert sense.columns == [*enumerate(fields)][1:]
    assert sense.asking == [(3, fields[3])]
    assert sense.named.columns == ((1, "ts"), (2, ""), (4, ""))
    assert sense.clocks == [(2, fields[2]), (3, fields[3])]
