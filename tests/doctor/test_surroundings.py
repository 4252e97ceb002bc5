"""Port, disk and terminal."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.doctor.facts import Listener, Machine, Place
from auditor.doctor.surroundings import (
    LITTLE,
    TOO_LITTLE,
    check_place,
    check_port,
    check_terminal,
)


def test_port(machine: Machine) -> None:
    assert check_port(machine).level == "ok"
    held = replace(machine, port_error="in use", listeners=(Listener("::", 8080, 31, "nginx"),))
    assert check_port(held).sentence == "127.0.0.1:8080 is in use by nginx (process 31)."
    assert check_port(held).level == "problem"
    unknown = check_port(replace(held, listeners=(Listener("::", 8080),)))
    assert "a program of another user" in unknown.sentence
    assert "1023" in check_port(replace(machine, port_error="not allowed")).next_step


@pytest.mark.parametrize(
    ("free", "level"),
    [
        (LITTLE, "ok"),
        (LITTLE - 1, "warning"),
        (TOO_LITTLE, "warning"),
        (TOO_LITTLE - 1, "problem"),
        (0, "problem"),
        (None, "note"),
    ],
)
def test_space(tmp_path: Path, free: int | None, level: str) -> None:
    found = {one.check: one.level for one in check_place(Place(tmp_path, free, private=True))}
    assert found == {"folder.space": level, "folder.private": "ok"}


def test_modes(tmp_path: Path) -> None:
    checked = {
        private: check_place(Place(tmp_path, LITTLE, private=private))[1].level
        for private in (True, False, None)
    }
    assert checked == {True: "ok", False: "warning", None: "note"}


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    found = check_place(Place(tmp_path, LITTLE, error="Read-only file system"))[1]
    assert (found.check, found.level) == ("folder.writable", "problem")
    assert "Read-only" in found.sentence


@pytest.mark.parametrize(
    ("encoding", "level"),
    [("utf-8", "ok"), ("UTF8", "ok"), ("cp1252", "note"), ("", "note"), ("x-none", "note")],
)
def test_terminal(encoding: str, level: str) -> None:
    assert check_terminal(encoding).level == level
