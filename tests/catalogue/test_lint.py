from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue.lint import check


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    shutil.copytree(resources.catalogue_dir(), folder, ignore=shutil.ignore_patterns("*.py"))
    return folder


def test_nothing_to_mend_in_what_ships() -> None:
    assert check() == []


CASES = [
    ("services/tidal-events.yaml", "        expect: none", "        expect: [{path: x, category: other}]", "examples-both-ways"),
    ("services/tidal-streaming.yaml", "status: experimental", "status: stable", "examples-both-ways"),
    ("services/tidal.yaml", "  - id: ping\n", "  - id: Ping\n", "ids-are-plain"),
    ("services/tidal.yaml", "date: 2026-08-20", "date: last summer", "evidence-can-be-followed"),
    ("services/tidal.yaml", 'source: "github.com/EbbLabs/python-tidal at 7403b3e"', "source: hearsay", "evidence-can-be-followed"),
    ("services/tidal.yaml", "          track_id: {means: track that is loaded}", "          trackid: {means: track that is loaded}", "rules-are-reachable"),
    ("services/spotify-streams.yaml", "event: RawCoreStream\n", "event: RawCoreStraem\n", "events-are-in-the-table"),
    ("services/tidal.yaml", "home: https", "#\n" * 150 + "home: https", "files-are-short"),
    ("categories.yaml", "hint: which tracks play, when, how long", "hint: " + "word " * 21, "sentences-are-short"),
    ("categories.yaml", "  test: Search for five different words.\n", "", "rows-can-be-tested"),
    ("services/deezer-methods.yaml", "query: {method: [deezer.pageSearch,", "query: {method: [deezer.ping,", "queries-differ"),
    ("headers.yaml", "date: 2022-06-01", "date: June", "evidence-can-be-followed"),
    ("applications.yaml", "date: 2026-11-21", "date: soon", "evidence-can-be-followed"),
    ("applications.yaml", "id: engine-dj", "id: Engine DJ", "ids-are-plain"),
    ("applications.yaml", "note: \"Nobody has", "note: \"" + "word " * 21 + "Nobody has", "sentences-are-short"),
    ("applications.yaml", "      windows:\n        - {name: mixxx.exe, why: the program itself}\n", "", "applications-can-be-recorded"),
    ("protocols/quick.yaml", "- id: seek", "- id: Seek", "ids-are-plain"),
    ("protocols/offline-flush.yaml", "- id: offline\n", "- id: off line\n", "ids-are-plain"),
    ("protocols/quick.yaml", "minutes: 10", "minutes: 20", "protocols-take-as-long-as-they-say"),
    ("protocols/quick.yaml", "gap: [7, 9]", "gap: [6, 10]", "windows-do-not-touch"),
    ("protocols/quick.yaml", "repeat: 5", "repeat: 4", "actions-are-done-often-enough"),
    ("protocols/quick.yaml", "say: Click", "say: " + "word " * 21 + "Click", "sentences-are-short"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "found"), CASES)
def test_finds(copy: Path, name: str, old: str, new: str, found: str) -> None:
    path = copy / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    if found == "applications-can-be-recorded":  # its trust goes with it, as the loader wants
        lines = path.read_text().splitlines(keepends=True)
        last = max(number for number, line in enumerate(lines) if "windows: {how" in line)
        path.write_text("".join(lines[:last] + lines[last + 1 :]))
    findings = check(copy)
    assert {finding.check for finding in findings} == {found}
    assert all(finding.advice and finding.place and finding.message for finding in findings)


def test_file_name(copy: Path) -> None:
    (copy / "services" / "tidal.yaml").rename(copy / "services" / "other.yaml")
    assert "file-is-named-like-receiver" in {finding.check for finding in check(copy)}


def test_errors_come_first(copy: Path) -> None:
    path = copy / "services" / "tidal.yaml"
    path.write_text(path.read_text().replace("  - id: ping\n", "  - id: Ping\n", 1) + "#\n" * 200)
    assert [finding.level for finding in check(copy)] == ["error", "warning"]
