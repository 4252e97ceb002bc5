"""How many different values a field has: as Python counts them, but true is not 1."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterable, Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.records import Value
from auditor.tables.different import DISTINCT_CAP, Different, digests

Sent = Sequence[tuple[int, Value]]
"""Values, each with the row of its field."""


def digest(*values: Value) -> list[int]:
    found: list[int] = digests(values, frozenset(map(type, values))).tolist()
    return found


def count(*portions: Sent) -> Different:
    different = Different()
    for sent in portions:
        rows = np.array([row for row, _ in sent], dtype=np.int64)
        values = [value for _, value in sent]
        different.add([(rows, values, frozenset(map(type, values)))])
    return different


def distinct(*values: Value) -> int:
    return int(count([(0, one) for one in values]).counts(1)[0])


EQUAL: list[tuple[Value, Value]] = [
    (1, 1.0),
    (0, -0.0),
    (0.0, -0.0),
    (math.nan, float("-nan")),
    (math.nan, math.inf - math.inf),
    (2**52, 2.0**52),
    (-(2**53), -(2.0**53)),
    ("\ud800", "\ud800"),
    ("ä" * 1000, "ä" * 1000),
]
UNLIKE: list[tuple[Value, Value]] = [
    (True, 1),
    (False, 0),
    (True, 1.0),
    (True, False),
    ("1", b"1"),
    ("1", 1),
    ("", b""),
    ("", None),
    (None, False),
    (None, 0),
    ("None", None),
    ("True", True),
    (math.nan, None),
    (math.nan, "nan"),
    (math.inf, -math.inf),
    (1, -1),
    (0.1, 0.1 + 2**-55),
    ("\ud800", "\udfff"),
    ("\ud800", "\ufffd"),
    ("a", "a\0"),
    ("x" * 1000 + "a", "x" * 1000 + "b"),
    (2**53 - 1, 2**53),
    (2**53 + 1, 2**53 + 2),
    (2**63 - 1, 2**63 - 2),
    (2**63 - 1, 2**63),
    (2**64 - 1, 2**64 - 2),
    (-(2**53) - 2, -(2**53) - 1),
]
ALIKE_IN_BITS: list[tuple[Value, Value]] = [
    (None, 2),
    (None, 2.0),
    (2**53, 2**53 + 1),
    (-(2**53), -(2**53) - 1),
    (2**63, 0),
    (2**62, -2),
    (2**63, -(2**63)),
    (2**64 - 2**60, -(2**60)),
    (2**64, 2**65),
]
"""Pairs that have the same bits, or would as floats."""


def ids(pairs: Iterable[tuple[Value, Value]]) -> list[str]:
    return [f"{number}: {one!r:.22} {other!r:.22}" for number, (one, other) in enumerate(pairs)]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=ids(EQUAL))
def test_equal_values_have_equal_digests(one: Value, other: Value) -> None:
    """In one column, in two columns of one type, and beside other types."""
    assert len({*digest(one), *digest(other), *digest(one, other), digest("z", other)[1]}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *UNLIKE,
        *ALIKE_IN_BITS,
    ],
    ids=ids([*UNLIKE, *ALIKE_IN_BITS]),
)
def test_different_values_have_different_digests(one: Value, other: Value) -> None:
    assert not {*digest(one)} & {*digest(other)}
    assert distinct(one, other) == distinct(other, one) == 2


def test_digests_do_not_depend_on_the_column() -> None:
    """A value has the same digest alone and among others of all types, in any process."""
    values: list[Value] = [1, "1", b"1", True, None, 2.5, 2**60, -3, "\ud800", math.nan]
    assert digest(*values) == [digest(one)[0] for one in values]
    assert digest("tidal") == [13936112862878965479]  # seeded by nothing


def test_integers_of_hundreds_of_digits_change_nothing_for_others() -> None:
    assert distinct(10**400, 10**400 + 1) == 2
    assert digest(1, 10**400)[0] == digest(1)[0]


@pytest.mark.parametrize("most", [DISTINCT_CAP - 1, DISTINCT_CAP, DISTINCT_CAP + 1, 1000])
def test_values_are_counted_up_to_a_limit(most: int) -> None:
    at_once = count([(1, one) for one in range(most)])
    assert at_once.counts(3).tolist() == [0, min(most, DISTINCT_CAP), 0]
    one_by_one = count(*[[(1, one)] for one in range(most)])
    assert one_by_one.counts(3).tolist() == at_once.counts(3).tolist()


def test_a_field_that_has_enough_forgets_its_values_and_takes_no_more() -> None:
    full = [(0, one) for one in range(DISTINCT_CAP)]
    assert len(count(full[:-1])._seen) == DISTINCT_CAP - 1
    assert len(count(full)._seen) == 0
    different = count(full, [(0, "more"), (1, "more")])
    assert len(different._seen) == 1
    assert different.counts(2).tolist() == [DISTINCT_CAP, 1]


def test_nothing_is_different_of_nothing() -> None:
    different = count([])
    different.merge(count([]), np.empty(0, dtype=np.int64))
    assert different.counts(0).tolist() == []
    assert different.counts(2).tolist() == [0, 0]


def test_merging_renumbers_fields() -> None:
    """Full ones too: what was counted here of them is forgotten."""
    there = count([(0, "a"), (1, "b"), (1, "c")], [(2, one) for one in range(200)])
    here = count([(1, "a"), (3, "b"), (0, "x")])
    here.merge(there, np.array([1, 3, 0]))
    assert here.counts(4).tolist() == [DISTINCT_CAP, 1, 0, 2]
    here.merge(count([(0, "new")]), np.array([4]))
    assert here.counts(5).tolist() == [DISTINCT_CAP, 1, 0, 2, 1]
    assert len(here._seen) == 4


def test_halves_make_a_whole_in_any_order() -> None:
    """Each has fewer than enough, or one of them has enough alone."""
    ranges = (range(60), range(40, 100), range(20, 30), range(5), range(150))
    for chosen in permutations(ranges, 3):
        first, *others = [count([(0, one) for one in mine]) for mine in chosen]
        for other in others:
            first.merge(pickle.loads(pickle.dumps(other)), np.array([0]))  # noqa: S301 - our own
        wanted = len({one for mine in chosen for one in mine})
        assert first.counts(1).tolist() == [min(wanted, DISTINCT_CAP)]


LONG = 2**53
VALUES = st.one_of(
    st.integers(-LONG, LONG),
    st.integers(-3, 3),
    st.integers(LONG, 2**64 - 1),
    st.integers(-(2**63), -LONG),
    st.floats(allow_nan=True),
    st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf, -math.inf]),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.sampled_from(["\ud800", "\udc00", "nan", "1", "True"]),
)


def unique(value: Value) -> object:
    """Return what Python finds equal where we do, and nothing else."""
    if value != value:  # noqa: PLR0124 - not a number
        return "nan", float
    return value, float if type(value) in {int, float} else type(value)


def wanted(values: Iterable[tuple[int, Value]], fields: int) -> list[int]:
    values = list(values)
    return [len({unique(value) for row, value in values if row == one}) for one in range(fields)]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 2), VALUES), max_size=12), max_size=6))
def test_counts_are_those_of_sets_in_any_portions(portions: list[Sent]) -> None:
    """Together, in portions, and in portions that were counted apart and then merged."""
    everything = [pair for portion in portions for pair in portion]
    right = wanted(everything, 3)
    assert count(everything).counts(3).tolist() == right
    assert count(*portions).counts(3).tolist() == right
    merged = Different()
    for portion in reversed(portions):
        turned = count([(2 - row, value) for row, value in portion])
        merged.merge(turned, np.array([2, 1, 0]))
    assert merged.counts(3).tolist() == right
