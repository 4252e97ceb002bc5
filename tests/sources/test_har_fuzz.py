"""Whatever is broken in a HAR file, it is read to its end or refused."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from auditor.errors import SourceError
from auditor.sources import har
from tests.sources.hars import entry

WHOLE = json.dumps(
    {
        "log": {
            "entries": [entry(time=number, request__postData={"text": "ü"}) for number in range(3)]
        }
    },
    indent=1,
    ensure_ascii=False,
).encode()

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def read(path: Path) -> tuple[int, int]:
    """Return how many exchanges and losses a file has; nothing but SourceError may be raised."""
    try:
        exchanges, lost = har.read(path, 0)
        return sum(1 for _ in exchanges), len(lost)
    except SourceError:
        return 0, 1


@seed(4)
@settings(max_examples=300, deadline=None, database=None)
@given(
    st.integers(0, len(WHOLE)),
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
)
def test_cut_and_flipped(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flips: list[tuple[int, int]]
) -> None:
    broken = bytearray(WHOLE)
    for place, value in flips:
        broken[place] = value
    path = tmp_path_factory.getbasetemp() / "fuzz.har"
    path.write_bytes(broken[:cut])
    exchanges, lost = read(path)
    assert exchanges == 3 or lost or flips


@seed(4)
@settings(max_examples=300, deadline=None, database=None)
@given(
    st.sampled_from(
        [
            "startedDateTime",
            "time",
            "request",
            "response",
            "_webSocketMessages",
            "connection",
            "_fromCache",
        ]
    ),
    st.sampled_from(
        [
            "",
            "url",
            "method",
            "headers",
            "cookies",
            "postData",
            "bodySize",
            "status",
            "content",
            "_content",
        ]
    ),
    JSON,
)
def test_parts_of_another_kind(
    tmp_path_factory: pytest.TempPathFactory, part: str, key: str, value: Any
) -> None:
    changed = entry(**{f"{part}__{key}" if key and part.startswith("re") else part: value})
    path = tmp_path_factory.getbasetemp() / "parts.har"
    path.write_text(json.dumps({"log": {"entries": [changed, entry()]}}), "utf-8")
    exchanges, lost = read(path)
    assert exchanges >= 1
    assert exchanges == 2 or lost


def test_blocks_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file read in blocks of any size says the same."""
    from auditor.sources import har_text

    path = tmp_path / "x.har"
    path.write_bytes(WHOLE)
    chance = random.Random(4)  # noqa: S311
    for size in [1, 2, 3, *(chance.randrange(4, 900) for _ in range(60))]:
        monkeypatch.setattr(har_text, "_BLOCK", size)
        assert read(path) == (3, 0), size
