"""Which shapes the numbers of a column have: `auditor.classify.shapes`, for thousands at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from auditor.classify import shapes
from auditor.records import Value

MANY = 16
"""Values from which looking at all of them together is worth it."""

_EXACT = 2.0**63
"""Longer integers are told one by one."""

_BITS = {name: 1 << place for place, name in enumerate(shapes.SHAPES)}


def marks_of(values: Sequence[Value]) -> npt.NDArray[np.int64] | None:
    """Return for each number the bits of the shapes that fit; all are int, or all float.

    None where they are better told one by one.
    """
    kind = type(values[0])
    if kind is bool:
        return None
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        return None
    size = np.abs(numbers)
    if not np.all(size < _EXACT):
        return None  # not finite, or a number that is an id
    whole = numbers == np.floor(numbers)
    found = np.full(len(numbers), _BITS["any"], dtype=np.int64)
    for name, (low, high) in shapes.RANGES.items():
        found |= np.where((numbers >= low) & (numbers <= high), _BITS[name], 0)
    low, high = shapes.COUNTS
    found |= np.where(whole & (numbers >= low) & (numbers <= high), _BITS["count"], 0)
    first, last = shapes.MOMENTS
    moments = np.zeros(len(numbers), dtype=bool)
    for scale in (1, 1e3, 1e6):
        moments |= (numbers / scale >= first) & (numbers / scale <= last)
    found |= np.where(moments, _BITS["time"], 0)
    low, high = shapes.LOOPS
    double = np.frexp(numbers)[0] == shapes.POWER_OF_TWO
    found |= np.where(double & (numbers >= low) & (numbers <= high), _BITS["beats"], 0)
    if kind is int:
        found |= np.where((numbers == 0) | (numbers == 1), _BITS["switch"], 0) | _BITS["id"]
    return found


def first_fit(marks: int, wanted: tuple[str, ...]) -> str:
    """Return the first of the wanted shapes that is among the marks, or an empty text."""
    return next((name for name in wanted if marks & _BITS[name]), "")
