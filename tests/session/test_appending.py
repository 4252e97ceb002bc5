"""Pieces are whole or not there; fsync happens in a thread, and its failures are heard."""

import errno
import os
import threading
from pathlib import Path

import pytest

from auditor.session import appending
from auditor.session.appending import Appender, Syncing


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "INTERVAL_S", 0.01)


def test_piece_that_does_not_fit_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Appender(tmp_path / "file")
    file.write(b"first")
    write, room = os.write, [3, 2]

    def full(handle: int, piece: memoryview) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, piece[: room.pop()])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        file.write(b"second and longer")
    monkeypatch.undo()
    assert (tmp_path / "file").read_bytes() == b"first"
    file.write(b" third")
    file.close()
    assert (tmp_path / "file").read_bytes() == b"first third"


def test_piece_is_with_the_system_at_once(tmp_path: Path) -> None:
    file = Appender(tmp_path / "file")
    file.write(b"first")
    assert (tmp_path / "file").read_bytes() == b"first"
    file.close()
    file.close()


def test_file_is_cut_where_it_shall_go_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"first second")
    file = Appender(tmp_path / "file", size=5)
    file.write(b"!")
    file.close()
    assert (tmp_path / "file").read_bytes() == b"first!"


def test_fsync_happens_elsewhere_and_once_for_many_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fast: None
) -> None:
    threads: list[str] = []
    done = threading.Event()
    sync = os.fsync

    def noted(handle: int) -> None:
        sync(handle)
        threads.append(threading.current_thread().name)
        done.set()

    monkeypatch.setattr(os, "fsync", noted)
    syncing, file = Syncing(), Appender(tmp_path / "file")
    for _ in range(1000):
        file.write(b"line\n")
    syncing.add(file)
    assert done.wait(10)
    syncing.close()
    assert set(threads) == {"auditor fsync"}
    assert len(threads) <= 2  # the file, and the folder that names it
    assert file.closed


def test_last_piece_is_synced_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    (tmp_path / "file").touch()
    syncing, file = Syncing(), Appender(tmp_path / "file")
    syncing.add(file)
    file.write(b"line\n")
    syncing.close()
    assert len(synced) == 1


def test_file_that_is_done_with_is_closed_by_the_thread(tmp_path: Path, fast: None) -> None:
    syncing = Syncing()
    old, new = Appender(tmp_path / "old"), Appender(tmp_path / "new")
    syncing.add(old)
    old.write(b"x")
    old.last = True
    syncing.add(new)
    end = threading.Event()
    for _ in range(1000):
        if old.closed:
            break
        end.wait(0.01)
    assert old.closed
    assert not new.closed
    syncing.close()
    assert new.closed


def test_disk_that_cannot_keep_its_word_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    syncing, file = Syncing(), Appender(tmp_path / "file")
    syncing.add(file)
    file.write(b"x")
    with pytest.raises(OSError, match="Input/output"):
        syncing.close()
    assert file.closed
