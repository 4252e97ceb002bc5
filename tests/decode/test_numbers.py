from __future__ import annotations

import random
import struct

import pytest

from auditor.decode.numbers import fixed, integer_points, packed
from auditor.selftest.wire import varint


def varints(*numbers: int) -> bytes:
    return b"".join(varint(number) for number in numbers)


@pytest.mark.parametrize(
    ("piece", "value"),
    [
        (struct.pack("<f", 61.234), 61.234),
        (struct.pack("<d", 128.0), 128.0),
        (struct.pack("<d", -1.0), -1.0),
        (struct.pack("<d", 0.0), 0.0),
        (struct.pack("<q", 1_763_700_000_123), 1_763_700_000_123),
        (struct.pack("<q", -7), -7),
        (struct.pack("<i", -1), -1),
        (struct.pack("<i", 61234), 61234),
        (struct.pack("<f", float("inf")), 0x7F800000),
        (struct.pack("<f", float("nan")), 0x7FC00000),
    ],
)
def test_the_usual_reading(piece: bytes, value: float) -> None:
    found, _ = fixed(piece)
    assert (found, type(found)) == (value, type(value))


def test_points() -> None:
    assert [
        integer_points(number) for number in (5, 1_763_700_000_123_456, 2**64 - 1, 2**52, 2**62)
    ] == [
        1,
        1,
        1,
        0,
        -2,
    ]


@pytest.mark.parametrize(
    ("piece", "found"),
    [
        (varints(1, 2, 3), [1, 2, 3]),
        (varints(300, 5), [300, 5]),
        (varints(12_000, 61_234, 245_678, 300_001), [12_000, 61_234, 245_678, 300_001]),
        (varints(*[61_234, 20_001, 45_678, 33_333, 99_999, 17_000, 88_888]), [61_234, 20_001, 45_678, 33_333, 99_999, 17_000, 88_888]),
        (bytes([0, 1, 1, 0, 2] * 4), [0, 1, 1, 0, 2] * 4),
        (struct.pack("<3d", 61.234, 128.0, 3.25), [61.234, 128.0, 3.25]),
        (struct.pack("<2d", 61.5, 0.0), [61.5, 0.0]),
        (struct.pack("<2f", 61.5, 128.0), [61.5, 128.0]),
        (struct.pack("<9f", *[0.123457] * 9), [0.123457] * 9),
        (varints(5), None),
        (b"\x81", None),
        (varints(1, 2**40), None),
        (b"\x01\x80\x00", None),
        (bytes(8), [0] * 8),
        (struct.pack("<2d", 61.234567891, 0.0), None),
    ],
)  # fmt: skip
def test_packed(piece: bytes, found: list[float] | None) -> None:
    assert packed(piece) == found


@pytest.mark.parametrize("behind", range(7))
def test_lists_of_integers_of_one_length(behind: int) -> None:
    seeded = random.Random(behind)  # noqa: S311
    least, most = (0 if not behind else 128**behind), 128 ** (behind + 1)
    for count in (3, 9, 13):
        numbers = sorted(seeded.randrange(least, most) for _ in range(count))
        assert packed(varints(*numbers)) == (numbers if behind < 5 else None)


@pytest.mark.parametrize("size", [8, 10, 12, 16, 20, 24, 32, 48, 64, 100])
def test_ids_are_no_lists(size: int) -> None:
    seeded = random.Random(size)  # noqa: S311
    wrong = [piece for piece in (seeded.randbytes(size) for _ in range(4000)) if packed(piece)]
    assert len(wrong) <= 80 // (size // 8) ** 2, len(wrong)
