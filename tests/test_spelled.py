"""Secrets are found in texts, however they are spelled and wherever they stand."""

from __future__ import annotations

import random
import sys

import pytest

from auditor import spelled as module
from auditor.redact import Redactor
from auditor.spelled import SHORTEST, Spelled, spellings
from tests.sample_result import KEY

SECRETS = ["hush-hush-77", "geheim\0ß\n12345", "\ud800 alone \ud83d\ude00", "x" * 90, "12345678"]


def shown(secret: str) -> str:
    return f"‹{SECRETS.index(secret) if secret in SECRETS else '?'}›"


@pytest.mark.parametrize("secret", SECRETS)
def test_every_spelling_is_found(secret: str) -> None:
    several = Spelled(SECRETS)
    for one in spellings(secret):
        assert several.replaced(f"a {one} b", shown) == f"a {shown(secret)} b"


def test_short_secrets_are_not_searched_inside_texts() -> None:
    few = Spelled(["1234567", "87654321"])
    assert len(few) == 2
    assert few.replaced("1234567", shown) == "1234567"
    assert few.replaced("x 87654321", shown) == "x ‹?›"
    assert Spelled(()).replaced("anything at all", shown) == "anything at all"


def test_the_longest_of_those_that_begin_alike_is_hidden() -> None:
    named = {"same start": "one", "same start, longer": "two", "same start, other": "three"}
    alike = Spelled(named)
    for secret, name in named.items():
        assert alike.replaced(f"<{secret}>", named.__getitem__) == f"<{name}>"


def test_a_text_that_was_cut_may_end_inside_of_one() -> None:
    cut = Redactor(KEY).clean("y " * 35 + "hush-hush-77")
    assert cut.endswith("hush-hush-… (82 characters)")
    assert Spelled(SECRETS).replaced(cut, shown) == "y " * 35 + "‹0›… (82 characters)"
    assert len("hush-hu") < SHORTEST
    short = Redactor(KEY).clean("y" * 73 + "hush-hush-77")
    assert Spelled(SECRETS).replaced(short, shown) == short


def test_addresses_that_are_shown_stay_where_they_stand_whole() -> None:
    numbers = Spelled(["192.0.2.7", "192.0.2.70", "192.0.2.71-secret"])
    kept = {"192.0.2.7", "192.0.2.77"}
    for text in ("192.0.2.7", "cue.192.0.2.77", "to 192.0.2.7:443.", "192.0.2.7 192.0.2.77"):
        assert numbers.replaced(text, shown, kept) == text
    hidden = {
        "192.0.2.70": "‹?›",
        "192.0.2.70 192.0.2.7": "‹?› 192.0.2.7",
        "192.0.2.78": "‹?›8",
        "1192.0.2.7": "1‹?›",
        "192.0.2.71-secret": "‹?›",
        b"192.0.2.7".hex(): "‹?›",
    }
    for text, expected in hidden.items():
        assert numbers.replaced(text, shown, kept) == expected


def test_quick_look_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The automaton only says which secrets are worth looking for, place by place."""
    rng = random.Random(7)  # noqa: S311
    pieces = ["", "a", "12345", "hush", "ß\n", "\ud800", "\ud83d", "‹id›", "x" * 7]
    for secret in SECRETS:
        pieces += [secret, secret[:9], secret[1:], *spellings(secret)]
        pieces.append(Redactor(KEY).clean("y" * 75 + secret))
    asked = ["".join(rng.choices(pieces, k=rng.randint(1, 4))) for _ in range(1500)]
    quick = Spelled(SECRETS)
    found = [quick.replaced(text, shown) for text in asked]
    monkeypatch.setattr(module.Spelled, "_candidates", lambda *_: SECRETS)
    assert [quick.replaced(text, shown) for text in asked] == found
    assert sum(text != one for text, one in zip(asked, found, strict=True)) > 500


def test_what_is_learned_between_two_sweeps_is_found_as_well() -> None:
    redactor = Redactor(KEY)
    for secret in SECRETS:
        redactor.preview(secret, "token")
        assert secret not in redactor.sweep(f"before {secret} behind")


def test_it_does_not_matter_when_a_secret_was_added() -> None:
    secrets = [f"{start} {number}" for start in ("same start", "another") for number in range(40)]
    whole, grown = Spelled(secrets), Spelled()
    for size in (1, 1, 0, 5, 2, 40, 1, 30):
        grown.add(secrets[len(grown) : len(grown) + size])
    assert len(grown) == len(whole) == 80
    text = " | ".join(reversed(secrets))
    assert grown.replaced(text, str.upper) == whole.replaced(text, str.upper) == text.upper()


def test_secrets_that_come_one_by_one_are_looked_at_a_few_times_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def counted(secret: str) -> set[str]:
        asked.append(secret)
        return {secret}

    monkeypatch.setattr(module, "spellings", counted)
    redactor = Redactor(KEY)
    for number in range(256):
        redactor.preview(f"secret-{number:04}", "token")
        redactor.sweep("nothing of it in here")
    assert len(set(asked)) == 256
    assert len(asked) < 256 * 9
    assert redactor.sweep("<secret-0000>").startswith("<‹token ")


def test_what_cannot_be_seen_is_not_printable() -> None:
    """So a text that is printable needs no second look."""
    unseen = [one for one in map(chr, range(sys.maxunicode + 1)) if module._UNSEEN.match(one)]
    assert len(unseen) > 2000
    assert not any(one.isprintable() for one in unseen)
