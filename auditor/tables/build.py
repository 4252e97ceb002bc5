"""Turn collected rows into data frames with the columns of `auditor.tables.schema`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from auditor.redact import Redactor
from auditor.tables.collect import Collector, Row
from auditor.tables.profile import FieldKey, Profile
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


def frame(rows: Sequence[Row], columns: Sequence[Column]) -> pd.DataFrame:
    """Return rows as a data frame; times are given in seconds since 1970."""
    data: dict[str, Any] = {}
    for position, column in enumerate(columns):
        values: Any = pd.Series([row[position] for row in rows], dtype="object")
        if column.dtype.startswith("datetime"):
            seconds = pd.to_numeric(values, errors="coerce").astype("float64")
            data[column.name] = pd.to_datetime(
                (seconds * 1000).round(), unit="ms", utc=True
            ).astype("datetime64[ms, UTC]")
        else:
            data[column.name] = values.astype(column.dtype)
    return pd.DataFrame(data, columns=[column.name for column in columns])


def build_tables(collector: Collector) -> dict[str, pd.DataFrame]:
    """Return every table, with all learned secrets swept out of captured text.

    The table `attribution` is empty yet: it is worked out from the others.
    Empties the collector: rows and tables of a large capture need not be in memory together.
    """
    collector.count()
    fields = sorted(collector.profiles.fields.items(), key=lambda pair: pair[1].born)
    rows: dict[str, list[Row]] = {**collector.rows, "fields": _fields(collector, fields)}
    rows["kinds"] = collector.carried
    numbers = {one.row: number for number, (_, one) in enumerate(fields)}
    fields.clear()
    collector.rows.clear()
    collector.profiles.fields.clear()
    found = {name: frame(rows.pop(name), TABLES[name]) for name in list(rows)}
    for name, table in found.items():
        _sweep(name, table, collector.redactor)
    became = [numbers[row] for row in range(len(numbers))]
    observations = collector.observed.frame(found["fields"], became, collector.redactor.sweep)
    found["observations"] = observations[[column.name for column in TABLES["observations"]]]
    found["attribution"] = frame([], TABLES["attribution"])
    return {name: found[name] for name in TABLES}


def _sweep(name: str, table: pd.DataFrame, redactor: Redactor) -> None:
    for column in _FREE_TEXT.get(name, ()):
        table[column] = sweep(table[column], redactor)


def sweep(texts: pd.Series[str], redactor: Redactor) -> pd.Series[str]:
    """Replace learned secrets; each different text is looked at once."""
    swept: Mapping[str, str] = {
        text: redactor.sweep(text) for text in texts.dropna().unique().tolist()
    }
    return texts.map(swept).astype("string")


def _fields(collector: Collector, fields: Sequence[tuple[FieldKey, Profile]]) -> list[Row]:
    explain = lru_cache(maxsize=65536)(lambda means: collector.redactor.clean(means, _MEANS))
    return [
        (
            *collector.field_names(key),
            one.count,
            one.messages,
            "|".join(sorted(_TYPES[kind] for kind in one.types)),
            one.distinct,
            one.example,
            one.best.category,
            one.best.strength,
            one.best.unit,
            one.best.rule,
            one.best.basis,
            explain(one.best.means) if one.best.means else "",
            " ".join(one.best.indicates),
            one.first,
            one.last,
        )
        for key, one in fields
    ]
