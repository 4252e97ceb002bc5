"""Look at observations column by column: a capture has many of them, and few of them matter here.

A row is named by its number, counted from 0, whatever the index of the table is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.object_]

_ZERO = pd.Timestamp(0, tz="UTC")

_LONGEST = 24
"""A text with so many characters is no number: it is an id."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts that come again and again: which of the different texts each row has."""

    codes: npt.NDArray[np.integer[Any]]
    texts: list[str]

    @classmethod
    def of(cls, column: pd.Series[Any]) -> Texts:
        """Return a column, plain or categorical; a missing text is an empty one."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes, texts = column.cat.codes.to_numpy(), column.cat.categories.tolist()
        else:
            codes, different = pd.factorize(column.astype("object"))
            texts = list(different)
        missing = codes < 0
        if missing.any():
            codes, texts = np.where(missing, len(texts), codes), [*texts, ""]
        return cls(codes, texts)

    def at(self, row: int) -> str:
        """Return the text of a row."""
        return self.texts[int(self.codes[row])]

    def told(self, say: Callable[[str], int], rows: Rows) -> Rows:
        """Return what `say` says of the text of each of some rows; it is asked once for a text."""
        codes, different = pd.factorize(self.codes[rows])
        said: Rows = np.array([say(self.texts[code]) for code in different.tolist()], dtype=np.intp)
        return said.take(codes)

    def fits(self, say: Callable[[str], bool], rows: Rows) -> Flags:
        """Return of which of some rows `say` says yes to the text."""
        return self.told(say, rows) > 0

    def is_in(self, wanted: Collection[str]) -> Flags:
        """Say of each row whether its text is one of some."""
        return np.array([text in wanted for text in self.texts], dtype=np.bool_).take(self.codes)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of observations by which they are chosen."""

    table: pd.DataFrame
    receivers: Texts
    endpoints: Texts
    events: Texts
    contexts: Texts
    paths: Texts
    units: Texts
    categories: Texts
    messages: Rows
    """Which message each row is of, from 0."""
    begins: Rows
    """The first row of each message, and the number of rows in all."""

    @classmethod
    def of(cls, observations: pd.DataFrame) -> Columns:
        """Return the columns of a table in which the rows of each message stand together."""
        firsts = np.zeros(len(observations), dtype=np.bool_)
        firsts[:1] = True
        for name in ("exchange", "message"):
            numbers = observations[name].to_numpy()
            firsts[1:] |= numbers[1:] != numbers[:-1]
        return cls(
            table=observations,
            receivers=Texts.of(observations["receiver"]),
            endpoints=Texts.of(observations["endpoint"]),
            events=Texts.of(observations["event"]),
            contexts=Texts.of(observations["context"]),
            paths=Texts.of(observations["path"]),
            units=Texts.of(observations["unit"]),
            categories=Texts.of(observations["category"]),
            messages=np.cumsum(firsts) - 1,
            begins=np.append(np.flatnonzero(firsts), len(observations)),
        )

    def values(self, rows: Rows) -> Values:
        """Return the values of some rows as texts."""
        return self.table["value"].iloc[rows].astype("object").to_numpy()

    def numbers(self, rows: Rows) -> Floats:
        """Return the values of some rows where they are numbers, NaN where they are none."""
        return numbers_of(self.table.iloc[rows])

    def moments(self, name: str, rows: Rows) -> Floats:
        """Return the times of some rows in seconds since 1970, NaN where there is none."""
        return seconds(self.table[name].iloc[rows])

    def sent_to(self, addresses: Collection[str]) -> Flags:
        """Say which rows went to one of some addresses."""
        found = self.endpoints.is_in({one for one in addresses if "/" in one})
        for one in addresses:
            receiver, _, endpoint = one.rpartition("/")
            found |= self.receivers.is_in({receiver}) & self.endpoints.is_in({endpoint})
        return found


def address(receiver: str, endpoint: str) -> str:
    """Return receiver and endpoint as the catalogue names them, whatever the host."""
    return endpoint if "/" in endpoint else f"{receiver}/{endpoint}"


def seconds(times: pd.Series[Any]) -> Floats:
    """Return times in seconds since 1970, NaN where there is none."""
    return np.asarray((times - _ZERO).dt.total_seconds(), dtype=np.float64)


def numbers_of(observations: pd.DataFrame) -> Floats:
    """Return values that are numbers, also those that were written as texts; NaN for others."""
    found = np.array(observations["number"], dtype=np.float64)
    rest = np.flatnonzero(~np.isfinite(found))
    if len(rest):
        codes, texts = pd.factorize(observations["value"].iloc[rest].astype("object"))
        found[rest] = np.array([_number(str(text)) for text in texts])[codes]
    return found


def indicated(fields: pd.DataFrame, places: npt.NDArray[np.integer[Any]]) -> list[frozenset[str]]:
    """Return for each place in the table of fields what may be worked out from that field."""
    codes, different = pd.factorize(places)
    hints = [""] * len(different)
    known = np.flatnonzero((different >= 0) & (different < len(fields)))
    texts = fields["indicates"].iloc[different[known]].astype("object").fillna("")
    for number, text in zip(known.tolist(), texts, strict=True):
        hints[number] = text
    told = {hint: frozenset(hint.split()) for hint in set(hints)}
    return [told[hints[code]] for code in codes.tolist()]


def _number(text: str) -> float:
    try:
        value = float(text) if len(text) < _LONGEST else nan
    except ValueError:
        return nan
    return value if isfinite(value) else nan
