from __future__ import annotations

import math

import pytest

from auditor.catalogue.lexicon import SHAPES
from auditor.classify import shapes
from auditor.records import Value


@pytest.mark.parametrize(
    ("value", "shape", "fit"),
    [
        (61234, "position", True),
        (61.234, "position", True),
        ("61234", "position", True),
        (90_000_000, "position", False),
        ("abc", "position", False),
        (None, "position", False),
        (True, "position", False),
        (math.inf, "position", False),
        (math.nan, "count", False),
        (10**400, "number", False),
        (3, "count", True),
        (3.5, "count", False),
        (math.inf, "count", False),
        (126.0, "bpm", True),
        (5, "bpm", False),
        (1.02, "ratio", True),
        (40, "ratio", False),
        (-26, "percent", True),
        ("8A", "musical-key", True),
        ("12d", "musical-key", True),
        ("13A", "musical-key", False),
        ("F#m", "musical-key", True),
        ("abc", "musical-key", False),
        (True, "switch", True),
        ("off", "switch", True),
        (2, "switch", False),
        ("#ff8800", "word", True),
        ("x" * 65, "word", False),
        ("deep house", "text", True),
        ("  ", "text", False),
        (b"abc", "text", False),
        ("a1", "id", True),
        (1.5, "id", False),
        ("dj@example.test", "email", True),
        ("dj example.test", "email", False),
        (1763683200, "time", True),
        (1763683200000, "time", True),
        ("2026-11-21T00:50:13Z", "time", True),
        (61234, "time", False),
    ],
    ids=lambda given: repr(given)[:30],
)
def test_fits(value: Value, shape: str, fit: bool) -> None:
    assert shapes.fits(value, (shape,)) == (shape if fit else "")


def test_first_shape_is_named() -> None:
    assert shapes.fits(3, ("bpm", "count", "number")) == "count"


def test_every_shape_of_the_lexicon_is_known() -> None:
    for shape in SHAPES:
        shapes.fits("x", (shape,))


@pytest.mark.parametrize(
    ("value", "shape", "fit"),
    [
        (8, "beats", True),
        (0.5, "beats", True),
        ("16", "beats", True),
        ("1/4", "beats", True),
        (3, "beats", False),
        (1024, "beats", False),
        (True, "beats", False),
        ("00000000-0000-4000-8000-000000000001", "uuid", True),
        ("abc", "uuid", False),
        ("0123456789abcdef0123456789abcdef", "hash", True),
        ("abcdefabcdefabcdefabcdefabcdefab", "hash", False),
        ("1.2.3", "version", True),
        ("v2.0-beta", "version", True),
        ("12", "version", False),
        ("de_DE", "locale", True),
        ("german", "locale", False),
        (0, "any", True),
        (False, "any", True),
        ("", "any", False),
        (None, "any", False),
    ],
)
def test_shapes_of_ordinary_values(value: Value, shape: str, fit: bool) -> None:
    assert shapes.fits(value, (shape,)) == (shape if fit else "")
