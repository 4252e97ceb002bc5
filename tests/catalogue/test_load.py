"""The catalogue that ships, and copies of it with one mistake each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue import load_catalogue
from auditor.errors import CatalogueError
from auditor.records import Mark

ROWS = (
    "playback", "seek", "transition", "tempo", "cue", "loop", "effects", "library", "search",
    "identity", "device", "diagnostics",
)  # fmt: skip
ACTIONS = (
    "load", "play", "pause", "eject", "seek", "cue-set", "cue-jump", "loop-on", "loop-off", "tempo",
    "crossfade", "eq", "fx", "library-edit", "search",
)  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    shutil.copytree(resources.catalogue_dir(), folder, ignore=shutil.ignore_patterns("*.py"))
    return folder


def break_file(path: Path, old: str, new: str) -> int:
    """Replace one text and return the line it stood on."""
    text = path.read_text()
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_rows_come_first_in_the_order_of_the_report() -> None:
    categories = load_catalogue().categories
    assert tuple(one.id for one in categories.values() if one.row) == ROWS
    assert tuple(categories)[: len(ROWS)] == ROWS
    assert tuple(categories)[-1] == "other"


def test_every_action_exercises_one_category() -> None:
    marks = [mark for one in load_catalogue().categories.values() for mark in one.marks]
    assert sorted(marks) == sorted(ACTIONS)
    assert "idle" not in marks
    assert Mark("idle", 0, 1).action == "idle"


def test_receivers() -> None:
    receivers = load_catalogue().receivers
    assert {"tidal", "spotify", "segment", "amplitude", "sentry", "google-analytics"} <= set(
        receivers
    )
    assert receivers["tidal"].role == "streaming service"
    assert receivers["sentry"].role == "analytics vendor"
    assert len(receivers["spotify"].files) > 3


def test_rule_ids() -> None:
    endpoint = next(
        e for e in load_catalogue().receivers["tidal"].endpoints if e.id == "event-batch"
    )
    ids = {rule.id for rule in endpoint.fields}
    body = "SendMessageBatchRequestEntry[].MessageBody>payload.actions[].assetPosition"
    assert f"tidal/event-batch/playback_session/body:{body}" in ids
    assert "tidal/event-batch/-/body:SendMessageBatchRequestEntry[].Id" in ids


def test_loaded_once() -> None:
    assert load_catalogue() is load_catalogue()
    assert load_catalogue() is load_catalogue(resources.catalogue_dir())


def test_digest_follows_the_files(copy: Path) -> None:
    before = load_catalogue(copy).digest
    other = copy.with_name("other")
    shutil.copytree(copy, other)
    assert load_catalogue(other).digest == before
    third = copy.with_name("third")
    shutil.copytree(copy, third)
    with (third / "headers.yaml").open("a") as file:
        file.write("# changed\n")
    assert load_catalogue(third).digest != before
    assert re.fullmatch("[0-9a-f]{64}", before)


MISTAKES = [
    ("tidal-events.yaml", "category: seek", "category: seak", "unknown category `seak`"),
    ("tidal-events.yaml", "evidence: sdk-web", "evidence: skd-web", "unknown evidence `skd-web`"),
    ("tidal-events.yaml", "unit: unix-ms", "unit: minutes", "unknown unit `minutes`"),
    ("tidal-events.yaml", "secret: token", "secret: hush", "unknown kind of secret `hush`"),
    ("tidal-events.yaml", "means: name of the event", "meens: x", "unknown name `meens`"),
    ("tidal-events.yaml", "means: name of the event", "means: 5", "a number where a text belongs"),
    ("tidal-events.yaml", "event: playback_session", "evnt: playback_session", "unknown name `evnt`"),
    ("tidal-events.yaml", "          Id: {", "          a..b: {", "is not a path"),
    ("tidal-events.yaml", "indicates: [cue, loop]", "indicates: [cu]", "unknown category `cu`"),
    ("tidal-events.yaml", "status: tested", "status: fine", "unknown status `fine`"),
    ("tidal-events.yaml", "part_of: tidal", "part_of: tidel", "unknown receiver `tidel`"),
    ("tidal-events.yaml", "hosts: [ec.tidal.com]", "hosts: [EC.tidal.com]", "is no host"),
    ("tidal-events.yaml", "paths: [/api/event-batch,", "paths: [api/event-batch,", "is no path template"),
    ("tidal-events.yaml", "- id: play-log", "- id: unknown-event", "two examples have the same id"),
    ("tidal.yaml", "role: streaming service", "role: stream", "unknown role `stream`"),
    ("tidal.yaml", "basis: documented", "basis: hearsay", "unknown basis `hearsay`"),
    ("tidal.yaml", "owner: TIDAL Music AS", "owners: TIDAL", "unknown name `owners`"),
    ("tidal-statistics.yaml", "endpoint: event-batch", "endpoint: events", "unknown endpoint `events`"),
    ("spotify-events.yaml", "base64: C", "base64: '?'\n          json: C", "cannot both be the body"),
    ("spotify-events.yaml", "base64: C", "base64: C!", "this is not base64"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "message"), MISTAKES)
def test_mistakes_have_a_place(copy: Path, name: str, old: str, new: str, message: str) -> None:
    line = break_file(copy / "services" / name, old, new)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(copy)
    assert message in caught.value.message
    place = re.match(r"(\S+\.yaml):(\d+):(\d+): ", caught.value.message)
    assert place, caught.value.message
    assert place[1] == name
    assert abs(int(place[2]) - line) <= 8
    assert caught.value.hint


def test_hint_offers_the_near_word(copy: Path) -> None:
    break_file(copy / "services" / "tidal-events.yaml", "category: seek", "category: seak")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(copy)
    assert caught.value.hint == "Did you mean `seek`?"


def test_rule_without_evidence(copy: Path) -> None:
    break_file(copy / "headers.yaml", "    evidence: http\n", "")
    with pytest.raises(CatalogueError, match=r"headers\.yaml:\d+:\d+: a rule without evidence"):
        load_catalogue(copy)


def test_two_rules_for_one_field(copy: Path) -> None:
    text = "          Id: {means: number of this message in the batch}\n"
    other = text.replace("Id:", '"Id":').replace("number", "count")
    break_file(copy / "services" / "tidal-events.yaml", text, text + other)
    with pytest.raises(CatalogueError, match="`Id` stands here twice"):
        load_catalogue(copy)


def test_same_rule_in_a_part(copy: Path) -> None:
    part = copy / "services" / "tidal-extra.yaml"
    part.write_text(
        "part_of: tidal\nmore_fields:\n  - endpoint: event-batch\n    evidence: sdk-web\n    fields:\n"
        '      - at: "SendMessageBatchRequestEntry[]"\n        rules:\n'
        "          Id: {category: metadata, means: again}\n"
    )
    with pytest.raises(CatalogueError, match=r"tidal-extra\.yaml:8:15: two rules for"):
        load_catalogue(copy)


def test_same_endpoint_twice(copy: Path) -> None:
    break_file(copy / "services" / "tidal.yaml", "  - id: ping\n", "  - id: event-batch\n")
    with pytest.raises(CatalogueError, match="endpoint `event-batch` stands at"):
        load_catalogue(copy)


def test_receiver_with_two_heads(copy: Path) -> None:
    shutil.copy(copy / "services" / "tidal.yaml", copy / "services" / "tidal-b.yaml")
    with pytest.raises(CatalogueError, match="receiver `tidal` has two files"):
        load_catalogue(copy)


def test_same_category_twice(copy: Path) -> None:
    break_file(copy / "categories.yaml", "- id: seek", "- id: playback")
    with pytest.raises(CatalogueError, match="category `playback` stands here twice"):
        load_catalogue(copy)


def test_empty_folder(tmp_path: Path, copy: Path) -> None:
    shutil.rmtree(copy / "services")
    with pytest.raises(CatalogueError, match="no files"):
        load_catalogue(copy)
