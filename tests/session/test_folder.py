"""The folder is private, its lines are whole, and one folder holds one session."""

import json
import os
import stat
from pathlib import Path

import pytest
import yaml

from auditor.errors import StoreError
from auditor.session import folder
from auditor.session.folder import FACTS, FLOWS, JOURNAL, SessionWriter, to_yaml


@pytest.mark.parametrize(
    "facts",
    [
        {"format": 1, "synthetic": False, "none": None, "list": [], "empty": {}},
        {"app": {"name": "djay: Pro", "more": {"deep": [1, "two", {"x": None}]}}},
        {"no": "yes", "on": "off", "time": 1763700000.0, "version": "1.10"},
        {"text": 'a\nb\t"quoted" \\ # no comment', "unicode": "é😀\u0085\u2028\ufeff"},
        {"key with: colon": 1, "- dash": 2},
    ],
    ids=range(5),
)
def test_yaml_says_the_same(facts: dict[str, object]) -> None:
    assert yaml.safe_load(to_yaml(facts)) == facts


def test_lines_are_on_disk_before_the_next(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "s")
    writer.note("mark", action="play", values={"name": "é\n"})
    line = (tmp_path / "s" / JOURNAL).read_bytes()
    assert json.loads(line) == {"kind": "mark", "action": "play", "values": {"name": "é\n"}}
    assert line.count(b"\n") == 1
    writer.close()


def test_facts_are_replaced_whole(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "s")
    writer.write_facts({"title": "long " * 100})
    writer.write_facts({"title": "short"})
    writer.close()
    assert yaml.safe_load((tmp_path / "s" / FACTS).read_text("utf-8")) == {"title": "short"}
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == sorted(
        [FACTS, FLOWS, JOURNAL]
    )


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_only_the_owner_may_read(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "s")
    writer.write_facts({"format": 1})
    writer.close()
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "s").iterdir()} == {0o600}


def test_reloaded_script_goes_on_in_its_folder(tmp_path: Path) -> None:
    for action in ("play", "pause"):
        writer = SessionWriter(tmp_path / "s")
        writer.note("mark", action=action)
        writer.close()
    assert (tmp_path / "s" / JOURNAL).read_bytes().count(b"\n") == 2


def test_earlier_session_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SessionWriter(tmp_path)
    writer.note("mark", action="play")
    writer.close()
    monkeypatch.setattr(folder, "_opened", set())
    with pytest.raises(StoreError, match="already holds a session"):
        SessionWriter(tmp_path)


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        SessionWriter(tmp_path / "file" / "s")
    assert caught.value.hint
