"""Values as outputs show them, by the column: no secret, and as if they were shown one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from auditor.records import NO_MEANING, Meaning, Value
from auditor.redact import Redactor
from auditor.tables import show as module
from auditor.tables.meanings import is_open
from auditor.tables.show import Show
from tests.tables.made import FIRM

KEY = b"k" * 32
SECRET = FIRM._replace(secret="account-id")  # noqa: S106 - a kind
DEVICE = Meaning("device", "strong")
PERSON = Meaning("identity", "weak")
ID = "00000000-0000-4000-8000-000000000001"
VALUES: Sequence[Value] = (
    *(1, True, 1.0, 0, False, 0.0, None, "", b"", b"abc", "1", "plain", "x" * 200),
    *("dj@example.test", ID, 12345678901234567890, math.nan, math.inf, "a\u202eb", "plain"),
)
MEANINGS = (NO_MEANING, FIRM, SECRET, DEVICE, PERSON)


@pytest.fixture
def show() -> Show:
    return Show(Redactor(KEY))


def test_a_column_is_shown_as_its_values_are_one_by_one(show: Show) -> None:
    values = [value for value in VALUES for _ in MEANINGS]
    codes = np.array([*range(len(MEANINGS))] * len(VALUES))
    opens = np.array([is_open(meaning) for meaning in MEANINGS])
    texts, numbers = show.column(values, MEANINGS, codes, opens[codes])
    redactor = Redactor(KEY)
    pairs = [(value, meaning) for value in VALUES for meaning in MEANINGS]
    assert texts == [
        redactor.preview(value, meaning.secret, meaning.category) for value, meaning in pairs
    ]
    one_by_one = [Show(Redactor(KEY)).number(*pair) for pair in pairs]
    np.testing.assert_array_equal(numbers, one_by_one)
    assert show._redactor.secrets == redactor.secrets
    assert {str(one) for one in VALUES if type(one) is int} <= set(redactor.secrets)


@pytest.mark.parametrize(
    "values", [[1, -5, 2**60, 2**64 - 1], [0.1, math.nan, -0.0, 1e300], [1, 1.0, 0, -0.0]]
)
def test_numbers_that_nobody_hides(show: Show, values: list[Value]) -> None:
    """Whether they are known to be open or each is looked at."""
    codes = np.zeros(len(values), dtype=np.intp)
    fast = show.column(values, [FIRM], codes, codes == 0)
    slow = show.column(values, [FIRM], codes, codes != 0)
    assert fast[0] == slow[0] == [Redactor(KEY).preview(one) for one in values]
    np.testing.assert_array_equal(fast[1], slow[1])
    np.testing.assert_array_equal(fast[1], [float(one) for one in values])  # type: ignore[arg-type]


def test_minus_zero_is_shown_as_such_beside_zero(show: Show) -> None:
    """As it is in a column of numbers alone, or in another batch."""
    values, codes = [0.0, -0.0, None], np.zeros(3, dtype=np.intp)
    texts, _ = show.column(values, [FIRM], codes, codes != 0)
    assert texts == ["0.0", "-0.0", "null"]


def test_booleans_are_no_numbers(show: Show) -> None:
    codes = np.zeros(4, np.intp)
    texts, numbers = show.column([True, 1, 0.0, False], [FIRM], codes, codes == 0)
    assert texts == ["true", "1", "0.0", "false"]
    np.testing.assert_array_equal(numbers, [math.nan, 1, 0, math.nan])


def test_numbers_that_are_hidden_are_no_numbers(show: Show) -> None:
    """One number may be an id here and a position there."""
    values, codes = [4711, 4711, 4712], np.array([0, 1, 1])
    texts, numbers = show.column(values, [FIRM, SECRET], codes, codes == 0)
    assert texts[0] == "4711"
    assert all(one.startswith("‹account-id ") for one in texts[1:])
    np.testing.assert_array_equal(numbers, [4711, math.nan, math.nan])
    assert show._redactor.secrets == {"4711": "account-id", "4712": "account-id"}


def test_a_plain_text_is_hidden_where_it_is_a_secret(show: Show) -> None:
    """However often it was shown before."""
    for meaning in (NO_MEANING, DEVICE, FIRM):
        assert show.preview("plain words", meaning) == "plain words"
    assert show.preview("plain words", SECRET).startswith("‹account-id ")
    assert show.preview("plain words", PERSON).startswith("‹identity ")
    assert show.preview(ID, NO_MEANING) == ID
    assert show.preview(ID, DEVICE).startswith("‹device-id ")


def test_texts_are_learned_from(show: Show) -> None:
    """Whether they are shown or not, in whatever column they stand, and beside other values."""
    mail = "by dj@example.test"
    show.learn([["plain", mail, "plain"], [1, True, None, b"dj@example.org"], ["", mail]])
    assert show._redactor.secrets == {"dj@example.test": "email"}
    assert show.preview(mail, FIRM) == Redactor(KEY).clean(mail)
    assert show.preview("plain", FIRM) == "plain"


def test_what_was_learned_is_shown_as_what_was_not(show: Show) -> None:
    texts = ["", "plain", "x" * 200, "a\u202eb", "Björk", "to dj@example.test", ID]
    before = [show.preview(one, meaning) for one in texts for meaning in MEANINGS]
    show.learn([texts])
    assert [show.preview(one, meaning) for one in texts for meaning in MEANINGS] == before


def test_texts_with_secrets_are_remembered_from_batch_to_batch(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the others, nor long ones, nor more than there is room for."""
    texts = [f"to dj{number}@example.test" for number in range(6)]
    show.learn([["plain", "x" * 200, "x" * 501], texts[:2]])
    show.learn([texts[2:4]])
    assert set(show._texts) == {"x" * 200, *texts[:4]}
    monkeypatch.setattr(module, "_MEMORY", 3)
    show.learn([texts[4:]])
    assert set(show._texts) == {*texts[4:]}
    assert len(show._redactor.secrets) == 6
