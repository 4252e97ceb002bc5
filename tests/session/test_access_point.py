"""The plain first message to a Spotify access point, built after librespot's field numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.session.access_point import Hello, read_hello


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def hello(
    product: int = 3, platform: int = 0x27, version: int = 124200290, rest: int = 90
) -> bytes:
    told = ((10, product), (20, 0), (30, platform), (40, version))
    build = b"".join(varint(number << 3) + varint(value) for number, value in told)
    body = b"\x52" + varint(len(build)) + build + b"\x92\x03" + varint(rest) + bytes(rest)
    return b"\x00\x04" + (len(body) + 6).to_bytes(4, "big") + body


def test_partner_on_windows() -> None:
    found = read_hello(hello())
    assert found == Hello("partner", "Windows x86_64", 124200290)
    assert str(found) == "Spotify access point: product partner, platform Windows x86_64"


def test_the_bytes_are_those_of_the_public_rule() -> None:
    # nDPI knows the protocol by these bytes: 00 04, 00 00, then 52, 0e or 0f, 50.
    data = hello()
    assert data[:4] == b"\x00\x04\x00\x00"
    assert (data[6], data[8]) == (0x52, 0x50)
    assert data[7] in {0x0E, 0x0F}


@pytest.mark.parametrize(
    ("product", "name"),
    [
        (0, "client"),
        (1, "libspotify"),
        (2, "mobile"),
        (3, "partner"),
        (4, "number 4"),
        (5, "embedded libspotify"),
    ],
)
def test_products(product: int, name: str) -> None:
    found = read_hello(hello(product=product))
    assert found
    assert found.product == name


def test_unknown_platform_has_its_number() -> None:
    found = read_hello(hello(platform=0x99))
    assert found
    assert found.platform == "number 0x99"


def test_first_field_is_enough() -> None:
    data = hello()
    whole = 8 + data[7]
    assert read_hello(data[:whole]) == read_hello(data)
    assert read_hello(data[: whole - 1]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x04",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00\x05" + hello()[2:],
        hello()[:6] + b"\x5a" + hello()[7:],
        b"\x00\x04\x00\x00\x00\x07" + hello()[6:],
        b"\x00\x04\xff\xff\xff\xff" + hello()[6:],
        hello()[:8] + b"\x57" + hello()[9:],
        hello()[:6] + b"\x52\x02\x50\x03" + bytes(30),
        hello()[:6] + b"\x52" + b"\xff" * 30,
    ],
    ids=range(11),
)
def test_other_beginnings(data: bytes) -> None:
    assert read_hello(data) is None


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_survived(data: bytes, opened: bool) -> None:
    found = read_hello(b"\x00\x04\x00\x00" + data if opened else data)
    assert found is None or found.version >= 0


@given(st.integers(0, 2**32), st.integers(0, 2**32), st.integers(0, 2**63), st.integers(0, 300))
def test_what_is_said_is_read(product: int, platform: int, version: int, rest: int) -> None:
    found = read_hello(hello(product, platform, version, rest))
    assert found
    assert found.version == version
