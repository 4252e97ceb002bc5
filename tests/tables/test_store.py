"""An audit survives its folder: the same facts, claims and tables come back."""

import json
from pathlib import Path

import pandas as pd
import pytest

from auditor.errors import StoreError
from auditor.tables.schema import TABLES
from auditor.tables.store import read_audit, write_audit
from tests.sample_result import audit_sample


def test_round_trip(tmp_path: Path) -> None:
    audit = audit_sample("segment-node")
    write_audit(audit, tmp_path)
    again = read_audit(tmp_path)
    assert again.facts == json.loads(json.dumps(audit.facts))
    assert again.claims == audit.claims
    for name, table in audit.tables.items():
        read = again.tables[name]
        repeated = [one for one in table if table[one].dtype == "category"]
        assert [one for one in read if read[one].dtype == "category"] == repeated
        texts = dict.fromkeys(repeated, "string")  # the kind of text below a category may differ
        pd.testing.assert_frame_equal(read.astype(texts), table.astype(texts), check_dtype=False)


def test_tables_have_the_columns_that_are_promised() -> None:
    tables = audit_sample("segment-node").tables
    for name, columns in TABLES.items():
        assert list(tables[name].columns) == [column.name for column in columns]
        for column in columns:
            assert str(tables[name][column.name].dtype) == column.dtype, (name, column.name)


def test_what_is_no_audit(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        read_audit(tmp_path)
    write_audit(audit_sample("segment-node"), tmp_path)
    document = json.loads((tmp_path / "audit.json").read_text("utf-8"))
    for strange in ({**document, "facts": {**document["facts"], "format": 99}}, {}, []):
        (tmp_path / "audit.json").write_text(json.dumps(strange))
        with pytest.raises(StoreError, match="another version"):
            read_audit(tmp_path)
