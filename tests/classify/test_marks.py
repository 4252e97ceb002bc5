"""The shapes of a column of numbers are those that its numbers have one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.classify.marks import first_fit, marks_of
from auditor.classify.shapes import COUNTS, LOOPS, MOMENTS, RANGES, SHAPES, fits

SCALES = (1, 10**3, 10**6)
WHOLE = [
    *(2**power for power in range(63)),
    *(-(2**power) for power in range(63)),
    *(2**power - 1 for power in range(62)),
    *(10**power for power in range(19)),
    *(3, 10_000, 10_001, -2, 86_400_000, 86_400_001, 1_700_000_000, 2**63 - 1024),
]
EDGES = sorted(
    {
        *(edge for pair in (*RANGES.values(), COUNTS, LOOPS) for edge in pair),
        *(edge * scale for edge in MOMENTS for scale in SCALES),
    }
)
REAL = [
    *(math.nextafter(edge, to) for edge in EDGES for to in (-math.inf, edge, math.inf)),
    *(math.ldexp(sign, power) for sign in (1.0, -1.0) for power in range(-70, 63)),
    *(0.0, -0.0, 0.5, 1.5, 9_999.5, 10_000.0, 126.0, 5e-324, -5e-324, 1e-300),
    *(1_700_000_000.5 * scale for scale in SCALES),
]


def each(marks: int) -> tuple[str, ...]:
    """Return the shapes that are among some marks, looked at alone."""
    return tuple(name for name in SHAPES if first_fit(marks, (name,)) == name)


def agree(values: Sequence[int] | Sequence[float]) -> None:
    marks = marks_of(values)
    assert marks is not None
    told = [each(one) for one in marks.tolist()]
    assert told == [tuple(name for name in SHAPES if fits(one, (name,))) for one in values]


def whole_edges() -> list[int]:
    return [int(edge) + step for edge in EDGES for step in (-1, 0, 1)]


def test_shapes_at_the_edges_of_every_range() -> None:
    """As integers, and as floats next to each edge on both sides."""
    agree(whole_edges())
    agree([*map(float, whole_edges()), *REAL])
    agree(WHOLE)
    agree([*map(float, WHOLE[:-1])])


def test_every_shape_of_a_number_is_seen() -> None:
    """Texts have the others; a shape that is new must be thought of here."""
    found = marks_of([1, 0, 126, 1_700_000_000])
    assert found is not None
    seen = {name for one in found.tolist() for name in each(one)}
    assert seen == {*RANGES, "count", "switch", "id", "time", "beats", "any"}
    assert set(SHAPES) - seen == {
        *("musical-key", "word", "text", "email", "uuid", "hash", "version", "locale")
    }


def test_what_an_integer_is_and_a_float_is_not() -> None:
    whole, real = marks_of([1]), marks_of([1.0])
    assert whole is not None
    assert real is not None
    assert set(each(whole[0])) - set(each(real[0])) == {"id", "switch"}


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.integers(-(2**63) + 1024, 2**63 - 1024) | st.sampled_from(WHOLE), min_size=1))
def test_integers(values: list[int]) -> None:
    agree(values)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.lists(
        st.floats(-1e18, 1e18)
        | st.floats(-600, 600)
        | st.floats(0.9e9, 3.1e15)
        | st.sampled_from(REAL),
        min_size=1,
    )
)
def test_floats(values: list[float]) -> None:
    agree(values)


@pytest.mark.parametrize(
    "values",
    [
        [True, False],
        [1.0, math.nan],
        [math.inf, 1.0],
        [1.0, -math.inf],
        [1, 2**63],
        [1, 2**63 - 1],
        [-(2**63)],
        [2**64 - 1],
        [1, 10**400],
        [1e300],
    ],
    ids=lambda given: repr(given)[:30],
)
def test_what_is_told_one_by_one(values: list[int | float]) -> None:
    """No number, an id, and what is no finite number: also when only one of many is."""
    assert marks_of(values) is None


def test_first_wanted_shape_is_named() -> None:
    found = marks_of([3, 126])
    assert found is not None
    three, tempo = found.tolist()
    assert first_fit(three, ("bpm", "count", "number")) == "count"
    assert first_fit(tempo, ("bpm", "count", "number")) == "bpm"
    assert first_fit(three, ("text", "bpm")) == first_fit(three, ()) == ""
