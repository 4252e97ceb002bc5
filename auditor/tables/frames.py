"""Data frames with the columns of `auditor.tables.schema`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from auditor.tables.schema import Column

Row: TypeAlias = tuple[object, ...]


class Coded(NamedTuple):
    """A column of texts that come again and again: each is written down once."""

    codes: npt.NDArray[np.int64]
    texts: Sequence[str]
    """Those that `codes` point to; equal ones may stand there more than once, and unused ones."""


Values: TypeAlias = "Sequence[Any] | npt.NDArray[Any] | pa.ChunkedArray | Coded"
"""What stands in one column; texts may stand in a chunked array."""

_PLAIN = {"int64", "float64", "bool"}


def frame(rows: Collection[Row], columns: Sequence[Column]) -> pd.DataFrame:
    """Return rows as a data frame; times are given in seconds since 1970."""
    return framed(turned(rows, len(columns)), columns)


def framed(values: Iterable[Values], columns: Sequence[Column]) -> pd.DataFrame:
    """Return a data frame of what stands in its columns."""
    data = {
        column.name: _column(some, column.dtype)
        for some, column in zip(values, columns, strict=True)
    }
    return pd.DataFrame(data, columns=[column.name for column in columns], copy=False)


def turned(rows: Collection[Row], width: int) -> list[Sequence[Any]]:
    """Return the columns of rows."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _column(values: Values, dtype: str) -> pd.Series[Any]:
    if isinstance(values, Coded):
        return pd.Series(_category(values))
    if dtype == "string":
        if not isinstance(values, pa.ChunkedArray):
            values = pa.array(values, pa.large_string(), from_pandas=True)
        return pd.Series(pd.array(values, dtype="string"))
    if dtype in _PLAIN:
        return pd.Series(np.array(values, dtype=dtype))
    if dtype.startswith("datetime"):
        moments = pd.Series(np.array(values, dtype="float64") * 1000).round()
        return pd.to_datetime(moments, unit="ms", utc=True).astype("datetime64[ms, UTC]")
    return pd.Series(values, dtype="object").astype(dtype)  # type: ignore[call-overload,no-any-return]


def _category(values: Coded) -> pd.Categorical:
    """Return a column of categories, which are sorted: the same rows make the same column."""
    used, codes = np.unique(values.codes, return_inverse=True)
    texts = [values.texts[one] for one in used.tolist()]
    names = sorted({*texts})
    number = {name: at for at, name in enumerate(names)}
    of = np.array([number[text] for text in texts], dtype=np.int64)
    return pd.Categorical.from_codes(of[codes], categories=pd.Index(names, dtype="string"))
