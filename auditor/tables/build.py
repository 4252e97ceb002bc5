"""Turn collected rows into data frames with the columns of `auditor.tables.schema`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from auditor.records import Meaning
from auditor.redact import Redactor
from auditor.tables.collect import Collector, Row
from auditor.tables.profile import Profile
from auditor.tables.schema import TABLES, Column

_MEANS = 400
"""Characters of an explanation; the lexicon's names the fields around, which are captured text."""

_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    bytes: "bytes",
    type(None): "null",
}

_FREE_TEXT = {
    "exchanges": ("endpoint", "process"),
    "fields": ("example", "path", "event", "means", "endpoint"),
    "marks": ("action", "values"),
    "connections": ("id", "process", "detail"),
    "unread": ("detail", "path", "endpoint"),
}
"""Columns that hold captured text; swept once more when every secret is known. Observations have
them from the fields."""

_PLAIN = {"int64", "float64", "bool"}

_Values = Sequence[Any]
"""What stands in one column."""


def frame(rows: Sequence[Row], columns: Sequence[Column]) -> pd.DataFrame:
    """Return rows as a data frame; times are given in seconds since 1970."""
    return _framed(_turned(rows, len(columns)), columns)


def _framed(values: Iterable[_Values], columns: Sequence[Column]) -> pd.DataFrame:
    """Return a data frame of what stands in its columns."""
    data = {
        column.name: _column(some, column.dtype)
        for some, column in zip(values, columns, strict=True)
    }
    return pd.DataFrame(data, columns=[column.name for column in columns], copy=False)


def _column(values: _Values, dtype: str) -> pd.Series[Any]:
    if dtype == "string":
        return pd.Series(
            pd.array(pa.array(values, pa.large_string(), from_pandas=True), dtype="string")
        )
    if dtype in _PLAIN:
        return pd.Series(np.array(values, dtype=dtype))
    if dtype.startswith("datetime"):
        moments = pd.Series(np.array(values, dtype="float64") * 1000).round()
        return pd.to_datetime(moments, unit="ms", utc=True).astype("datetime64[ms, UTC]")
    return pd.Series(values, dtype="object").astype(dtype)  # type: ignore[call-overload,no-any-return]


def build_tables(collector: Collector) -> dict[str, pd.DataFrame]:
    """Return every table, with all learned secrets swept out of captured text.

    The table `attribution` is empty yet: it is worked out from the others.
    Empties the collector: rows and tables of a large capture need not be in memory together.
    """
    collector.finish()
    profiles, meanings = collector.profiles, collector.meanings.all
    rows = {**collector.rows, "kinds": collector.carried}
    columns = {name: _turned(some, len(TABLES[name])) for name, some in rows.items()}
    columns["fields"] = _fields(collector, list(profiles.profiles()))
    became = profiles.places()
    rows.clear()
    collector.rows.clear()
    profiles.clear()
    found = {name: _swept(name, columns.pop(name), collector.redactor) for name in list(columns)}
    found["observations"] = collector.observed.frame(
        found["fields"], became, meanings, collector.redactor.sweep
    )
    found["attribution"] = frame([], TABLES["attribution"])
    return {name: found[name] for name in TABLES}


def _swept(name: str, values: Sequence[_Values], redactor: Redactor) -> pd.DataFrame:
    """Return a table, with the secrets replaced that stand in its columns of free text."""
    free, columns = _FREE_TEXT.get(name, ()), TABLES[name]
    swept = (
        _each(redactor.sweep, some) if column.name in free else some
        for some, column in zip(values, columns, strict=True)
    )
    return _framed(swept, columns)


def _each(change: Callable[[Any], Any], values: _Values) -> _Values:
    """Change every value; equal ones are looked at once."""
    changed = {one: change(one) for one in dict.fromkeys(values)}
    return [changed[one] for one in values]


def _fields(collector: Collector, profiles: Sequence[Profile]) -> list[_Values]:
    """Return the columns of the table of fields; there are many fields, and few different names."""
    # All but the path is the same for a whole event, and paths are the same in many events.
    events = _each(
        lambda key: collector.field_names((*key, ""))[:4], [one.key[:4] for one in profiles]
    )
    nobody = ("",) * 4
    paths = _each(
        lambda path: collector.field_names((*nobody, path))[4], [one.key[4] for one in profiles]
    )
    said = _each(partial(_said, collector.redactor), [one.best for one in profiles])
    return [
        *_turned(events, 4),
        paths,
        [one.count for one in profiles],
        [one.messages for one in profiles],
        _each(
            lambda types: "|".join(sorted(map(_TYPES.__getitem__, types))),
            [one.types for one in profiles],
        ),
        [one.distinct for one in profiles],
        [one.example for one in profiles],
        *_turned(said, 7),
        [one.first for one in profiles],
        [one.last for one in profiles],
    ]


def _said(redactor: Redactor, best: Meaning) -> Row:
    """Return what the strongest observation of a field says about it, in the order of the table."""
    return (
        best.category,
        best.strength if best.category != "other" else "",
        best.unit,
        best.rule,
        best.basis,
        redactor.clean(best.means, _MEANS) if best.means else "",
        " ".join(best.indicates),
    )


def _turned(rows: Collection[Row], width: int) -> list[_Values]:
    """Return the columns of rows."""
    return list(zip(*rows, strict=True)) if rows else [()] * width
