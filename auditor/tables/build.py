"""Turn collected rows into data frames with the columns of `auditor.tables.schema`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from auditor.records import Meaning
from auditor.redact import Redactor
from auditor.tables.collect import Collector
from auditor.tables.frames import Row, Values, frame, framed, turned
from auditor.tables.profile import Profile
from auditor.tables.schema import TABLES

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


def build_tables(collector: Collector) -> dict[str, pd.DataFrame]:
    """Return every table, with all learned secrets swept out of captured text.

    The table `attribution` is empty yet: it is worked out from the others.
    Empties the collector: rows and tables of a large capture need not be in memory together.
    """
    collector.finish()
    profiles, meanings = collector.profiles, collector.meanings.all
    sweep = collector.redactor.sweep
    fields = _fields(collector, list(profiles.profiles()))
    became = profiles.places()
    profiles.clear()
    found = {
        "fields": framed(_swept("fields", fields, sweep), TABLES["fields"]),
        "kinds": frame(collector.carried, TABLES["kinds"]),
        "attribution": frame([], TABLES["attribution"]),
    }
    fields.clear()
    for name, rows in collector.rows.items():
        columns = rows.columns(sweep, _FREE_TEXT.get(name, ()))
        found[name] = framed(columns, TABLES[name])
    found["observations"] = collector.observed.frame(found["fields"], became, meanings, sweep)
    return {name: found[name] for name in TABLES}


def _swept(name: str, values: Sequence[Values], sweep: Callable[[str], str]) -> Iterator[Values]:
    """Yield the columns of a table, with the secrets replaced that stand in its free text."""
    for some, column in zip(values, TABLES[name], strict=True):
        yield _each(sweep, some) if column.name in _FREE_TEXT[name] else some


def _each(change: Callable[[Any], Any], values: Values) -> Values:
    """Change every value; equal ones are looked at once."""
    changed = {one: change(one) for one in dict.fromkeys(values)}
    return [changed[one] for one in values]


def _fields(collector: Collector, profiles: Sequence[Profile]) -> list[Values]:
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
        *turned(events, 4),
        paths,
        [one.count for one in profiles],
        [one.messages for one in profiles],
        _each(
            lambda types: "|".join(sorted(map(_TYPES.__getitem__, types))),
            [one.types for one in profiles],
        ),
        [one.distinct for one in profiles],
        [one.example for one in profiles],
        *turned(said, 7),
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
