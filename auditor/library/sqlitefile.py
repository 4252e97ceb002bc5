"""Read tables of an SQLite file that belongs to somebody else: nothing is written beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from auditor.library.model import Bad

MAGIC = b"SQLite format 3\0"
_LONGEST_VALUE = 16 << 20
_DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""The second comes with messages about a table whose name is no text."""

_DAMAGED = Bad("a damaged database, from there on")
_OPEN_ELSEWHERE = Bad("changes not yet in the database: quit the application and read again")


def table_names(path: Path) -> frozenset[str]:
    """Return the names of the tables, none when the file is damaged."""
    try:
        with closing(_open(path)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return frozenset(name for (name,) in found)
    except _DAMAGE:
        return frozenset()


def rows(path: Path, table: str, wanted: Sequence[str]) -> Iterator[tuple[Any, ...] | Bad]:
    """Yield these columns of every row; a column that the file does not have gives None.

    `table` and `wanted` are names of ours, never of the file. Texts that are no UTF-8 keep what
    can be read of them. A damaged file ends it with a `Bad` record.
    """
    try:
        with closing(_open(path)) as connection:
            has = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            columns = ", ".join(name if name in has else "NULL" for name in wanted)
            yield from connection.execute(f"SELECT {columns} FROM {table}")  # noqa: S608
    except _DAMAGE:
        yield _DAMAGED


def unfinished(path: Path) -> Iterator[Bad]:
    """Yield a record when the application still keeps changes in a file beside its database."""
    log = path.with_name(f"{path.name}-wal")
    if log.is_file() and log.stat().st_size:
        yield _OPEN_ELSEWHERE


def _open(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection
