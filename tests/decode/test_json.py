from __future__ import annotations

import math

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
