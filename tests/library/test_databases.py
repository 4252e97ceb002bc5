"""Libraries in SQLite: Mixxx and Engine DJ."""

import struct
import zlib
from pathlib import Path

import pytest

from auditor.errors import AuditorError
from auditor.library import Bad, CuePoint, Loop, Playlist, Track, read_library
from tests.library import libraries


def test_mixxx(tmp_path: Path) -> None:
    track, *lists = read_library(libraries.mixxx(tmp_path / "m"))[1]
    assert track == Track(
        title="Harbour at Five",
        artist="Ondine Vexley",
        path="/home/dj/harbour.flac",
        comment="warm-up",
        bpm=123.47,
        duration_s=300.5,
        cues=(CuePoint(47.123, "first horns"),),
        loops=(Loop(61.2, pytest.approx(65.086), "dub echo"),),
    )
    assert lists == [Playlist("Rooftop Closing"), Playlist("Sunday Slow")]


def test_engine(tmp_path: Path) -> None:
    track, playlist = read_library(libraries.engine(tmp_path / "m.db"))[1]
    assert track == Track(
        title="Harbour at Five",
        artist="Ondine Vexley",
        path="../Music/harbour.flac",
        comment="warm-up",
        bpm=123.47,
        duration_s=301.0,
        cues=(CuePoint(pytest.approx(47.123), "first horns"), CuePoint(0.5, hot=False)),
        loops=(Loop(pytest.approx(61.2), pytest.approx(65.086), "dub echo"),),
    )
    assert playlist == Playlist("Rooftop Closing")


@pytest.mark.parametrize(
    "quick",
    [
        b"\0\0\0\x05nozlib",
        libraries.pads([("a", 44100.0)])[:-9],
        struct.pack(">I", 9) + zlib.compress(struct.pack(">q", 2**62) + b"\xff"),
        struct.pack(">I", 8) + zlib.compress(struct.pack(">q", -5)),
        struct.pack(">I", 1 << 30) + zlib.compress(bytes(8 << 20)),
    ],
    ids=["no zlib", "cut", "huge count", "negative count", "bomb"],
)
def test_damaged_pads_cost_only_the_pads(quick: bytes, tmp_path: Path) -> None:
    track, *rest = read_library(libraries.engine(tmp_path / "m.db", quick))[1]
    assert isinstance(track, Track)
    assert len(track.loops) == 1
    assert [item for item in rest if not isinstance(item, Bad)] == [Playlist("Rooftop Closing")]


def test_a_pad_without_a_time_is_counted(tmp_path: Path) -> None:
    quick = libraries.pads([("a", float("inf")), ("b", 96000.0)])
    track, bad, _ = read_library(libraries.engine(tmp_path / "m.db", quick))[1]
    assert isinstance(track, Track)
    assert track.cues == (CuePoint(2.0, "b"),)
    assert bad == Bad("a position that is no time")


@pytest.mark.parametrize("make", [libraries.mixxx, libraries.engine], ids=["mixxx", "engine"])
def test_damage_is_counted_and_never_raised(make: object, tmp_path: Path) -> None:
    assert callable(make)
    path: Path = make(tmp_path / "m.db")
    whole = path.read_bytes()
    name, items = read_library(path)
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    found = list(items)
    assert found
    assert all(isinstance(item, Bad) for item in found), name


@pytest.mark.parametrize(
    ("make", "table"),
    [(libraries.mixxx, b"TABLE cues"), (libraries.engine, b"TABLE PerformanceData")],
)
def test_damaged_cue_points_are_counted(make: object, table: bytes, tmp_path: Path) -> None:
    assert callable(make)
    path: Path = make(tmp_path / "m.db")
    _, items = read_library(path)
    # The table then has a name that SQLite cannot even complain about in UTF-8.
    path.write_bytes(path.read_bytes().replace(table, table[:-3] + b"\xff\xb1\xff"))
    assert Bad("a damaged database, from there on") in list(items)
    with pytest.raises(AuditorError):
        read_library(path)


def test_changes_beside_the_database_are_told(tmp_path: Path) -> None:
    path = libraries.mixxx(tmp_path / "m.db")
    (tmp_path / "m.db-wal").write_bytes(b"x" * 40)
    items = list(read_library(path)[1])
    assert items[0] == Bad("changes not yet in the database: quit the application and read again")
    assert any(isinstance(item, Track) for item in items)


def test_bytes_that_are_no_text_do_not_stop_it(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    path = libraries.mixxx(tmp_path / "m.db")
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE library SET title = CAST(x'ff41' AS TEXT), bpm = 'fast'")
        database.commit()
    track = next(iter(read_library(path)[1]))
    assert isinstance(track, Track)
    assert track.title == "\ufffdA"
    assert track.bpm is None
