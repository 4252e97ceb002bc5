"""Positions in messages of unknown form: which object, and what stands beside."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from auditor.reconstruct import rows
from auditor.reconstruct.columns import Columns
from auditor.reconstruct.readers import generic, objects
from auditor.reconstruct.records import Report
from auditor.reconstruct.recover import recover
from tests.reconstruct import players
from tests.reconstruct.players import T, a_set, post, tables_of

URL = "https://collect.example.net/v2/events"


def read(documents: Sequence[object]) -> dict[str, list[Report]]:
    """Read documents that left one per second."""
    tables = tables_of([post(T + second, URL, one) for second, one in enumerate(documents)])
    return generic.read(Columns.of(tables["observations"]), tables["fields"])


def test_what_is_nearest_counts_and_the_item_before_the_outside() -> None:
    found = read(
        [
            {
                "trackId": "outer",
                "deckId": "left",
                "events": [
                    {"playheadSeconds": second, "trackId": "inner", "action": "play"},
                    {"playheadSeconds": 60 + second, "deckId": "right", "isPlaying": False},
                ],
            }
            for second in range(4)
        ]
    )
    (reports,) = found.values()
    told = {(one.session, one.track, one.kind) for one in reports}
    assert told == {("left", "inner", "start"), ("right", "outer", "stop")}
    assert [one.position_s for one in reports[:3]] == [0, 60, 1]


def test_an_object_without_a_position_of_its_own_has_that_of_the_message() -> None:
    found = read(
        [
            {"playheadSeconds": second, "trackId": "t", "previous": {"playheadSeconds": 3}}
            for second in range(3)
        ]
    )
    (reports,) = found.values()
    assert {one.position_s for one in reports} == {0, 1, 2}
    assert {one.track for one in reports} == {"t"}


def test_moments_beside_a_position() -> None:
    found = read(
        [
            {
                "events": [
                    {"playheadSeconds": place, "occurredAt": when}
                    for place, when in ((1, (T + 1) * 1e3), (2, T + 2), (3, "soon"), (4, 12))
                ]
            }
        ]
    )
    (reports,) = found.values()
    assert [one.time for one in reports] == [T + 1, T + 2, T, T]


@pytest.mark.parametrize(
    "numbers", [(5, 5, 5, 5), (0.1, 0.3, 0.5, 0.9), (9, 7, 5, 3), (0, 40, 80, 120)]
)
def test_what_does_not_move_as_a_playhead_does(numbers: Sequence[float]) -> None:
    assert read([{"playheadSeconds": one, "trackId": "t"} for one in numbers]) == {}


def test_the_size_of_a_batch_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [*players.unknown(a_set()), *players.unknown(a_set(1.05), "playheadMs")]
    tables = tables_of(requests)
    columns = Columns.of(tables["observations"])
    whole = generic.read(columns, tables["fields"])
    assert sum(map(len, whole.values())) > 60
    for size in (1, 50):
        monkeypatch.setattr(objects, "_AT_ONCE", size)
        assert generic.read(columns, tables["fields"]) == whole


def test_no_row_is_made_of_what_no_service_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = tables_of(players.unknown(a_set()))
    expected = recover(tables)
    monkeypatch.setattr(rows, "Row", None)
    assert recover(tables) == expected
    assert expected


def test_known_receivers_are_left_alone() -> None:
    tables = tables_of(players.unknown(a_set()))
    columns = Columns.of(tables["observations"])
    (receiver,) = generic.read(columns, tables["fields"])
    assert generic.read(columns, tables["fields"], frozenset({receiver})) == {}


def test_no_observations() -> None:
    tables: Mapping[str, pd.DataFrame] = tables_of(players.unknown(a_set()))
    columns = Columns.of(tables["observations"].iloc[:0])
    assert generic.read(columns, tables["fields"]) == {}
    assert np.array_equal(columns.begins, [0])
