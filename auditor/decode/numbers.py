"""Read bytes as numbers where nothing says which: as the numbers that people and programs use."""

from __future__ import annotations

import itertools
import re
import struct

from auditor.decode.fields import WEIGHED

_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")
_LEAST, _MOST = 1e-6, 1e12
_SECONDS, _MILLIS, _MICROS, _NANOS = (
    range(1_000_000_000 * unit, 2_500_000_000 * unit) for unit in (1, 10**3, 10**6, 10**9)
)
_LONG = 8
_MORE = 0x80
_ONE_BYTE = 0x7F
_W1, _W2, _W3, _W4, _W5 = WEIGHED[:5]
_IDS = frozenset({8, 12, 16, 20, 24, 32, 48, 64})
_SHORT = 8
"""Fewer bytes are no id; as a list of small numbers they lose nothing."""
_MANY = 24
"""Random bytes do not give so many numbers of nearly one length."""
_ENOUGH = {8: 3, 4: 8}
"""Random bytes do not give so many usual floats of this width."""
_FEW_DIGITS = 6
_MOST_BEHIND = 4
"""Bytes behind the first; longer integers are no numbers that come in lists."""
_ENDS = bytes([*[0] * 128, *[1] * 128])
_END = b"\0"
_THREE, _TWO_OF_ONE = b"\1\1\0", b"\0\0"
"""Translated with `_ENDS`, the last byte of every varint is this one."""
_TOO_LONG = re.compile(rb"[\x80-\xff]\x00")
"""A varint that is spelled longer than a writer would spell it."""


def integer_points(number: int) -> int:
    """Rate an integer: counts, seconds, milli-, micro- and nanoseconds of our time, and -1."""
    if number < 2**32 or number >= 2**64 - 2**31 or is_time(number):
        return 1
    return 0 if number < 2**53 else -2


def is_time(number: int) -> bool:
    """Say whether an integer is a time from 2001 to 2049 in some usual unit."""
    return number in _MILLIS or number in _SECONDS or number in _MICROS or number in _NANOS


def fixed(piece: bytes) -> tuple[int | float, int]:
    """Read four or eight bytes as a float when that gives a number people use, else integer."""
    floating = _float(piece)
    if not floating or _LEAST <= abs(floating) < _MOST:
        return floating, 1
    number = int.from_bytes(piece, "little", signed=True)
    return number, 1 if is_time(number) or abs(number) < 2**24 else -1


def packed(piece: bytes) -> list[int | float] | None:
    """Read bytes as the numbers of a packed field, or None where they might as well be an id."""
    floats = None if len(piece) % 4 else _floats(piece)
    if floats and all(map(_is_short, floats)):
        return [*floats]
    found = None if piece[-1] & _MORE else _varints(piece)
    if found is None and floats and len(floats) >= _ENOUGH[len(piece) // len(floats)]:
        return [*floats]
    return found


def _float(piece: bytes) -> float:
    if len(piece) == _LONG:
        double: float = _DOUBLE.unpack(piece)[0]
        return double
    # Four bytes carry seven digits; more would be noise (0.1 read as 0.10000000149).
    return float(f"{_FLOAT.unpack(piece)[0]:.7g}")


def _floats(piece: bytes) -> list[float] | None:
    """Return two or more floats that are all usual, of eight bytes or else of four."""
    if len(piece) < _LONG:
        return None
    for one, width, code in (_DOUBLE, _LONG, "d"), (_FLOAT, _LONG // 2, "f"):
        (first,) = one.unpack_from(piece)
        if first and not _LEAST <= abs(first) < _MOST:
            continue  # most ids end here
        count, rest = divmod(len(piece), width)
        found = () if rest or count == 1 else struct.unpack(f"<{count}{code}", piece)
        if any(found) and all(map(_is_usual, found)):
            return [*found] if width == _LONG else [float(f"{one:.7g}") for one in found]
    return None


def _is_usual(number: float) -> bool:
    return not number or _LEAST <= abs(number) < _MOST


def _is_short(number: float) -> bool:
    return len(repr(number).strip("-").replace(".", "").strip("0")) < _FEW_DIGITS


def _varints(piece: bytes) -> list[int | float] | None:
    ends = piece.translate(_ENDS)
    if len(piece) >= _SHORT and _THREE in ends and (_TWO_OF_ONE in ends or not ends[0]):
        return None  # lengths that differ by two: most ids end here
    likely = _looks_like_list(*_lengths(ends), len(piece))
    if likely is False or (b"\0" in piece and _TOO_LONG.search(piece)):
        return None
    found = _spelled(piece)
    if likely or all(one <= after for one, after in itertools.pairwise(found)):
        return found
    return None


def _spelled(piece: bytes) -> list[int | float]:
    """Return the varints, of five bytes at most, that fill a piece."""
    found: list[int | float] = []
    left = iter(piece)
    for byte in left:
        number = byte
        if byte > _ONE_BYTE:
            more = next(left)
            number = _W1[byte] + _W2[more]
            if more > _ONE_BYTE:
                more = next(left)
                number += _W3[more]
                if more > _ONE_BYTE:
                    more = next(left)
                    number += _W4[more]
                    if more > _ONE_BYTE:
                        number += _W5[next(left)]
        found.append(number)
    return found


def _lengths(ends: bytes) -> tuple[int, int, int]:
    """Return how many bytes varints take behind their first, at least and at most; their number."""
    width = ends.find(_END) + 1
    count, rest = divmod(len(ends), width)
    if not rest and ends == ends[:width] * count:
        return width - 1, width - 1, count
    behind = [*map(len, ends.split(_END))]
    behind.pop()
    return min(behind), max(behind), len(behind)


def _looks_like_list(least: int, most: int, count: int, size: int) -> bool | None:
    """Say whether integers are a list and not an id; None: only when they are in order.

    `least` and `most` are the bytes that one of them takes behind its first.
    """
    if count < 2 or most > _MOST_BEHIND:  # noqa: PLR2004 - one number is no list
        return False
    if size < _SHORT:
        return most - least <= 2  # noqa: PLR2004 - small lists are of similar numbers
    if most - least > 1:
        return False
    if not most:
        return True
    is_id = size in _IDS and count < _SHORT
    even = least > 0 or count >= _MANY
    return True if even and not is_id else None
