"""Quick looks for secrets: they may find too much, never too little."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import suspects as module
from auditor.suspects import SHAPES, is_suspect, suspects


@pytest.mark.parametrize(
    ("kind", "shape"), SHAPES, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(SHAPES)]
)
@given(data=st.data())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_whatever_has_the_shape_of_a_secret_is_looked_at(
    kind: str, shape: re.Pattern[str], data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(shape))
    assert module._SUSPECT.search(text), kind
    assert is_suspect(text), kind
    assert text in suspects(["a.b", text, "c.d"]), kind


def made(count: int) -> list[str]:
    """Return texts that have much of what secrets have."""
    parts = "eyJ eYj Bearer basic @ %40 AIza _live_ _test_ ghx_ Passwd= secret ToKen: api_key= "
    parts += r"S-1-5-21 /users/ \Home\ x 9 - abc = home gh . 1. .5 1.2.3.4 111.1 ſecret toKen äöü "
    parts += f"{'ab' * 20} {'A-/+=' * 9}"
    words, rng = [*parts.split(), *"x9 -._\n" * 4], random.Random(5)  # noqa: S311
    return ["".join(rng.choices(words, k=rng.randint(0, 5))) for _ in range(count)]


def test_quick_looks_at_texts_miss_nothing_that_has_a_shape() -> None:
    texts = made(10_000)
    wanted = {text for text in texts if module._SUSPECT.search(text)}
    assert 1000 < len(wanted) < len(set(texts)) - 1000
    assert wanted <= {text for text in texts if is_suspect(text)}
    assert wanted <= set(suspects(texts))
    assert wanted <= {text for text in texts if suspects([text])}


def test_texts_are_looked_at_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is longer than a portion is one alone."""
    texts = made(500)
    wanted = set(suspects(texts))
    for size in (1, 7, 40, 1000):
        monkeypatch.setattr(module, "_PORTION", size)
        portions = list(module._portions(texts))
        assert [text for portion in portions for text in portion] == texts
        assert max(sum(map(len, portion[1:])) for portion in portions) <= size
        assert {text for text in texts if module._SUSPECT.search(text)} <= set(suspects(texts))
    assert len(wanted) > 50
    assert suspects([]) == []


def test_most_texts_are_ruled_out() -> None:
    harmless = ["", ".", "a.b.c.d.e", "61.234", "2026-11-20T10:00:00.123Z", "Master Night ca0fc2c2"]
    harmless += ["home/users", "Björk", "x" * 40, f"{'x' * 40}.{'y' * 40}", "\n\n"]
    assert suspects(harmless) == []
    assert not any(is_suspect(text) for text in harmless)
