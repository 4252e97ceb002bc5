"""The catalogue that ships is kept as it was read, and read anew when there is any doubt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue.kept import cache_folder, kept
from auditor.catalogue.load import load_catalogue
from auditor.catalogue.model import Catalogue

HERE = resources.catalogue_dir()


class Reader:
    """Gives a catalogue, and counts how often it was asked."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.asked = 0

    def __call__(self) -> Catalogue:
        self.asked += 1
        return self.catalogue


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make all systems' folders lie in the same place, and return it."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


@pytest.fixture
def read(catalogue: Catalogue) -> Reader:
    """Give a small part of the catalogue."""
    return Reader(replace(catalogue, receivers={"tidal": catalogue.receivers["tidal"]}))


def only(folder: Path) -> Path:
    (file,) = folder.rglob("catalogue-*.json")
    return file


def test_what_was_kept_is_what_was_read(folder: Path, catalogue: Catalogue) -> None:
    read = Reader(catalogue)
    again = kept(HERE, read), kept(HERE, read)
    assert read.asked == 1
    assert again[1] == again[0] == read.catalogue
    assert list(again[1].receivers) == list(read.catalogue.receivers)
    assert list(again[1].categories) == list(read.catalogue.categories)
    hash(again[1].headers)  # lists would have no hash
    hash(tuple(one.endpoints for one in again[1].receivers.values()))
    assert [file.name for file in only(folder).parent.iterdir()] == [only(folder).name]


@pytest.mark.parametrize("damage", [b"", b"{", b"\n[]", b"0" * 64 + b"\n[]"])
def test_a_damaged_file_is_made_anew(folder: Path, read: Reader, damage: bytes) -> None:
    kept(HERE, read)
    whole = only(folder).read_bytes()
    only(folder).write_bytes(damage)
    assert kept(HERE, read) == read.catalogue
    assert read.asked == 2
    assert only(folder).read_bytes() == whole


def test_a_file_cut_or_changed_anywhere_is_made_anew(folder: Path, read: Reader) -> None:
    kept(HERE, read)
    whole = only(folder).read_bytes()
    for number, bent in enumerate((whole[:-1], whole.replace(b"TIDAL", b"TIDAI", 1)), 2):
        only(folder).write_bytes(bent)
        kept(HERE, read)
        assert read.asked == number


@pytest.mark.parametrize("name", ["services/one.yaml", "lexicon.yaml", "rules.py"])
def test_what_changed_is_read_anew(folder: Path, read: Reader, tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    (source / "services").mkdir(parents=True)
    for file in ("services/one.yaml", "lexicon.yaml", "rules.py"):
        (source / file).write_text("a")
    kept(source, read)
    kept(source, read)
    assert read.asked == 1
    (source / name).write_text("b")
    kept(source, read)
    assert read.asked == 2
    only(folder)  # the old one is gone


def test_without_a_place_to_write_everything_is_read(folder: Path, read: Reader) -> None:
    for name in ("dj-privacy-auditor", "Library", "AppData"):
        (folder / name).write_text("a file, not a folder")
    assert kept(HERE, read) is kept(HERE, read) is read.catalogue
    assert read.asked == 2


def test_folders_of_the_user_are_not_kept(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "lexicon.yaml").write_text("fillers: [inventedword]\n")
    load_catalogue(packs=[pack])
    assert not list(folder.rglob("catalogue-*.json"))


def test_each_system_has_its_own_custom() -> None:
    home = Path("home")
    assert cache_folder("linux", {}, home) == home / ".cache" / "dj-privacy-auditor"
    assert (
        cache_folder("linux", {"XDG_CACHE_HOME": "x"}, home) == home / ".cache/dj-privacy-auditor"
    )
    named = Path.cwd()
    told = {"XDG_CACHE_HOME": str(named)}
    assert cache_folder("linux", told, home) == named / "dj-privacy-auditor"
    assert cache_folder("darwin", {}, home) == home / "Library/Caches/dj-privacy-auditor"
    assert cache_folder("win32", {"LOCALAPPDATA": "l"}, home) == Path("l/dj-privacy-auditor")
    assert cache_folder("win32", {}, home) == home / "AppData/Local/dj-privacy-auditor"
