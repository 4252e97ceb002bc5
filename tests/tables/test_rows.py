"""Rows that are written down one by one come back as columns, however often they were packed."""

from __future__ import annotations

import pickle

import pytest

from auditor.tables.frames import Row, frame, framed
from auditor.tables.rows import Rows
from auditor.tables.schema import Column

COLUMNS = (
    Column("exchange", "int64", ""),
    Column("text", "string", ""),
    Column("moment", "datetime64[ms, UTC]", ""),
    Column("maybe", "Int64", ""),
    Column("real", "float64", ""),
    Column("flag", "bool", ""),
)
SOME: tuple[Row, ...] = (
    (0, "a", 1.2345, 200, 0.5, True),
    (1, "b", None, None, None, False),
    (2, "a", 2.0, 2**53 + 1, 0.25, True),
    (2, None, 3.0, 404, 1.5, False),
)


def shown(text: str) -> str:
    return text.replace("b", "‹hidden›")


def gathered(*rows: Row, every: int = 100) -> Rows:
    found = Rows(COLUMNS)
    for number, row in enumerate(rows, 1):
        found.append(row)
        if number % every == 0:
            found.pack()
    return found


@pytest.mark.parametrize("every", [1, 3, 100])
def test_rows_come_back_as_they_were(every: int) -> None:
    rows = gathered(*SOME, every=every)
    assert len(rows) == 4
    table = framed(rows.columns(shown, ()), COLUMNS)
    assert table.equals(frame(SOME, COLUMNS))
    assert [str(table[one.name].dtype) for one in COLUMNS] == [one.dtype for one in COLUMNS]
    assert len(rows) == 0


def test_secrets_are_swept_out_of_free_text_only() -> None:
    for free, text in ((("text",), "‹hidden›"), ((), "b")):
        rows = gathered(*SOME, every=3)
        assert framed(rows.columns(shown, free), COLUMNS)["text"].tolist()[:3] == ["a", text, "a"]


def test_no_rows_are_a_table_too() -> None:
    table = framed(gathered().columns(shown, ("text",)), COLUMNS)
    assert table.equals(frame([], COLUMNS))


def test_rows_of_another_process_stand_in_the_order_of_exchanges() -> None:
    """Those of one exchange as they came."""
    mine, other = gathered(SOME[0], SOME[2], SOME[3], every=2), gathered(SOME[1])
    mine.take(pickle.loads(pickle.dumps(other)))  # noqa: S301 - our own
    assert len(mine) == 4
    assert framed(mine.columns(shown, ()), COLUMNS).equals(frame(SOME, COLUMNS))


def test_other_tables_keep_the_order_of_their_rows() -> None:
    columns = (Column("id", "string", ""), Column("number", "int64", ""))
    rows = Rows(columns)
    for row in (("z", 2), ("a", 1)):
        rows.append(row)
    assert framed(rows.columns(shown, ()), columns)["id"].tolist() == ["z", "a"]


def test_many_rows_pack_themselves() -> None:
    rows = gathered(*[(number, "x", 0.0, 1, 0.0, True) for number in range(5001)], every=10**6)
    assert len(rows) == 5001
    assert framed(rows.columns(shown, ()), COLUMNS)["exchange"].tolist() == list(range(5001))
