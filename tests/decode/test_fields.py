from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode.fields import Field, signed, split
from auditor.selftest.wire import varint


def spell(fields: list[Field]) -> bytes:
    body = b""
    for number, wire, value in fields:
        body += varint(number << 3 | wire)
        if isinstance(value, int):
            body += varint(value)
        elif isinstance(value, bytes):
            body += (varint(len(value)) if wire == 2 else b"") + value
        else:
            body += spell(value) + varint(number << 3 | 4)
    return body


def fields(
    numbers: st.SearchStrategy[int], inner: st.SearchStrategy[list[Field]] | None
) -> st.SearchStrategy[list[Field]]:
    values = (
        st.tuples(st.just(0), st.integers(0, 2**64 - 1))
        | st.tuples(st.just(1), st.binary(min_size=8, max_size=8))
        | st.tuples(st.just(2), st.binary(max_size=200))
        | st.tuples(st.just(5), st.binary(min_size=4, max_size=4))
    )
    if inner is not None:
        values |= st.tuples(st.just(3), inner)
    one = st.tuples(numbers, values).map(lambda pair: (pair[0], *pair[1]))
    return st.lists(one, min_size=1, max_size=6, unique_by=lambda field: field[0])


NUMBERS = st.integers(1, 20) | st.integers(1, 2**29 - 1)
FIELDS = fields(NUMBERS, fields(NUMBERS, None))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(FIELDS)
def test_fields_come_back(wanted: list[Field]) -> None:
    assert split(spell(wanted)) == wanted
    assert split(spell(wanted)[:-1]) != wanted


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_spelled_one_way(data: bytes) -> None:
    found = split(data)
    assert found is None or spell(found) == data


@pytest.mark.parametrize(
    "data",
    [
        b"\x00", b"\x08", b"\x80", b"\x0c", b"\x0b\x08\x01", b"\x0b\x0c", b"\x0b\x08\x01\x14", b"\x0e", b"\x0f",
        b"\x08\x80\x00", b"\x88\x00\x01", b"\x08" + b"\xff" * 10, b"\x08" + b"\xff" * 9 + b"\x02", b"\x0d\x01",
        b"\x0a\x05abc", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x08\x01\x0a\x00",
        b"\x08\x01\x0c", b"\x0b\x08\x01\x0a\x00\x0c", b"\x0b\x08\x01\x13\x0c\x14", b"\x02\x01a", b"\x08\x81\x80\x00",
        b"\x80\x80\x80\x80\x10\x01", b"\x0b" * 40 + b"\x08\x01" + b"\x0c" * 40,
    ],
)  # fmt: skip
def test_no_message(data: bytes) -> None:
    assert split(data) is None


@pytest.mark.parametrize("bits", range(65))
def test_integers_of_every_length(bits: int) -> None:
    for number in (2**bits - 1, 2**bits // 2):
        assert split(b"\x08" + varint(number)) == [(1, 0, number)]
        assert split(b"\x0a" + varint(number)) in (None, [(1, 2, b"")])


def test_signs() -> None:
    assert [signed(number) for number in (0, 2**63 - 1, 2**63, 2**64 - 1)] == [
        0,
        2**63 - 1,
        -(2**63),
        -1,
    ]
