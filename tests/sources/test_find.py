"""What people name becomes captures, in one order, and none of them twice."""

import gzip
import json
from pathlib import Path

import pytest
from mitmproxy import io
from mitmproxy.test import tflow

from auditor.errors import SourceError
from auditor.sources.find import STDIN, find


def mitm(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        io.FlowWriter(file).add(tflow.tflow(resp=True))
    return path


def session(folder: Path) -> Path:
    mitm(folder / "flows.mitm")
    (folder / "session.yaml").write_text("format: 1\n")
    (folder / "journal.jsonl").write_text("")
    return folder


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """Make a folder with every kind of capture and things that are none."""
    session(tmp_path / "c-session")
    mitm(tmp_path / "b.txt")
    mitm(tmp_path / "deeper" / "d.mitm")
    (tmp_path / "a.har").write_text('\ufeff{ "log": {"entries": []}}', "utf-8")
    (tmp_path / "e.har.gz").write_bytes(gzip.compress(b'{"log": {"entries": []}}'))
    (tmp_path / "f").write_bytes(bytes.fromhex("d4c3b2a1") + bytes(20))
    (tmp_path / "notes.json").write_text(json.dumps({"title": "log", "entries": []}))
    (tmp_path / "notes.mitm").write_text("no traffic")
    (tmp_path / "times.txt").write_text("12:30 met at the club")
    (tmp_path / "empty.mitm").write_text("")
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b\x08no")
    mitm(tmp_path / ".hidden.mitm")
    return tmp_path


def names(found: list[Path], folder: Path) -> list[str]:
    return [one.relative_to(folder).as_posix() for one in found]


def test_folder_stands_for_the_captures_in_it(night: Path) -> None:
    assert names(find([night]), night) == [
        "a.har",
        "b.txt",
        "c-session",
        "deeper/d.mitm",
        "e.har.gz",
        "f",
    ]


def test_order_is_that_of_the_names_given(night: Path) -> None:
    given = [night / "deeper", STDIN, night / "a.har"]
    assert find(given) == [night / "deeper" / "d.mitm", STDIN, night / "a.har"]


def test_session_stays_whole(night: Path) -> None:
    assert find([night / "c-session"]) == [night / "c-session"]


def test_pattern_that_the_shell_left(night: Path) -> None:
    assert names(find([night / "*.har*"]), night) == ["a.har", "e.har.gz"]
    assert names(find([night / "deep?r" / "*"]), night) == ["deeper/d.mitm"]
    assert names(find([night / "**" / "d.mitm"]), night) == ["deeper/d.mitm"]


def test_name_with_brackets_is_a_name_first(tmp_path: Path) -> None:
    path = mitm(tmp_path / "night [1].mitm")
    mitm(tmp_path / "night 1.mitm")
    assert find([path]) == [path]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("nothing.mitm", "There is no"),
        ("*.mitm", "Nothing is called"),
        ("empty", "holds no capture"),
    ],
)
def test_nothing_there(tmp_path: Path, name: str, word: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=word) as caught:
        find([tmp_path / name])
    assert caught.value.hint


def test_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        find([tmp_path])
    for word in ("session", "mitm", "HAR", "pcap", "compressed"):
        assert word in caught.value.hint


def test_session_and_its_own_file_would_count_twice(night: Path) -> None:
    folder = night / "c-session"
    for given in ([folder, folder / "flows.mitm"], [folder / "flows.mitm", folder]):
        with pytest.raises(SourceError, match="part of the session c-session") as caught:
            find(given)
        assert "twice" in caught.value.hint


@pytest.mark.parametrize("given", [["a.har", "./a.har"], ["", "a.har"], ["-", "-"]])
def test_same_capture_twice(night: Path, given: list[str]) -> None:
    with pytest.raises(SourceError, match="twice") as caught:
        find([STDIN if one == "-" else night / one for one in given])
    assert caught.value.hint


def test_links_do_not_lead_in_circles(night: Path) -> None:
    try:
        (night / "deeper" / "up").symlink_to(night, target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    assert len(find([night])) == 6
