"""The private file of a session folder."""

import json
import os
import stat
from pathlib import Path

import pytest

from auditor.errors import StoreError
from auditor.known import KnownValue, forget_known, plant, read_known, write_known

VALUES = (
    KnownValue(
        "title-1", "title", "library", "Harbour \ud800 at Five", note="Mixxx", group="track-1"
    ),
    KnownValue("cue-position-1", "cue-position", "cue", 47.0, "s", "Mixxx", "track-1"),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "session"
    path = write_known(folder, (*VALUES, *plant("x")))
    assert read_known(folder) == (*VALUES, *plant("x"))
    assert [one.name for one in folder.iterdir()] == ["known_values.json"] == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    (folder / "known_values.json").write_text("old")
    (folder / "known_values.json").chmod(0o644)
    (folder / ".known_values.json.draft").write_text("left by a crash")
    path = write_known(folder, VALUES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_file_means_no_values(tmp_path: Path) -> None:
    assert read_known(tmp_path) == ()
    assert not forget_known(tmp_path)


def test_forgetting(tmp_path: Path) -> None:
    write_known(tmp_path, VALUES)
    assert forget_known(tmp_path)
    assert list(tmp_path.iterdir()) == []


GOOD = {"id": "title-1", "kind": "title", "value": "x"}


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{", "null", '{"version": 1}', '{"version": 1, "values": [1]}', "[" * 99999,
        json.dumps({"version": 1, "values": [{**GOOD, "kind": "secret"}]}),
        json.dumps({"version": 1, "values": [{**GOOD, "value": 5}]}),
        json.dumps({"version": 1, "values": [{**GOOD, "kind": "bpm", "value": True}]}),
        json.dumps({"version": 1, "values": [{**GOOD, "kind": "bpm"}]}),
    ],
)  # fmt: skip
def test_damage_is_an_error_that_shows_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / "known_values.json").write_text(content)
    with pytest.raises(StoreError, match="damaged") as error:
        read_known(tmp_path)
    assert "known read" in error.value.hint


def test_another_version(tmp_path: Path) -> None:
    (tmp_path / "known_values.json").write_text('{"version": 2, "values": []}')
    with pytest.raises(StoreError, match="another version"):
        read_known(tmp_path)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        write_known(tmp_path / "file", VALUES)
    with pytest.raises(StoreError, match="could not be read"):
        read_known(tmp_path / "file")
