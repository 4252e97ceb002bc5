from __future__ import annotations

import pytest

from auditor.draft.shape import invent, is_moment, is_name, unit
from auditor.records import Value


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("a.position_ms", 61000, "ms"),
        ("a.positionMs", 61000, "ms"),
        ("a.length_seconds", 12.5, "s"),
        ("ts", 1772403300123, "unix-ms"),
        ("ts", "1772403300", "unix-s"),
        ("ts", 1772403300123456, "unix-us"),
        ("deck.bpm", 124.0, "bpm"),
        ("class", 3, ""),
        ("items", 3, ""),
        ("params", 3, ""),
        ("ms", True, ""),
        ("name_ms", "text", ""),
        ("big", 10**40, ""),
    ],
)
def test_unit(path: str, value: Value, expected: str) -> None:
    assert unit(path, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True), (None, None), ("", ""), (7, 1), (7.5, 0.5), ("9.5", "0.5"), ("8", "1"),
        ("jane@real.test", "dj@example.test"), ("https://real.test/x", "https://example.test/"),
        ("0B0C0D0E-1111-4222-8333-444455556666", "00000000-0000-4000-8000-000000000001"),
        ("2026-03-01T10:00:00.123Z", "2026-01-01T00:00:00Z"), ("Jane", "invented"), ("true", "true"),
        (1772403300123, 1763683200000),
    ],
)  # fmt: skip
def test_invented_values_have_the_shape_and_not_the_value(value: Value, expected: Value) -> None:
    assert invent("x", value) == expected


def test_names_and_moments() -> None:
    assert is_name("hot_cue_set")
    assert not is_name("jane.doe1990")
    assert is_moment("2026-03-01T10:00:00Z")
    assert not is_moment(61234)
