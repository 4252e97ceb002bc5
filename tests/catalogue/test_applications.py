"""The table of applications that ships, and copies of it with one mistake each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue.applications import find_application, load_applications
from auditor.catalogue.model import SYSTEMS
from auditor.errors import CatalogueError

IDS = (
    "rekordbox", "serato-dj-pro", "serato-dj-lite", "djay", "virtualdj", "traktor", "engine-dj",
    "mixxx",
)  # fmt: skip


def test_the_applications_of_the_command_line() -> None:
    assert tuple(load_applications()) == IDS


def test_read_once() -> None:
    assert load_applications() is load_applications(resources.catalogue_dir())


def test_helpers_are_named() -> None:
    found = load_applications()
    for system in ("macos", "windows"):
        names = [one.name for one in found["rekordbox"].processes[system]]
        assert names[0].startswith("rekordbox")
        assert names[1].startswith("rekordboxAgent")
        assert found["rekordbox"].processes[system][1].trust == "electron"
        assert "NTKDaemon" in {one.name for one in found["traktor"].processes[system]}
    cloud = next(one for one in found["djay"].processes["macos"] if one.name == "cloudd")
    assert cloud.shared


def test_names_with_spaces_stay_whole() -> None:
    found = load_applications()
    assert found["serato-dj-pro"].processes["macos"][0].name == "Serato DJ Pro"
    assert found["engine-dj"].processes["windows"][0].name == "Engine DJ.exe"


def test_trust_is_said_for_every_system_and_not_made_up() -> None:
    for one in load_applications().values():
        assert one.trust.keys() == one.processes.keys() <= set(SYSTEMS)
        assert all(trust.note for trust in one.trust.values())
    traktor = load_applications()["traktor"]
    assert (traktor.trust["macos"].how, traktor.trust["windows"].how) == ("own-bundle", "os-store")
    sure = {
        one.id for one in load_applications().values()
        if any(trust.how != "unknown" for trust in one.trust.values())
    }  # fmt: skip
    assert sure == {"traktor"}, "anything else needs a source"


def test_one_negative_control() -> None:
    assert [one.id for one in load_applications().values() if one.control] == ["mixxx"]


@pytest.mark.parametrize(
    ("said", "id_"),
    [
        ("rekordbox", "rekordbox"),
        ("Serato DJ Pro", "serato-dj-pro"),
        ("serato dj pro.EXE", "serato-dj-pro"),
        (" Traktor ", "traktor"),
        ("mixxx.exe", "mixxx"),
    ],
)
def test_found_by_id_name_or_process(said: str, id_: str) -> None:
    assert find_application(said).id == id_


def test_others_are_recorded_by_their_name() -> None:
    one = find_application("My Deck 2")
    assert (one.id, one.name) == ("", "My Deck 2")
    assert [process.name for process in one.processes["windows"]] == ["My Deck 2"]
    assert {trust.how for trust in one.trust.values()} == {"unknown"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    shutil.copytree(resources.catalogue_dir(), folder, ignore=shutil.ignore_patterns("*.py"))
    return folder


MISTAKES = [
    ("vendor: Serato", "vendr: Serato", "unknown name `vendr`"),
    ("    vendor: Algoriddim\n", "", "`vendor` is missing here"),
    ("how: own-bundle", "how: bundle", "unknown trust `bundle`"),
    ("trust: electron", "trust: elektron", "unknown trust `elektron`"),
    ("      linux:\n", "      linx:\n", "unknown system `linx`"),
    ("evidence: [cask-engine, names]", "evidence: [cask]", "unknown evidence `cask`"),
    ("basis: documented", "basis: hearsay", "unknown basis `hearsay`"),
    ("control: true", "control: 1", "a number where true or false belongs"),
    ("- id: djay", "- id: rekordbox", "application `rekordbox` stands here twice"),
    ("        - {name: VirtualDJ, why: the program itself}\n", "        []\n", "no process"),
    ("      linux: {how: unknown, note", "      # {note", "name different systems"),
    ("shared: true", "shard: true", "unknown name `shard`"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_mistakes_have_a_place(copy: Path, old: str, new: str, message: str) -> None:
    path = copy / "applications.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(CatalogueError) as caught:
        load_applications(copy)
    assert message in caught.value.message
    place = re.match(r"applications\.yaml:(\d+):(\d+): ", caught.value.message)
    assert place, caught.value.message
    assert abs(int(place[1]) - line) <= 8
    assert caught.value.hint


def test_no_table(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"applications\.yaml:1:1: cannot be read"):
        load_applications(tmp_path)


def test_the_readme_shows_one_that_can_be_read(tmp_path: Path) -> None:
    readme = (resources.catalogue_dir() / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    (shown,) = (block for block in blocks if "applications:" in block)
    (tmp_path / "applications.yaml").write_text(shown, encoding="utf-8")
    (one,) = load_applications(tmp_path).values()
    assert one.control
    assert [process.shared for process in one.processes["macos"]] == [False, False, True]
