"""The folder is private, its lines are whole, and one folder holds one session."""

import errno
import hashlib
import json
import os
import stat
import threading
from pathlib import Path

import pytest
import yaml

from auditor.errors import StoreError
from auditor.session import appending, folder
from auditor.session.folder import FACTS, FLOWS, JOURNAL, RESERVE, SessionWriter, to_yaml


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


def test_facts_go_into_the_journal_too(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path)
    writer.write_facts({"title": "one"})
    writer.write_facts({"title": "two"})
    writer.close()
    lines = [json.loads(line) for line in (tmp_path / JOURNAL).read_bytes().splitlines()]
    assert lines == [{"kind": "session", "facts": {"title": title}} for title in ("one", "two")]


def test_clean_end_names_every_file_with_its_hash(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, rotate=10)
    for flow in (b"a" * 6, b"b" * 6, b"c" * 30, b"d"):
        writer.add_flow(flow)
    assert (tmp_path / RESERVE).stat().st_size == 1 << 20
    writer.finish({"title": "x"})
    told = yaml.safe_load((tmp_path / FACTS).read_text("utf-8"))
    contents = {"flows.mitm": "aaaaaa", "flows-002.mitm": "bbbbbb", "flows-003.mitm": "c" * 30}
    contents |= {"flows-004.mitm": "d", JOURNAL: (tmp_path / JOURNAL).read_text("utf-8")}
    assert told["files"] == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in contents.items()
    }
    assert {path.name for path in tmp_path.iterdir()} == {*contents, FACTS}


def test_goes_on_in_the_newest_file(tmp_path: Path) -> None:
    for flow in (b"a" * 6, b"b" * 6, b"c"):
        writer = SessionWriter(tmp_path, rotate=10)
        writer.add_flow(flow)
        writer.close()
    assert (tmp_path / "flows-002.mitm").read_bytes() == b"bbbbbbc"


def test_takes_back_what_was_written_behind_a_position(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path, rotate=10)
    writer.add_flow(b"a" * 6)
    position = writer.position()
    for flow in (b"b", b"c" * 9, b"d" * 9):
        writer.add_flow(flow)
    writer.close()
    SessionWriter(tmp_path, rotate=10, resume=position).close()
    assert [path.name for path in tmp_path.glob("flows*")] == [FLOWS]
    assert (tmp_path / FLOWS).read_bytes() == b"a" * 6


def test_full_disk_leaves_the_last_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes nothing any more until the reserve is gone."""
    writer = SessionWriter(tmp_path)
    writer.write_facts({"title": "x"})
    write = os.write

    def full(handle: int, piece: memoryview) -> int:
        if (tmp_path / RESERVE).exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, piece)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        writer.add_flow(b"flow")
    writer.abandon({"title": "x", "stopped": "disk full"})
    assert yaml.safe_load((tmp_path / FACTS).read_text("utf-8"))["stopped"] == "disk full"
    last = (tmp_path / JOURNAL).read_bytes().splitlines()[-1]
    assert json.loads(last)["facts"]["stopped"] == "disk full"
    assert (tmp_path / FLOWS).read_bytes() == b""


def test_failed_fsync_ends_the_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "INTERVAL_S", 0.01)
    writer = SessionWriter(tmp_path)
    failed = threading.Event()

    def fail(_: int) -> None:
        failed.set()
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    writer.note("mark", action="play")
    assert failed.wait(10)

    def note_on() -> None:
        for _ in range(1000):
            writer.note("mark", action="pause")
            threading.Event().wait(0.01)

    with pytest.raises(OSError, match="Input/output"):
        note_on()
    writer.close()
