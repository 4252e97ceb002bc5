"""The table of applications that ships, and copies of it with one mistake each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue import load_catalogue
from auditor.catalogue.applications import (
    find_application,
    load_applications,
    unknown_names,
)
from auditor.catalogue.behaviour import Claim
from auditor.catalogue.example import to_exchange
from auditor.catalogue.model import SYSTEMS, Application, Evidence, Example
from auditor.classify.endpoint import Directory
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


EACH = [pytest.param(one, id=one.id) for one in load_applications().values()]


def sources(one: Application) -> list[Evidence]:
    folders = [folder for folders in one.folders.values() for folder in folders]
    return [part.evidence for part in (*folders, *one.services, *one.settings, *one.claims)]


@pytest.mark.parametrize("one", EACH)
def test_folders_are_spelled_as_the_system_does(one: Application) -> None:
    assert one.folders.keys() == one.processes.keys()
    for system, folders in one.folders.items():
        assert any(folder.kind == "library" for folder in folders)
        for folder in folders:
            assert folder.path.startswith("%" if system == "windows" else "~/"), folder.path
            assert ("/" in folder.path) != (system == "windows"), folder.path
            assert "\\\\" not in folder.path


def test_files_with_logins_are_marked() -> None:
    found = load_applications()
    for name in ("rekordbox", "djay", "virtualdj"):
        for folders in found[name].folders.values():
            assert any(folder.never for folder in folders), name


@pytest.mark.parametrize("one", EACH)
def test_all_that_is_said_has_a_source_and_a_day(one: Application) -> None:
    for source in sources(one):
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", source.date)
        assert re.search(r"\w+\.\w{2,}|\w+ \w+", source.source)
    assert all(claim.evidence.basis == "documented" for claim in one.claims), "a vendor said it"


@pytest.mark.parametrize("one", EACH)
def test_sentences_are_short(one: Application) -> None:
    said = [claim.says for claim in one.claims] + [item.changes for item in one.settings]
    for sentence in (part for text in said for part in re.split(r"(?<=[.!?]) ", text)):
        assert len(sentence.split()) <= 20, sentence


def test_only_the_control_works_with_nobody() -> None:
    found = load_applications().values()
    assert [one.id for one in found if not one.services] == ["mixxx"]
    assert {one.id for one in found if any(item.use == "streaming" for item in one.services)} == {
        one.id for one in found if not one.control
    }


def claim(application: str, id_: str) -> Claim:
    return next(one for one in load_applications()[application].claims if one.id == id_)


def test_claims_say_what_to_look_for() -> None:
    path = claim("serato-dj-pro", "playlists-without-path")
    assert (path.sent, path.endpoints, path.setting) == (False, ("serato/playlists",), "Playlists")
    assert "path" in path.words
    assert "filename" not in path.words, "the vendor says that the name is sent"
    stay = claim("rekordbox", "histories-stay")
    assert (stay.sent, stay.receivers, stay.setting) == (
        False, ("alphatheta",), "Cloud Library Sync",
    )  # fmt: skip
    assert claim("rekordbox", "cues-are-synced").sent
    assert not claim("mixxx", "collects-nothing").receivers, "it is about anybody"


@pytest.mark.parametrize(
    ("url", "receiver"),
    [
        ("https://rb-cloud-data-eu.s3.eu-west-1.amazonaws.com/user_data/x/y", "alphatheta"),
        ("https://s3.eu-west-1.amazonaws.com/rb-cloud-data-eu/user_data/x/y", "alphatheta"),
        ("https://imb-cicd-public.s3.amazonaws.com/Engine/0/y", "engine-dj"),
        ("https://another.s3.eu-west-1.amazonaws.com/user_data/x/y", "amazon-web-services"),
        ("https://dynamodb.eu-west-1.amazonaws.com/", "amazon-web-services"),
    ],
)
def test_rented_names_belong_to_whom_they_are_rented_by(url: str, receiver: str) -> None:
    example = Example("one", "PUT", url, headers=(), body=b"", expect=())
    assert Directory(load_catalogue()).find(to_exchange(example)).receiver == receiver


def test_named_receivers_endpoints_and_kinds_exist() -> None:
    assert not list(unknown_names(load_applications(), load_catalogue()))


def test_names_that_nobody_described_are_found(copy: Path) -> None:
    path = copy / "applications.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("receiver: tidal,", "receiver: tidel,"),
        ("endpoints: [serato/playlists]", "endpoints: [serato/playlist]"),
        ("categories: [device]", "categories: [devices]"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    known = set(unknown_names(load_applications(), load_catalogue()))
    found = set(unknown_names(load_applications(copy), load_catalogue())) - known
    assert {message.partition(" names the ")[2].split(",")[0] for _, message in found} == {
        "category `devices`", "endpoint `serato/playlist`", "receiver `tidel`",
    }  # fmt: skip
    assert all(re.fullmatch(r"applications\.yaml:\d+", place) for place, _ in found)


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
    ("kind: sync,", "kind: cloud,", "unknown kind of folder `cloud`"),
    ("kind: log, holds: logs, ", "kind: log, ", "`holds` is missing here"),
    ("    folders:\n      macos:", "    folders:\n      macintosh:", "unknown system `macintosh`"),
    ("use: library sync,", "use: sync,", "unknown use `sync`"),
    ("{receiver: tidal, use", "{receiver: spotify, use", "`spotify` stands here twice"),
    ("use: streaming, evidence: static-rekordbox", "use: streaming", "`evidence` is missing here"),
    ("{name: iCloud, where: ", "{name: iCloud, place: ", "unknown name `place`"),
    ("id: lists-stay", "id: histories-stay", "claim `histories-stay` stands here twice"),
    ("        sent: false\n", "        sent: 0\n", "a number where true or false belongs"),
    ("        sent: true\n", "", "`sent` is missing here"),
    ("setting: Radar Analysis", "setting: Radar", "unknown setting `Radar`"),
    ("look: {receivers: [algoriddim], categories: [device]}", "look: {receivers: [algoriddim]}",
     "nothing to look for"),
    ("words: [comment, comments]", "word: [comment, comments]", "unknown name `word`"),
]  # fmt: skip


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
    assert one.folders["macos"][0].never == ("logins",)
    assert one.claims[0].setting == one.settings[0].name
    assert not list(unknown_names({one.id: one}, load_catalogue()))
