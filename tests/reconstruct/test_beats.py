"""Beats per minute that stand beside a track."""

from auditor.reconstruct import beats
from auditor.reconstruct.columns import Columns
from tests.reconstruct.players import T, post, tables_of

URL = "https://collect.example.net/v2/loaded"


def columns(*documents: object) -> Columns:
    tables = tables_of([post(T + second, URL, one) for second, one in enumerate(documents)])
    table = tables["observations"]
    table["unit"] = table["unit"].astype("object").where(table["path"] != "bpm", "bpm")
    return Columns.of(table)


def test_the_last_message_counts_and_two_tracks_tell_nothing() -> None:
    told = beats.named(
        columns(
            {"trackId": "track:900001", "bpm": 120.0},
            {"trackId": "track:900001", "songId": "track:900002", "bpm": 99.0},
            {"trackId": "track:900001", "bpm": 128.0},
            {"trackId": "track:900001", "bpm": 0.0},
        ),
        {"track:900001", "track:900002"},
    )
    both, one = frozenset({"track:900001", "track:900002"}), frozenset({"track:900001"})
    assert beats.of_tracks(told, both) == {"track:900001": 128.0}
    assert list(told) == [both, one]
    assert beats.of_tracks(told, frozenset({"track:900002"})) == {"track:900002": 99.0}
    assert beats.named(columns({"trackId": "t"}), {"t"}) == {}
