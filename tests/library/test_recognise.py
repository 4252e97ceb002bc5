"""Every library is told by content; what cannot be read says what to do next."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from auditor.errors import AuditorError
from auditor.library import Track, read_library
from tests.library import libraries


def written(text: str) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return write


MADE = {
    "rekordbox": written(libraries.REKORDBOX),
    "Traktor": written(libraries.TRAKTOR),
    "VirtualDJ": written(libraries.VIRTUALDJ),
    "Mixxx": libraries.mixxx,
    "Engine DJ": libraries.engine,
    "Serato": libraries.serato,
}


@pytest.mark.parametrize("name", MADE)
def test_a_name_that_says_nothing_does_not_matter(name: str, tmp_path: Path) -> None:
    found, items = read_library(MADE[name](tmp_path / "some.thing"))
    assert found == name
    track = next(item for item in items if isinstance(item, Track))
    assert track.title.startswith("Harbour at Five")
    assert track.artist == "Ondine Vexley"
    assert any(abs(cue.position_s - 47.123) < 0.001 for cue in track.cues)
    (loop,) = track.loops
    assert loop.name == "dub echo"
    assert loop.start_s == pytest.approx(61.2)


@pytest.mark.parametrize(
    ("name", "place"),
    [("Mixxx", "mixxxdb.sqlite"), ("Engine DJ", "Database2/m.db"), ("Traktor", "collection.nml")],
)
def test_a_folder_is_searched(name: str, place: str, tmp_path: Path) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    MADE[name](tmp_path / place)
    assert read_library(tmp_path)[0] == name


def test_a_drive_with_serato_is_one(tmp_path: Path) -> None:
    libraries.serato(tmp_path)
    assert read_library(tmp_path)[0] == "Serato"


def test_reading_writes_nothing_beside_a_database(tmp_path: Path) -> None:
    path = libraries.mixxx(tmp_path / "a # b?.sqlite")
    before = path.read_bytes()
    path.chmod(0o400)
    assert list(read_library(path)[1])
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_an_encrypted_database_names_the_export(tmp_path: Path) -> None:
    path = tmp_path / "master.db"
    path.write_bytes(bytes((7 * n + n * n // 3) % 256 for n in range(8192)))
    with pytest.raises(AuditorError, match="encrypted") as error:
        read_library(path)
    assert "xml" in error.value.hint


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        ("djmdContent", "rekordbox's own database", "xml"),
        ("cloudKit_record_cloudKit", "djay", "plant"),
        ("bookmarks", "no DJ application", "Serato"),
    ],
)
def test_other_databases(table: str, message: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE {table} (id INTEGER)")
    with pytest.raises(AuditorError, match=message) as error:
        read_library(path)
    assert hint in error.value.hint


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe<\0x\0", b"PK\x03\x04", b"<html><body/></html>", b"\xff\xfb" * 40]
)
def test_other_files(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(AuditorError, match="no DJ library") as error:
        read_library(path)
    assert "rekordbox" in error.value.hint


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(AuditorError, match="could not be read"):
        read_library(tmp_path / "none")
    with pytest.raises(AuditorError, match="holds no DJ library"):
        read_library(tmp_path)
