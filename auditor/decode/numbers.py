"""Read bytes as numbers where nothing says which: as the numbers that people and programs use."""

from __future__ import annotations

import itertools
import struct

_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")
_LEAST, _MOST = 1e-6, 1e12
_FIRST, _LAST = 1_000_000_000, 2_500_000_000
_LONG = 8
_MORE = 0x80
_IDS = frozenset({8, 12, 16, 20, 24, 32, 48, 64})
_SHORT = 8
"""Fewer bytes are no id; as a list of small numbers they lose nothing."""
_MANY = 24
"""Random bytes do not give so many numbers of nearly one length."""
_ENOUGH = {8: 3, 4: 8}
"""Random bytes do not give so many usual floats of this width."""
_FEW_DIGITS = 6
_PACKED_MOST = 2**35
_ENDS = bytes([*[0] * 128, *[1] * 128])
_END = b"\0"
"""Translated with `_ENDS`, the last byte of every varint is this one."""


def integer_points(number: int) -> int:
    """Rate an integer: counts, seconds, milli-, micro- and nanoseconds of our time, and -1."""
    if number < 2**32 or number >= 2**64 - 2**31 or is_time(number):
        return 1
    return 0 if number < 2**53 else -2


def is_time(number: int) -> bool:
    """Say whether an integer is a time from 2001 to 2049 in some usual unit."""
    return (
        _FIRST <= number < _LAST
        or _FIRST <= number // 10**3 < _LAST
        or _FIRST <= number // 10**6 < _LAST
        or _FIRST <= number // 10**9 < _LAST
    )


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
    """Read floats of either width that are all usual ones."""
    for width, code in ((8, "d"), (4, "f")):
        count, rest = divmod(len(piece), width)
        found: tuple[float, ...] = () if rest else struct.unpack(f"<{count}{code}", piece)
        for one in found:
            if one and not _LEAST <= abs(one) < _MOST:
                break
        else:
            if count > 1 and any(found):
                return [*found] if width == _LONG else [float(f"{one:.7g}") for one in found]
    return None


def _is_short(number: float) -> bool:
    return len(repr(number).strip("-").replace(".", "").strip("0")) < _FEW_DIGITS


def _varints(piece: bytes) -> list[int | float] | None:
    runs = piece.translate(_ENDS).split(_END)
    runs.pop()
    likely = _looks_like_list(set(map(len, runs)), len(runs), len(piece))
    if likely is False:
        return None
    found: list[int | float] = []
    number = shift = 0
    for byte in piece:
        if byte & _MORE:
            number |= (byte & ~_MORE) << shift
            shift += 7
            continue
        if shift and not byte:
            return None
        found.append(number | byte << shift)
        number = shift = 0
    if likely or all(one <= after for one, after in itertools.pairwise(found)):
        return found if max(found) < _PACKED_MOST else None
    return None


def _looks_like_list(more: set[int], count: int, size: int) -> bool | None:
    """Say whether integers are a list and not an id; None: only when they are in order.

    `more` holds how many bytes each takes beyond its first.
    """
    if count < 2:  # noqa: PLR2004 - one number is no list
        return False
    least, most = min(more), max(more)
    if size < _SHORT:
        return most - least <= 2  # noqa: PLR2004 - small lists are of similar numbers
    if most - least > 1:
        return False
    if not most:
        return True
    is_id = size in _IDS and count < _SHORT
    even = least > 0 or count >= _MANY
    return True if even and not is_id else None
