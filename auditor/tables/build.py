"""Turn collected rows into data frames with the columns of `auditor.tables.schema`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from auditor.records import Meaning
from auditor.redact import Redactor
from auditor.tables.collect import Collector
from auditor.tables.frames import Coded, Row, Values, frame, framed, turned
from auditor.tables.profile import BITS
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

_OF_GROUP = ("receiver", "endpoint", "event")
_OF_PLACE = ("context", "path")
_OF_MEANING = ("category", "strength", "unit", "rule", "basis", "means", "indicates")
"""Columns of a field that are the same for all that have something in common."""

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
    fields = _fields(collector, sweep)
    became = profiles.places()
    profiles.clear()
    found = {
        "fields": framed(fields, TABLES["fields"]),
        "kinds": frame(collector.carried, TABLES["kinds"]),
        "attribution": frame([], TABLES["attribution"]),
    }
    fields.clear()
    for name, rows in collector.rows.items():
        columns = rows.columns(sweep, _FREE_TEXT.get(name, ()))
        found[name] = framed(columns, TABLES[name])
    found["observations"] = collector.observed.frame(found["fields"], became, meanings, sweep)
    return {name: found[name] for name in TABLES}


def _fields(collector: Collector, sweep: Callable[[str], str]) -> list[Values]:
    """Return the columns of the table of fields; there are many fields, and few different names."""
    fields, redactor = collector.profiles.fields(), collector.redactor
    group, place, counted = fields.group, fields.place, fields.counted
    names = [
        *turned([collector.field_names((*one, "", "")) for one in fields.groups], 5)[:3],
        *turned([collector.field_names(("", "", "", *one)) for one in fields.places], 5)[3:],
    ]
    used, meaning = np.unique(counted["meaning"], return_inverse=True)
    said = turned([_said(redactor, collector.meanings.all[one]) for one in used.tolist()], 7)
    kinds = [_kinds(bits) for bits in range(2 * max(BITS.values()))]
    columns: dict[str, Values] = {
        **{name: Coded(group, names[at]) for at, name in enumerate(_OF_GROUP)},
        **{name: Coded(place, names[at]) for at, name in enumerate(_OF_PLACE, len(_OF_GROUP))},
        **{name: Coded(meaning, said[at]) for at, name in enumerate(_OF_MEANING)},
        "types": Coded(counted["types"].astype(np.int64), kinds),
        "distinct": fields.distinct,
        "example": fields.examples,
        **{name: counted[name] for name in ("count", "messages", "first", "last")},
    }
    for name in _FREE_TEXT["fields"]:
        columns[name] = _swept(columns[name], sweep)
    return [columns[one.name] for one in TABLES["fields"]]


def _swept(values: Values, sweep: Callable[[str], str]) -> Values:
    """Replace the secrets that stand in texts; equal ones are looked at once."""
    if isinstance(values, Coded):
        return values._replace(texts=[sweep(text) for text in values.texts])
    changed = {one: sweep(one) for one in dict.fromkeys(values)}
    return [changed[one] for one in values]


def _kinds(bits: int) -> str:
    return "|".join(sorted(_TYPES[kind] for kind, bit in BITS.items() if bits & bit))


def _said(redactor: Redactor, best: Meaning) -> Row:
    """Return what the strongest observation of a field says about it, as in `_OF_MEANING`."""
    return (
        best.category,
        best.strength if best.category != "other" else "",
        best.unit,
        best.rule,
        best.basis,
        redactor.clean(best.means, _MEANS) if best.means else "",
        " ".join(best.indicates),
    )
