"""Rows become tables: types as promised, what is missing stays missing, secrets are swept out."""

import pandas as pd
import pytest

from auditor.catalogue import load_catalogue
from auditor.gather import gather
from auditor.redact import Redactor
from auditor.tables.build import build_tables
from auditor.tables.collect import Collector, Kinds
from auditor.tables.frames import frame
from auditor.tables.schema import TABLES, Column
from tests.sample_result import KEY, SAMPLES
from tests.tables.made import profiles

COLUMNS = (
    Column("text", "string", ""),
    Column("kind", "category", ""),
    Column("moment", "datetime64[ms, UTC]", ""),
    Column("whole", "int64", ""),
    Column("maybe", "Int64", ""),
    Column("real", "float64", ""),
    Column("flag", "bool", ""),
)


def test_values_keep_their_types_and_gaps() -> None:
    rows = [("a", "x", 1.2345, 1, 200, 0.5, True), (None, "x", None, 2**53, None, None, False)]
    table = frame(rows, COLUMNS)
    assert [str(table[one.name].dtype) for one in COLUMNS] == [one.dtype for one in COLUMNS]
    assert table["moment"][0] == pd.Timestamp("1970-01-01T00:00:01.234Z")  # half a ms to even
    assert table["whole"].tolist() == [1, 2**53]
    missing = {name: place.tolist() for name, place in table.isna().items()}
    gaps = {"text", "moment", "maybe", "real"}
    assert missing == {one.name: [False, one.name in gaps] for one in COLUMNS}


def test_no_rows_still_make_typed_columns() -> None:
    for columns in (COLUMNS, *TABLES.values()):
        table = frame([], columns)
        assert len(table) == 0
        assert [str(table[one.name].dtype) for one in columns] == [one.dtype for one in columns]


@pytest.fixture
def collector() -> Collector:
    catalogue = load_catalogue()
    collector = Collector(Redactor(KEY), Kinds.of(catalogue.categories.values()))
    gather([SAMPLES / "tidal-web-player"], catalogue, collector)
    return collector


def test_fields_stand_in_the_order_in_which_they_came(collector: Collector) -> None:
    collector.count()
    known = profiles(collector.profiles, collector.meanings.all)
    names = [collector.field_names(one.key) for one in known]
    places = collector.profiles.places()
    fields = build_tables(collector)["fields"]
    key = ["receiver", "endpoint", "event", "context", "path"]
    assert list(fields[key].itertuples(index=False, name=None)) == names
    for name in ("count", "messages", "distinct"):
        assert fields[name].tolist() == [getattr(one, name) for one in known]
    assert sorted(places) == list(range(len(fields)))


def test_observations_point_to_their_field(collector: Collector) -> None:
    tables = build_tables(collector)
    seen, fields = tables["observations"], tables["fields"].loc
    assert len(seen) > 100
    for name in ("receiver", "endpoint", "event", "context", "path"):
        assert seen[name].tolist() == fields[seen["field"], name].tolist()


def test_what_is_known_as_secret_in_the_end_stands_nowhere(collector: Collector) -> None:
    collector.count()
    made = {
        one.name: {"int64": 0, "Int64": 200, "bool": True, "string": "x", "category": "x"}.get(
            one.dtype, 1.0
        )
        for one in TABLES["exchanges"]
    }
    for number in (10**6, 10**6 + 1):
        row = {**made, "exchange": number, "endpoint": "GET /hush-hush-77/x"}
        collector.rows["exchanges"].append(tuple(row.values()))
    collector.redactor.preview("hush-hush-77", "token")
    shown = build_tables(collector)["exchanges"]["endpoint"]
    assert len(shown) > 2
    assert shown.iloc[-2:].str.startswith("GET /‹token ").all()
    assert not shown.str.contains("hush").any()
