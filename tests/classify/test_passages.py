"""What a sheet says, value by value."""

from __future__ import annotations

from dataclasses import replace

from auditor.catalogue.model import FieldRule
from auditor.classify.clock import Whens
from auditor.classify.lexicon import Surroundings
from auditor.classify.passages import Passage, Said, column
from auditor.classify.senses import Field, Sense
from auditor.places import exact, layout
from auditor.records import NO_MEANING, Leaf, Meaning, Sheet, Value
from tests.tables.made import JUDGE, rule

RULE = replace(rule("seek"), id="r")
OTHER = replace(rule("cue"), id="other")
KNOWN = Meaning("library", "strong", "known/cue-name")


def known_of(*rules: tuple[FieldRule, ...]) -> list[Field]:
    return [Field(JUDGE, mine, "", Surroundings()) for mine in rules]


WHERE = layout(tuple(exact("body", f"a[].{name}") for name in "xyz"))
ROWS = Sheet(WHERE, [(1, "u", None), (2, "", None), (3, "w", 0)], [(0,), (1,), (4,)])
SENSE = Sense(WHERE, known_of((RULE,), (), (OTHER,)))
LIST_AT = exact("body", "l[][]")
LISTS = Sheet(layout((LIST_AT,), is_list=True), [(7, 8), (), ("v",)], [(0,), (1,), (2,)])
LISTED = Sense(LISTS.layout, known_of((RULE,)))


def brief(said: list[Said]) -> list[tuple[int, int, str, float | None]]:
    return [(one.row, one.number, one.meaning.rule, one.when) for one in said]


def test_a_column_of_rows_and_of_lists() -> None:
    assert column(WHERE, ROWS.rows, 1) == ["u", "", "w"]
    assert column(LISTS.layout, LISTS.rows, 0) == [7, 8, "v"]
    assert column(WHERE, [], 2) == column(LISTS.layout, [], 0) == []


def test_what_anybody_knows_is_said_row_by_row() -> None:
    """What is mute is left out, what is empty is not."""
    said = Passage(ROWS, {"": SENSE}).said
    assert brief(said) == [
        *((0, 0, "r", None), (0, 2, "other", None)),
        *((1, 0, "r", None), (1, 2, "other", None)),
        *((2, 0, "r", None), (2, 2, "other", None)),
    ]
    assert [one.meaning.means for one in said[1::2]] == ["a rule (empty)"] * 2 + ["a rule"]


def test_lists_are_said_value_by_value() -> None:
    assert brief(Passage(LISTS, {"": LISTED}).said) == [
        *((0, 0, "r", None), (0, 1, "r", None), (2, 0, "r", None))
    ]


def test_one_observation_for_every_leaf() -> None:
    """Also for those that say nothing; each has the event of the passage."""
    found = [*Passage(ROWS, {"played": SENSE}, ["played"] * 3).observations()]
    assert [one.leaf for one in found] == [*ROWS.leaves()]
    assert found[-1].leaf == Leaf.of("body", "a[].z", 0, (4,))
    assert [one.rule for one in found] == ["r", "", "other"] * 3
    assert [one.meaning for one in found[1::3]] == [NO_MEANING] * 3
    assert {one.event for one in found} == {"played"}
    listed = [*Passage(LISTS, {"": LISTED}).observations()]
    assert [(one.leaf.value, one.leaf.at) for one in listed] == [
        *((7, (0, 0)), (8, (0, 1)), ("v", (2, 0)))
    ]
    assert [one.rule for one in listed] == ["r"] * 3


def test_recognised_values_mean_what_they_are_known_to_be() -> None:
    """In the place of what a rule says, or where nobody says anything; the moment is that of the row."""
    whens = Whens((1.0, 2.0, 3.0), {})
    known = {(1, 0): KNOWN, (2, 1): KNOWN}
    passage = Passage(ROWS, {"": SENSE}, whens=whens, known=known)
    assert brief(passage.said) == [
        *((0, 0, "r", 1.0), (0, 2, "other", 1.0)),
        *((1, 0, KNOWN.rule, 2.0), (1, 2, "other", 2.0)),
        *((2, 0, "r", 3.0), (2, 1, KNOWN.rule, 3.0), (2, 2, "other", 3.0)),
    ]
    found = [*passage.observations()]
    assert [(one.rule, one.event_time) for one in found[3:8:4]] == [
        *((KNOWN.rule, 2.0), (KNOWN.rule, 3.0))
    ]
    listed = Passage(LISTS, {"": LISTED}, known={(0, 1): KNOWN, (2, 0): KNOWN})
    assert [one.meaning.rule for one in listed.said] == ["r", KNOWN.rule, KNOWN.rule]
    assert [one.rule for one in listed.observations()] == ["r", KNOWN.rule, KNOWN.rule]


def test_moments_of_rows_and_of_columns_that_have_their_own() -> None:
    passage = Passage(ROWS, {"": SENSE}, whens=Whens((1.0, None, 3.0), {2: [None, 5.0, 6.0]}))
    assert [(one.number, one.when) for one in passage.said] == [
        *((0, 1.0), (2, None), (0, None), (2, 5.0), (0, 3.0), (2, 6.0))
    ]
    times = [one.event_time for one in passage.observations()]
    assert times == [1.0, None, None, None, None, 5.0, 3.0, None, 6.0]
    only_own = Passage(ROWS, {"": SENSE}, whens=Whens((), {0: [1.0, 2.0, 3.0]}))
    assert [one.when for one in only_own.said] == [1.0, None, 2.0, None, 3.0, None]


def test_moments_of_lists() -> None:
    passage = Passage(LISTS, {"": LISTED}, whens=Whens((), {0: [1.0, None, 3.0]}))
    assert [one.when for one in passage.said] == [1.0, None, 3.0]


def test_rules_that_depend_on_the_message() -> None:
    """One for each value of the columns that ask; a list has them in its column 0."""
    asking = replace(RULE, where=(("k", 1),))
    sense = Sense(WHERE, known_of((asking, OTHER), (), (RULE,)))
    passage = Passage(ROWS, {"": sense}, rules={0: [asking, OTHER, None]})
    assert [one.meaning.rule for one in passage.said] == ["r", "r", "other", "r", "", "r"]
    listed = Sense(LISTS.layout, known_of((asking, OTHER)))
    rules = {0: [OTHER, asking, OTHER]}
    assert [one.meaning.rule for one in Passage(LISTS, {"": listed}, rules=rules).said] == [
        *("other", "r", "other")
    ]


def test_places_with_indices_of_their_own() -> None:
    """A form with one name twice is one row of two values at one place."""
    place = exact("body", "a[]")
    where = layout((place, exact("body", "b"), place), ((0,), (), (1,)))
    values: tuple[Value, ...] = ("1", "2", "3")
    sense = Sense(where, known_of((RULE,), (), (OTHER,)))
    found = [*Passage(Sheet(where, [values], [()]), {"": sense}).observations()]
    assert [(one.leaf.path, one.leaf.at, one.rule) for one in found] == [
        *(("a[]", (0,), "r"), ("b", (), ""), ("a[]", (1,), "other"))
    ]
