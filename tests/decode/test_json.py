from __future__ import annotations

import json as stdlib
import math
import random

import pytest

from auditor.decode import json
from auditor.decode.tree import Entries, Gap, Raw


def read(data: bytes, content_type: str = "") -> tuple[tuple[str, ...], object] | None:
    reading = json.read(Raw(data, content_type))
    return (reading.steps, reading.node) if reading else None


def test_repeated_keys_keep_all_values() -> None:
    assert read(b'{"a":1,"a":2}') == (("json",), Entries([(("a",), 1), (("a",), 2)]))


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775808", -(2**63)),
        ("-9223372036854775809", "-9223372036854775809"),
        ("7" * 6000, "7" * 6000),
        ("1e999", math.inf),
    ],
)
def test_numbers_fit_or_become_text(spelled: str, value: object) -> None:
    assert json.document(f"[{spelled}]") == [value]


def test_nan_is_read() -> None:
    (found,) = json.document("[NaN]")  # type: ignore[misc]
    assert isinstance(found, float)
    assert math.isnan(found)


def test_documents_in_a_row() -> None:
    wanted = (("ndjson",), Entries([((0,), {"a": 1}), ((1,), {"a": 2})]))
    assert read(b'{"a":1}\n{"a":2}\n') == wanted
    assert read(b'{"a":1}{"a":2}') == wanted
    assert read(b'{\n "a":1\n}\r\n{"a":\n2}') == wanted


def test_a_damaged_line_costs_itself_only() -> None:
    found = read(b'{"a":1}\n{"a":\n{"a":3}')
    gap = Gap("damaged", 6, "lines that are not JSON")
    assert found == (("ndjson",), Entries([((0,), {"a": 1}), ((1,), {"a": 3}), ((), gap)]))


def test_invalid_utf8_is_read_around() -> None:
    found = read(b'{"title":"caf\xe9"}')
    gap = Gap("damaged", 1, "invalid UTF-8")
    assert found == (("json",), Entries([((), {"title": "caf\ufffd"}), ((), gap)]))


def test_other_encodings_of_text() -> None:
    assert read(b'\xef\xbb\xbf{"a":1}') == (("json",), {"a": 1})
    assert read('{"a":"é"}'.encode("utf-16")) == (("json",), {"a": "é"})


def test_bare_values_need_a_label() -> None:
    assert read(b"12") is None
    assert read(b"12", "application/json") == (("json",), 12)
    assert read(b'"word"') == (("json",), "word")
    assert read(b"word", "application/json") is None


@pytest.mark.parametrize("text", ["{a}", "[INFO]", "{}x", "", "[", '{"a":1}]'])
def test_what_only_looks_like_json_is_no_structure(text: str) -> None:
    assert json.structure(text) is None


ESCAPED = [
    r'{"a":"\u00e9t\u00c9 \ud83d\ude00\u0041","b":"\/x\/"}',
    r'{"\u00fc":[1, 2.5, "\\u00e9", "\\\u00e9"], "q": "\"\u0022\u005c\u0007\u000a\n"}',
    r'["\u2028", "<\u003d>", "\u0000", "\b\f\t\u001F"]',
]


@pytest.mark.parametrize("text", ESCAPED)
def test_escapes_do_not_make_reading_slow(text: str) -> None:
    rare = text[:-1] + " " * 1000 + text[-1:]
    assert json._fast(rare) == json._slow(text) == stdlib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        r'{"a":1,"\u0061":2}',
        r'{"\/":1,"/":1}',
        r'["\u00e9",123456789012345678901]',
        r'["\ud800"]',
        r'{"\u00e9":{"x":1,"x":1}}',
        '{"a":1,"a":1}',
        "[1e400]",
        "[-0]",
    ],
)
def test_what_the_fast_reader_would_lose_is_read_slowly(text: str) -> None:
    for one in (text, text[:-1] + " " * 1000 + text[-1:]):
        with pytest.raises(json._UnsureError):
            json._fast(one)
        assert json.document(one) == json._slow(one)


def test_both_readers_say_the_same() -> None:
    dice = random.Random(3)  # noqa: S311
    letters = ["a", "\\", '"', "/", "é", "\U0001f600", "\n", "\x07", "u00e9", "\u2028", " "]
    numbers = [0, -1, 1.5, 1e-7, 1e22, 2**53 + 1, 2**64 - 1, -(2**63), 2**64, True, None]

    def value(depth: int) -> object:
        kind = dice.randrange(4 if depth else 2)
        if kind == 0:
            return "".join(dice.choices(letters, k=dice.randrange(5)))
        if kind == 1:
            return dice.choice(numbers)
        names = ["".join(dice.choices(letters, k=2)) for _ in range(dice.randrange(4))]
        return {one: value(depth - 1) for one in names} if kind == 2 else [value(depth - 1)]

    fast = 0
    for _ in range(1500):
        text = stdlib.dumps([value(3)], ensure_ascii=dice.random() < 0.7) + " " * 1500
        text = text.replace("/", "\\/") if dice.random() < 0.3 else text
        slow = json._slow(text)
        try:
            assert repr(json._fast(text)) == repr(slow)
            fast += 1
        except json._UnsureError:
            pass
        assert repr(json.document(text)) == repr(slow)
    assert fast > 1000
