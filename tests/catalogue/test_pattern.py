from __future__ import annotations

import pytest

from auditor import paths
from auditor.catalogue import pattern


@pytest.mark.parametrize(
    "path",
    [
        "a", "a.b", "a[].b", "a>b", "a[].b>c.d", "1.3.2", "a.*", "*.b", "a.**", "**", "[].a",
        'a["odd key"].b', "a>[].b", "x-tidal-token", "a[][]", "ep.*.c.**", "$set.x",
    ],
)  # fmt: skip
def test_well_formed(path: str) -> None:
    assert pattern.is_well_formed(path)


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", "a b", "a>", "a>>b", "a.**.b", "a]b", 'a["b', "a[0]"]
)
def test_malformed(path: str) -> None:
    assert not pattern.is_well_formed(path)


@pytest.mark.parametrize(
    ("rule", "path", "fits"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.bc", False),
        ("a.b", "axb", False),
        ("a[].b", "a[].b", True),
        ("a.*", "a.b", True),
        ("a.*", 'a["b c"]', True),
        ("a.*", "a.b.c", False),
        ("a.*.c", "a.b.c", True),
        ("*", "a", True),
        ("*", "a.b", False),
        ("*.b", "a.b", True),
        ("a.**", "a.b", True),
        ("a.**", "a[].b.c", True),
        ("a.**", "a>b", True),
        ("a.**", 'a["x"]', True),
        ("a.**", "a", False),
        ("a.**", "ab.c", False),
        ("**", "anything[].at.all", True),
        ("1.3.2.**", "1.3.2.14", True),
        ("1.3.2.**", "1.3.21", False),
    ],
)
def test_matching(rule: str, path: str, fits: bool) -> None:
    assert bool(pattern.compiled(rule).fullmatch(path)) is fits


def test_split_loses_nothing() -> None:
    key = paths.child(paths.item(paths.child("a", "b")), 'odd "key" > ]')
    whole = paths.child(paths.hop(key), "z")
    assert "".join(pattern.split(whole)) == whole


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a[].b.c", "a[].b.d", "a[].b"),
        ("a[].b", "a[].c", "a[]"),
        ("a.b", "a.bc", "a"),
        ("1.3.2.14", "1.3.1", "1.3"),
        ("1.2", "12.2", ""),
        ("a", "a", "a"),
        ("a>b", "a>c", "a>"),
    ],
)
def test_shared(one: str, other: str, same: str) -> None:
    assert pattern.shared(one, other) == same


def test_literal_paths_are_closer() -> None:
    assert pattern.is_literal("a.b")
    assert not pattern.is_literal("a.*")
    assert pattern.literalness("a.b.c") > pattern.literalness("a.b.*") > pattern.literalness("a.**")
