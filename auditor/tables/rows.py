"""Rows of a table while they are gathered: written down one by one, kept as columns.

A row in Python takes four times what it takes in columns, and a capture has as many as exchanges.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
import pyarrow as pa

from auditor.tables.frames import Coded, Row, Values
from auditor.tables.schema import Column

_LOOSE = 2_000
"""Rows that are written down before they are packed."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {
    "string": _TEXT,
    "category": _TEXT,
    "int64": pa.int64(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "datetime64[ms, UTC]": pa.float64(),
}
"""How the values of a column are kept, by pandas dtype; moments as seconds since 1970."""


_NONE = np.empty(0, dtype=np.int64)


class Rows:
    """Rows in the order of a table's columns; times are given in seconds since 1970."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = pa.schema([(one.name, _TYPES[one.dtype]) for one in columns])
        self._loose: list[Row] = []
        self._packed: list[pa.RecordBatch] = []

    def __len__(self) -> int:
        return len(self._loose) + sum(int(one.num_rows) for one in self._packed)

    def append(self, row: Row) -> None:
        """Write down a row."""
        self._loose.append(row)
        if len(self._loose) >= _LOOSE:
            self.pack()

    def pack(self) -> None:
        """Turn what was written down into columns."""
        if not self._loose:
            return
        values = zip(*self._loose, strict=True)
        kept = zip(values, self._schema, strict=True)
        arrays = [pa.array(some, field.type, from_pandas=True) for some, field in kept]
        self._packed.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._loose.clear()

    def take(self, other: Rows) -> None:
        """Take the rows of another of the same table; rows of exchanges stay in their order."""
        self.pack()
        other.pack()
        self._packed += other._packed

    def columns(self, sweep: Callable[[str], str], free: Collection[str]) -> list[Values]:
        """Return what stands in the columns; `sweep` is shown the different texts of `free` ones.

        Empties this object.
        """
        self.pack()
        table = pa.Table.from_batches(self._packed, self._schema)
        self._packed = []
        if table.column_names[0] == "exchange":
            number = table["exchange"].to_numpy()
            if (np.diff(number) < 0).any():
                table = table.take(pa.array(np.argsort(number, kind="stable")))
        values = zip(self._columns, table.columns, strict=True)
        return [_value(one, some, sweep if one.name in free else None) for one, some in values]


def _value(column: Column, values: pa.ChunkedArray, sweep: Callable[[str], str] | None) -> Values:
    """Return what a column holds, as `frames.framed` takes it."""
    if values.type != _TEXT:
        return values.to_pylist() if values.null_count else values.to_numpy()
    chunks = [*_swept(values, sweep)]
    if column.dtype != "category":
        return pa.chunked_array([texts.take(codes) for codes, texts in chunks], pa.string())
    texts = [text for _, mine in chunks for text in mine.to_pylist()]
    starts = np.cumsum([0, *(len(mine) for _, mine in chunks)])
    codes = [one.to_numpy() + start for (one, _), start in zip(chunks, starts, strict=False)]
    return Coded(np.concatenate([_NONE, *codes]), texts)


def _swept(
    values: pa.ChunkedArray, sweep: Callable[[str], str] | None
) -> Iterator[tuple[pa.Int32Array, pa.StringArray]]:
    """Yield for each chunk its codes, and the texts that they point to."""
    for one in values.chunks:
        texts = one.dictionary.to_pylist()
        yield one.indices, pa.array(map(sweep, texts) if sweep else texts, pa.string())
