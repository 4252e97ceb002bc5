"""Versions of Python and mitmproxy."""

import pytest

from auditor.doctor.versions import check_system, check_versions, numbers

OLD, NEW = (3, 11, 7), (3, 13, 0)


@pytest.mark.parametrize(
    ("python", "mitmproxy", "level"),
    [
        (NEW, "12.2.3", "ok"),
        (NEW, "12.10.0", "ok"),
        (NEW, "12.2.2", "warning"),
        (NEW, "13.0.0", "warning"),
        (NEW, "11.0.2", "warning"),
        (OLD, "11.0.2", "warning"),
        (OLD, "11.0.1", "problem"),
        (OLD, None, "problem"),
    ],
)
def test_mitmproxy(python: tuple[int, int, int], mitmproxy: str | None, level: str) -> None:
    found = {one.check: one.level for one in check_versions(python, mitmproxy)}
    assert found["versions.mitmproxy"] == level


def test_11_names_what_is_missing() -> None:
    sentence = check_versions(OLD, "11.0.2")[1].sentence
    assert "no local mode on Linux" in sentence
    assert "mitmweb" in sentence


def test_python() -> None:
    assert [check_versions(one, "12.2.3")[0].level for one in (OLD, NEW)] == ["note", "ok"]


def test_systems_that_were_never_tried_are_named() -> None:
    assert check_system("linux") == []
    assert "macOS" in check_system("macos")[0].sentence
    assert "Windows" in check_system("windows")[0].sentence


def test_numbers() -> None:
    assert numbers("12.2.3") == (12, 2, 3)
    assert numbers("13.0.0.dev1") == (13, 0, 0)
    assert numbers("unknown") == ()
