from __future__ import annotations

import base64
import gzip
import json
import random
import zlib
from urllib.parse import quote

import pytest

from auditor.decode.limits import Limits, Meter
from auditor.decode.strings import is_evident, reread
from auditor.decode.tree import Entries, Gap, Reading
from auditor.places import without_surrogates

EVENT = {"event": "cue_set", "ms": 61234}
TEXT = json.dumps(EVENT)


def read(text: str) -> Reading | None:
    return reread(text, Meter(Limits()))


def base(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (TEXT, ("json",)),
        (f" {TEXT}\n", ("json",)),
        (quote(TEXT), ("url", "json")),
        (quote(quote(TEXT)), ("url", "json")),
        (base(TEXT.encode()), ("base64", "json")),
        (base(TEXT.encode()).rstrip("="), ("base64", "json")),
        (base64.urlsafe_b64encode(TEXT.encode()).decode(), ("base64", "json")),
        (base(gzip.compress(TEXT.encode())), ("base64", "gzip", "json")),
        (base(zlib.compress(TEXT.encode())), ("base64", "deflate", "json")),
        (TEXT.encode().hex(), ("hex", "json")),
    ],
)
def test_the_event_is_found(text: str, steps: tuple[str, ...]) -> None:
    assert read(text) == Reading(1, steps, EVENT)


def test_base64_survives_a_plus_that_became_a_space() -> None:
    event = {"x": "~~~>>>???"}
    packed = base(json.dumps(event).encode())
    assert "+" in packed
    found = read(packed.replace("+", " "))
    assert found is not None
    assert found.node == event


def test_query_strings_of_two_pairs() -> None:
    pairs = Entries([(("e_c",), "deck"), (("e_a",), "load track")])
    assert read("?e_c=deck&e_a=load%20track") == Reading(1, ("form",), pairs)
    assert read(base(b"e_c=deck&e_a=load%20track")) == Reading(1, ("base64", "form"), pairs)


def token(header: dict[str, object], claims: dict[str, object]) -> str:
    parts = (json.dumps(header), json.dumps(claims), "signature")
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def test_a_token_is_kept_and_its_claims_are_read() -> None:
    signed = token({"alg": "HS256", "typ": "JWT"}, {"sub": "user-7", "exp": 1763700000})
    wanted = Reading(1, ("jwt",), {"sub": "user-7", "exp": 1763700000}, keep=True)
    assert read(signed) == wanted
    assert read(f"Bearer {signed}") == wanted
    assert read(token({"other": 1}, {"sub": "x"})) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "true",
        "1763700000123",
        "77640617",
        "One More Time",
        "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        "3f2b8a7e-0000-4000-8000-1234567890ab",
        "9ec79c33ec9942ab8353589fcb2e04dc",
        "https://example.test/watch?a=1&b=2",
        "Drum & Bass = fun & loud",
        "a=1",
        "[Remix]",
        "{}x",
        "eyJub3QiOiJh",
        "text/html;q=0.9,*/*;q=0.8",
        "deadbeefdeadbeefdeadbeef",
        "7b7b7b7b7b7b7b7b",
        base(b"just some words that mean nothing"),
    ],
)
def test_words_numbers_and_ids_stay_what_they_are(text: str) -> None:
    assert read(text) is None


def test_long_base64_without_meaning_is_kept_and_counted() -> None:
    sealed = base(bytes((index * 197 + 91) % 256 for index in range(600)))
    gap = Gap("encrypted or unknown binary", len(sealed), "base64")
    assert read(sealed) == Reading(1, (), gap, keep=True)
    picture = base(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3)
    found = read(picture)
    assert found is not None
    assert isinstance(found.node, Gap)
    assert (found.node.reason, found.node.detail) == ("media", "image/png")


def test_a_bomb_in_a_string_is_over_the_limit() -> None:
    found = read(base(gzip.compress(bytes(30_000_000))))
    assert found is not None
    assert isinstance(found.node, Gap)
    assert found.node.reason == "over limit"


@pytest.mark.parametrize(
    "text", ["eyJhbGciOiJIUzI1NiJ9.eyJÈ0In0.x", "aüüüüüüüüüüüü==", "éééééééééééé"]
)
def test_letters_that_no_base64_has_are_plain_text(text: str) -> None:
    assert read(text) is None


def made_up_strings() -> list[str]:
    """Return what anybody might send, and the same cut, joined and shifted."""
    dice = random.Random(11)  # noqa: S311
    whole = [TEXT, quote(TEXT), base(TEXT.encode()), TEXT.encode().hex(), base(b"a=1&b=2&c=3")]
    whole += ["eyJhbGciOiJub25lIn0.eyJhIjoxfQ.", "Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x"]
    whole += ["a=1&b=2", "x.y=1&z=3", "7b7d", "5B5D2C5B", gzip.compress(TEXT.encode()).hex()]
    whole += ["Mix (Extended)", "deck_play", "e.g. this", "be.nice", "\ud800", "é", "\n", "=", " "]
    whole += [TEXT.encode().hex().upper(), base(bytes(range(256)) * 3), "0.5", "%7B%22a%22%3A1%7D"]
    pieces = [one[: dice.randrange(1, len(one) + 1)] for one in whole for _ in range(4)]
    return whole + [
        "".join(dice.choices(whole + pieces, k=dice.choice([1, 2]))) for _ in range(3000)
    ]


def test_what_is_evident_holds_nothing_more() -> None:
    """Told by one look, it must be what the long way says, and cost nothing."""
    evident = [text for text in made_up_strings() if is_evident(text)]
    assert len(evident) > 500
    for text in evident:
        meter = Meter(Limits())
        assert reread(text, meter) is None
        assert meter.left == Limits().plain_size
        assert without_surrogates(text) == text


@pytest.mark.parametrize(
    "text", ["9ec79c33ec9942ab8353589fcb2e04dc", "cue_set", "5B", "Mix of 7c (Dub)", "/a/b.aiff"]
)
def test_ids_words_and_names_are_evident(text: str) -> None:
    assert is_evident(text)
