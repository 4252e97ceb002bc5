"""The protocols that ship, and copies of them with one mistake each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue import load_catalogue
from auditor.catalogue.protocol import list_protocols, load_protocol, planned_seconds
from auditor.errors import AuditorError, CatalogueError


def test_what_ships() -> None:
    assert list(list_protocols()) == ["offline-flush", "opt-out", "quick", "standard"]
    assert load_protocol("quick").minutes == 10
    assert load_protocol("quick") is list_protocols()["quick"]


def test_standard_does_every_kind_of_action_15_times() -> None:
    standard = load_protocol("standard")
    assert {one.repeat for one in standard.actions} == {15}
    marks = {mark for one in standard.actions for mark in one.marks}
    rows = [one for one in load_catalogue().categories.values() if one.row and one.marks]
    assert all(marks & set(one.marks) for one in rows)
    assert {"cue-set", "cue-jump", "loop-on", "loop-off", "eq", "fx"} <= marks
    assert standard.tail >= 300
    assert standard.idle_count == 15


def test_conditions() -> None:
    offline, consent = load_protocol("offline-flush"), load_protocol("opt-out")
    assert [one.id for one in offline.conditions] == ["online", "offline", "online-again"]
    assert offline.conditions[0].actions == offline.conditions[1].actions != ()
    assert offline.conditions[2].actions == ()
    assert offline.tail >= 300
    assert not offline.mirrored
    assert consent.mirrored
    assert consent.rounds == 2
    assert consent.conditions[0].actions == consent.conditions[1].actions
    assert all(one.wait >= 300 for one in consent.conditions), "batches of the other condition"


SMALL = """\
id: small
title: Small
purpose: Try it.
minutes: 1
lead_in: 5
tail: 10
idle: {count: 2, seconds: 8}
gap: [7, 9]
actions:
  - id: seek
    marks: [seek]
    say: Click.
    seconds: 2
    repeat: 3
  - id: search
    marks: [search]
    say: Search for {word}.
    seconds: 4
    repeat: 2
    hold: true
    values: {word: [one, 2]}
conditions:
  - {id: before, say: Do it., seconds: 5}
  - {id: after, say: Undo it., seconds: 5, wait: 20, actions: [seek]}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_a_file_of_your_own(own: Path) -> None:
    small = load_protocol(own)
    assert load_protocol(str(own)) == small
    assert small.actions[1].values == (("word", ("one", 2)),)
    assert small.conditions[0].actions == ("seek", "search")
    assert small.conditions[1].actions == ("seek",)
    assert (small.rounds, small.mirrored, small.prepare) == (1, False, ())


def test_planned_seconds(own: Path) -> None:
    seek, search, idle = 3 * (2 + 8), 2 * (4 + 8), 2 * (8 + 8)
    changes = (5 + 8) + (5 + 8 + 20)
    once = seek + search + idle + seek + idle
    assert planned_seconds(load_protocol(own)) == 5 + 10 + once + changes
    own.write_text(SMALL + "rounds: 2\nmirrored: true\n")
    assert planned_seconds(load_protocol(own)) == 5 + 10 + 2 * once + 1.5 * changes


def test_unknown_id() -> None:
    with pytest.raises(AuditorError, match="no protocol `fast`") as caught:
        load_protocol("fast")
    assert "offline-flush, opt-out, quick, standard" in caught.value.hint


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"none\.yaml:1:1: cannot be read"):
        load_protocol(tmp_path / "none.yaml")


MISTAKES = [
    ("title: Small", "titel: Small", "unknown name `titel`"),
    ("tail: 10\n", "", "`tail` is missing here"),
    ("tail: 10", "tail: ten", "no number from 0 on"),
    ("tail: 10", "tail: -1", "no number from 0 on"),
    ("tail: 10", "tail: true", "no number from 0 on"),
    ("repeat: 3", "repeat: 0", "no whole number from 1 on"),
    ("repeat: 3", "repeat: 2.5", "no whole number from 1 on"),
    ("marks: [seek]", "marks: [seak]", "unknown mark `seak`"),
    ("marks: [seek]", "marks: [idle]", "unknown mark `idle`"),
    ("marks: [seek]", "marks: []", "0 marks in one action"),
    ("marks: [seek]", "marks: [seek, play, pause]", "3 marks in one action"),
    ("marks: [search]", "marks: [search, seek]", "`hold` with two marks"),
    ("- id: search", "- id: seek", "the action `seek` is already taken"),
    ("- id: search", "- id: idle", "the action `idle` is already taken"),
    ("for {word}", "for it", "`word` stands in `say` or in `values` only"),
    ("{word: [one, 2]}", "{word: []}", "nothing to choose from"),
    ("{word: [one, 2]}", "{word: [true]}", "neither text nor number"),
    ("gap: [7, 9]", "gap: [9, 7]", "the least gap is longer"),
    ("gap: [7, 9]", "gap: [9]", "1 numbers in the gap"),
    ("actions: [seek]}", "actions: [seak]}", "unknown action `seak`"),
    ("seconds: 5}", "seconds: 5, actions: [seek]}", "no condition has the action `search`"),
    ("id: after", "id: before", "condition `before` stands here twice"),
    ("idle: {count: 2, ", "idle: {", "`count` is missing here"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_mistakes_have_a_place(own: Path, old: str, new: str, message: str) -> None:
    assert old in SMALL
    own.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_protocol(own)
    assert message in caught.value.message
    place = re.match(r"small\.yaml:(\d+):(\d+): ", caught.value.message)
    assert place, caught.value.message
    assert abs(int(place[1]) - SMALL[: SMALL.index(old)].count("\n") - 1) <= 12
    assert caught.value.hint


def test_a_file_is_named_like_its_protocol(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(resources.catalogue_dir(), folder, ignore=shutil.ignore_patterns("*.py"))
    (folder / "protocols" / "quick.yaml").rename(folder / "protocols" / "fast.yaml")
    with pytest.raises(CatalogueError, match=r"fast\.yaml:\d+:1: this file holds `quick`"):
        list_protocols(folder)


def test_the_readme_shows_one_that_can_be_read(tmp_path: Path) -> None:
    readme = (resources.catalogue_dir() / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    (shown,) = (block for block in blocks if "lead_in:" in block)
    path = tmp_path / "example.yaml"
    path.write_text(shown, encoding="utf-8")
    one = load_protocol(path)
    assert abs(planned_seconds(one) / 60 - one.minutes) < 0.5
    assert [condition.actions for condition in one.conditions] == [("loop", "eq"), ("loop",)]
