"""Serato: the database, crates, and markers inside audio files."""

from pathlib import Path

import pytest

from auditor.library import Bad, CuePoint, Loop, Playlist, Track, read_library
from auditor.library.serato import _ABSENT
from tests.library import libraries

CUES = (CuePoint(47.123, "erste Hörner"),)
LOOPS = (Loop(61.2, 65.086, "dub echo"),)


def test_database_with_its_audio_files(tmp_path: Path) -> None:
    items = list(read_library(libraries.serato(tmp_path))[1])
    assert items == [
        Track("Harbour at Five", "Ondine Vexley", "Music/harbour.mp3", "", 123.47, cues=CUES, loops=LOOPS),
        Track("Gone Already", path="Music/gone.mp3"),
        _ABSENT,
        Playlist("Summer"),
        Playlist("Rooftop Closing"),
    ]  # fmt: skip


def test_a_crate_alone(tmp_path: Path) -> None:
    folder = libraries.serato(tmp_path)
    (crate,) = (folder / "Subcrates").iterdir()
    name, items = read_library(crate)
    assert (name, list(items)) == ("Serato", [Playlist("Summer"), Playlist("Rooftop Closing")])


@pytest.mark.parametrize(
    "data",
    [
        libraries.id3(libraries.markers()),
        libraries.id3(libraries.markers(), version=3),
        libraries.aiff(libraries.markers()),
        libraries.wave(libraries.markers()),
        libraries.flac(libraries.markers()),
    ],
    ids=["id3v2.4", "id3v2.3", "aiff", "wav", "flac"],
)
def test_audio_files(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.write_bytes(data)
    (track,) = read_library(path)[1]
    assert isinstance(track, Track)
    assert (track.title, track.cues, track.loops) == ("Harbour at Five", CUES, LOOPS)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_cut_markers(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(libraries.id3(libraries.markers(cut)))
    track, *bad = read_library(path)[1]
    assert isinstance(track, Track)
    assert len(track.cues) <= 1
    assert all(isinstance(one, Bad) for one in bad)


@pytest.mark.parametrize("make", [libraries.id3, libraries.aiff, libraries.wave, libraries.flac])
def test_damaged_audio_files_never_raise(make: object, tmp_path: Path) -> None:
    from auditor.library.audiotags import read_tags

    assert callable(make)
    data: bytes = make(libraries.markers())
    path = tmp_path / "a"
    for end in range(0, len(data), 41):
        path.write_bytes(data[:end])
        read_tags(path)
        path.write_bytes(data[:end] + b"\xff" * 40 + data[end + 40 :])
        read_tags(path)


def test_damaged_database_keeps_what_came_before(tmp_path: Path) -> None:
    folder = libraries.serato(tmp_path)
    database = folder / "database V2"
    whole = database.read_bytes()
    for end in range(80, len(whole), 9):
        database.write_bytes(whole[:end])
        items = list(read_library(folder)[1])
        assert items[-2:] == [Playlist("Summer"), Playlist("Rooftop Closing")]
    database.write_bytes(whole + b"otrk\xff\xff\xff\xff")
    assert Bad("a damaged Serato file, from there on") in list(read_library(folder)[1])
