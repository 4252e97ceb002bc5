import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.redact import Redactor

KEY = b"k" * 32

HOLDING = [
    ("mail dj@example.org now", "dj@example.org"),
    ("Bearer abcdefgh12345678", "abcdefgh12345678"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkaiJ9.c2ln", "eyJzdWIiOiJkaiJ9"),
    ("/Users/alice/Music/a.mp3", "alice"),
    (r"C:\Users\alice\Music", "alice"),
    ("S-1-5-21-1-2-3-1001", "S-1-5-21"),
    ("from 192.168.1.17", "192.168.1.17"),
    ("http://192.168.1.17/x", "192.168.1.17"),
    ("Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4MTIz", "Zm9vYmFyYmF6"),
]
"""Texts, each with a part of the secret in it."""
SECRETS = [text for text, _ in HOLDING]


@pytest.fixture
def redactor() -> Redactor:
    return Redactor(KEY)


def test_secrets_become_labels_that_stay_equal(redactor: Redactor) -> None:
    first = redactor.preview("abc.def.ghi", "token")
    assert first == redactor.preview("abc.def.ghi", "token")
    assert first != redactor.preview("abc.def.ghj", "token")
    assert first.startswith("‹token ")
    assert first.endswith(", 11 characters›")


def test_another_key_gives_another_label(redactor: Redactor) -> None:
    assert redactor.preview("12345", "account-id") != Redactor(b"x" * 32).preview(
        "12345", "account-id"
    )


@pytest.mark.parametrize(("text", "secret"), HOLDING)
def test_secret_shapes_do_not_pass(redactor: Redactor, text: str, secret: str) -> None:
    assert secret not in redactor.preview(text)
    assert redactor.counts.total() == 1


@pytest.mark.parametrize(
    "text",
    [
        "77640617",
        "PLAYBACK_START",
        "Chrome/131.0.0.0",
        "131.0.0.0",
        "https://tidal.com/track/1",
        "house",
    ],
)
def test_harmless_values_stay_readable(redactor: Redactor, text: str) -> None:
    assert redactor.preview(text) == text


def test_values_that_are_no_text(redactor: Redactor) -> None:
    shown = [redactor.preview(value) for value in (True, None, 61.2, 8, b"\x00\x01", "")]
    assert shown == ["true", "null", "61.2", "8", "‹2 bytes›", ""]


def test_identity_is_always_hidden_and_numbers_too(redactor: Redactor) -> None:
    assert redactor.preview(12345, category="identity").startswith("‹identity ")
    assert redactor.hides(12345, "", "identity")
    assert not redactor.hides(61.2, "", "seek")


def test_sweep_finds_what_was_learned_later(redactor: Redactor) -> None:
    early = redactor.preview("note: HUSH-HUSH-77 was here")
    redactor.preview("HUSH-HUSH-77", "token")
    assert "HUSH" in early
    assert "HUSH" not in redactor.sweep(early)


def test_short_secrets_are_swept_only_as_a_whole(redactor: Redactor) -> None:
    redactor.preview("1234", "account-id")
    assert redactor.sweep("track 12345") == "track 12345"
    assert redactor.sweep("1234").startswith("‹account-id ")


def test_control_and_direction_characters_are_spelled_out(redactor: Redactor) -> None:
    assert redactor.preview("a\u202eb\x1b[31m\ud83d") == "a\\u202eb\\u001b[31m\\ud83d"


def test_long_texts_are_cut(redactor: Redactor) -> None:
    assert redactor.preview("la " * 100).endswith("… (300 characters)")


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(min_size=9, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_learned_secret_survives_a_sweep(secret: bytes, before: str, after: str) -> None:
    redactor = Redactor(KEY)
    text = base64.urlsafe_b64encode(secret).decode()
    redactor.preview(text, "token")
    assert text not in redactor.sweep(before + text + after)


def test_ids_inside_names_are_found_however_they_are_written() -> None:
    redactor = Redactor(KEY)
    for one in ("0123456789ABCDEF", "aBcDeF01-aaaa-BBBB-cccc-aaaaaaaabbbb", "9f" * 8):
        assert one not in redactor.path(f"users.{one}.name")
    assert redactor.counts == {"id": 3}
    for one in ("deadbeef", "abcdefabcdefabcdef", "0123456789012345", "0123456-89ab"):
        assert redactor.path(f"users.{one}.name") == f"users.{one}.name"


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=12) | st.sampled_from(SECRETS), max_size=12), st.randoms())
def test_many_texts_are_cleaned_as_each_is(pieces: list[str], chance: random.Random) -> None:
    texts = ["".join(chance.sample(pieces, chance.randint(0, len(pieces)))) for _ in range(8)]
    many, single = Redactor(KEY), Redactor(KEY)
    assert many.clean_all(texts) == {text: single.clean(text) for text in texts}
    assert many.secrets == single.secrets


def test_protobuf_tags_are_no_address() -> None:
    redactor = Redactor(KEY)
    for path in ("1.3.2.2", "1.3.2.16>payload.value", "2.2.7.1"):
        assert redactor.path(path) == path
    assert "198.51.100.7" not in redactor.path('hosts["198.51.100.7"].name')
    assert redactor.counts == {"ip": 1}


@pytest.mark.parametrize("far", ["203.0.113.9", "1.1.1.1"])
def test_far_ends_are_hidden_in_what_was_captured_and_shown_otherwise(
    redactor: Redactor, far: str
) -> None:
    early = redactor.clean(f"from 203.0.113.99 to {far}")
    redactor.preview("203.0.113.98", category="identity")
    assert redactor.address(f"{far}:443") == f"{far}:443"
    assert redactor.clean(f"from 203.0.113.99 to {far}") == early
    assert far not in early.split()
    assert redactor.sweep(far) == far
    assert redactor.sweep(f"Left for {far}: 3.") == f"Left for {far}: 3."
    for other in ("203.0.113.99", "203.0.113.98"):
        assert other not in redactor.sweep(f"not for {other}")
    other = Redactor(KEY)
    other.learn(redactor.secrets, redactor.far_ends)
    assert other.sweep(far) == far
