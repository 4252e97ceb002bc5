"""Known values are found in every spelling, where they are, and nowhere else."""

import base64
import hashlib
import json
import random
import re
import unicodedata
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.known import KINDS, KnownValue, KnownValues, search
from auditor.known.numbers import Numbers, spelled


def known(kind: str, value: str | float) -> KnownValue:
    return KnownValue(f"{kind}-{value}", kind, KINDS[kind], value)


NAME = 'Hörner über "Hafen" / 5+1'
VALUES = (
    known("title", NAME),
    known("artist", "Kestrel Mono"),
    known("cue-name", "Vexley"),
    known("cue-name", "Intro"),
    known("cue-position", 147.123),
    known("bpm", 123.47),
)
KNOWN = KnownValues(VALUES)


def base64_inside(text: str, before: int) -> str:
    return base64.b64encode(b"#" * before + text.encode() + b"##").decode()


SPELLINGS = {
    "plain": NAME,
    "lower": NAME.lower(),
    "inside": f"now playing: {NAME}!",
    "apart": unicodedata.normalize("NFD", NAME),
    "json": json.dumps({"a": NAME}),
    "json utf-8": json.dumps({"a": NAME}, ensure_ascii=False),
    "json slashes": json.dumps({"a": NAME}).replace("/", "\\/"),
    "json after a line feed": json.dumps("\n" + NAME),
    "url": "x" + quote(NAME, safe=""),
    "url path": "x/" + quote(NAME),
    "url lower": quote(NAME, safe=""),
    "form": quote_plus(NAME),
    "base64 0": base64_inside(NAME, 0),
    "base64 1": base64_inside(NAME, 1),
    "base64 2": base64_inside(NAME, 2),
    "base64url": base64.urlsafe_b64encode(NAME.encode()).decode().rstrip("="),
    "hex": NAME.encode().hex(),
    "HEX": NAME.encode().hex().upper(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings(spelling: str) -> None:
    text = SPELLINGS[spelling]
    if spelling == "url lower":
        text = re.sub("%..", lambda code: code[0].lower(), text)
    assert KNOWN.search(["other", text]) == [(1, 0)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kestrel Mono", True),
        ("kestrel mono", True),
        ("by Kestrel Mono (live)", True),
        ("a%2FKestrel Mono%2F", True),
        ('"\\u00e4Kestrel Mono"', True),
        ("äKestrel Mono", True),
        ("xKestrel Mono", False),
        ("Kestrel Monorail", False),
        ("KESTREL mono", False),
    ],
)
def test_borders_of_words(text: str, found: bool) -> None:
    assert bool(KNOWN.search([text])) is found


def test_short_and_everyday_values() -> None:
    assert KNOWN.search(["Vexley", "vexley", "the Vexley set", "Intro"]) == [(0, 2), (1, 2)]


def test_a_text_may_hold_several_and_order_is_kept() -> None:
    texts = [f"Kestrel Mono - {NAME}", "", "nothing", "Kestrel Mono", "Kestrel Mono"]
    assert KNOWN.search(texts) == [(0, 0), (0, 1), (3, 1), (4, 1)]


def test_nothing_is_found_across_texts() -> None:
    assert KNOWN.search(["Kestrel", " Mono", "Kestrel ", "Mono"]) == []
    assert KNOWN.search(["Kestrel\0Mono"]) == []


def test_nothing_known_and_nothing_to_search() -> None:
    assert KnownValues(()).search(["a"]) == []
    assert KnownValues(()).numbers([1, 2.5]) == []
    assert KNOWN.search([]) == []
    assert KNOWN.numbers([]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=12), max_size=9))
def test_places_are_right_among_any_texts(texts: list[str]) -> None:
    place = len(texts) // 2
    mixed = [*texts[:place], "• Kestrel Mono", *texts[place:]]
    assert (place, 1) in KNOWN.search(mixed)
    assert [one for one in KNOWN.search(mixed) if one != (place, 1)] == [
        (at + (at >= place), index) for at, index in KNOWN.search(texts)
    ]


def test_values_alike_are_all_told() -> None:
    twice = KnownValues([known("title", "Kestrel Mono"), known("playlist", "Kestrel Mono")])
    assert twice.search(["Kestrel Mono"]) == [(0, 0), (0, 1)]


def test_long_values_are_found_by_their_beginning() -> None:
    acoustic = base64.b64encode(hashlib.shake_256(b"sound").digest(260)).decode()
    one = KnownValues([known("track-id", acoustic)])
    assert one.search([acoustic, f"id={acoustic}", acoustic[100:]]) == [(0, 0), (1, 0)]


def test_a_large_library_keeps_its_first_values_in_every_spelling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "MOST_CODED", 1)
    both = KnownValues(
        [known("path", "/music/harbour at five.mp3"), known("cue-name", "Kestrel Mono")]
    )
    assert both.only_plain == 1
    texts = ["Kestrel+Mono", "%2Fmusic%2Fharbour+at+five.mp3", "x /music/harbour at five.mp3"]
    assert both.search(texts) == [(0, 1), (2, 0)]


@pytest.mark.parametrize(
    "text",
    ["147123", "147.123", "147124", "147122", "2:27.123", "02:27.123", "00:02:27.123", "6488124", "7061904"],
)  # fmt: skip
def test_positions_spelled_as_texts(text: str) -> None:
    assert KNOWN.search([text, f"at {text}"]) == [(0, 4)]


def test_trailing_zeros_of_a_spelled_position() -> None:
    assert {"147.120", "147.12"} <= spelled(known("cue-position", 147.12))


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (147.123, "s"), (147.124, "s"), (147.12213, "s"), (147123, "ms"), (147122.1, "ms"),
        (147123000, "us"), (147122500, "us"), (6488124, "samples-44100"), (6488160, "samples-44100"),
        (7061904, "samples-48000"),
    ],
)  # fmt: skip
def test_numbers_in_units(value: float, unit: str) -> None:
    assert KNOWN.numbers([1, value, 3]) == [(1, 4, unit)]


@pytest.mark.parametrize(
    "value",
    [
        147,
        147.1251,
        147.12,
        147125,
        1471230,
        -147.123,
        6488200,
        0,
        10**400,
        float("nan"),
        float("inf"),
    ],
)
def test_other_numbers(value: float) -> None:
    assert KNOWN.numbers([value]) == []


def test_tempos() -> None:
    assert KNOWN.numbers([123.47, 123.4749, 12347, 123.48, 123]) == [
        (0, 5, "bpm"), (1, 5, "bpm"), (2, 5, "bpm-hundredths"),
    ]  # fmt: skip


def test_numbers_agree_with_looking_one_by_one() -> None:
    draw = random.Random(11)  # noqa: S311
    values = [known("cue-position", draw.randrange(100_000) / 1000 + 100) for _ in range(400)]
    numbers = Numbers(list(enumerate(values)))
    asked = [draw.choice(values).value * draw.choice([1, 1e3, 44100.0]) + draw.uniform(-2e-3, 2e-3) for _ in range(300)]  # type: ignore[operator]  # fmt: skip
    found = {(place, index) for place, index, unit in numbers.search(asked) if unit == "s"}
    assert found == {
        (place, index)
        for place, one in enumerate(asked)
        for index, value in enumerate(values)
        if abs(one - float(value.value)) <= 0.001 * (1 + 1e-9)
    }
    assert found
