"""`auditor known` as a person calls it."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.known import KnownValues, read_known
from tests.library import libraries


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["known", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "rekordbox.xml"
    path.write_text(libraries.REKORDBOX, encoding="utf-8")
    return path


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return tmp_path / "session"


SECRETS = ("Harbour", "Vexley", "horns", "Rooftop", "warm-up", "47.123", "47123", "900000001")
"""What stands in the library; none of it may be printed."""


def test_read(library: Path, session: Path) -> None:
    result = run("read", library, "-s", session)
    assert "rekordbox: 3 tracks, 18 distinct values." in result.stdout
    assert "Skipped 1: a position that is no time." in result.stdout
    assert not [secret for secret in SECRETS if secret in result.output]
    found = KnownValues(read_known(session)).search(["first horns", "Rooftop Closing"])
    assert len(found) == 2
    if os.name == "posix":
        assert stat.S_IMODE((session / "known_values.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(session.stat().st_mode) == 0o700


def test_read_as_json(library: Path, session: Path, tmp_path: Path) -> None:
    other = libraries.mixxx(tmp_path / "mixxxdb.sqlite")
    result = run("read", library, other, "-s", session, "--json")
    told = json.loads(result.stdout)
    assert told["applications"] == ["rekordbox", "Mixxx"]
    assert told["tracks"] == 4
    assert told["skipped"] == {"a position that is no time": 1}
    kinds = {row["kind"]: row for row in told["kinds"]}
    assert kinds["cue-position"] == {
        "kind": "cue-position", "category": "cue", "alone": 0, "together": 2, "field": 0, "never": 0,
    }  # fmt: skip
    assert kinds["bpm"]["never"] == 1
    assert not [secret for secret in SECRETS if secret in result.output]


def test_reading_again_replaces_what_was_read_and_keeps_what_was_planted(
    library: Path, session: Path, tmp_path: Path
) -> None:
    run("read", library, "-s", session)
    run("plant", "-s", session, "--seed", "friday")
    run("read", libraries.mixxx(tmp_path / "m.sqlite"), "-s", session)
    values = read_known(session)
    assert {one.note for one in values} == {"planted", "Mixxx"}
    assert len({one.id for one in values}) == len(values)


def test_plant(session: Path) -> None:
    result = run("plant", "-s", session, "--cues", 2, "--seed", "friday")
    values = read_known(session)
    assert all(one.planted for one in values)
    assert all(str(one.value) in result.stdout for one in values if isinstance(one.value, str))
    first = next(one for one in values if one.kind == "cue-position")
    minutes, seconds = divmod(float(first.value), 60)
    assert f"Set a cue point near             {minutes:.0f}:{seconds:06.3f}" in result.stdout
    again = json.loads(
        run("plant", "-s", session, "--cues", 2, "--seed", "friday", "--json").stdout
    )
    assert [one["value"] for one in again["values"]] == [one.value for one in values]
    assert read_known(session) == values


def test_reading_after_planting_learns_the_true_positions(library: Path, session: Path) -> None:
    run("plant", "-s", session)
    name = next(str(one.value) for one in read_known(session) if one.kind == "cue-name")
    text = library.read_text(encoding="utf-8")
    library.write_text(text.replace("first horns", name), encoding="utf-8")
    for _ in range(2):
        run("read", library, "-s", session)
        values = read_known(session)
        assert len([one for one in values if one.value == name]) == 1
        assert 47.123 in [one.value for one in values if one.note == "planted, as set"]
        assert len({one.id for one in values}) == len(values)


def test_without_a_seed_every_run_has_its_own(session: Path) -> None:
    seeds = {json.loads(run("plant", "-s", session, "--json").stdout)["seed"] for _ in range(3)}
    assert len(seeds) == 3


def test_list_shows_labels_only(library: Path, session: Path) -> None:
    run("read", library, "-s", session)
    result = run("list", "-s", session)
    assert not [secret for secret in SECRETS if secret in result.output]
    assert "cue-name-1" in result.stdout
    assert "‹known " in result.stdout
    told = json.loads(run("list", "-s", session, "--kind", "cue-position", "--json").stdout)
    assert [row["id"] for row in told["values"]] == ["cue-position-1", "cue-position-2"]
    assert all(row["value"].startswith("‹known ") for row in told["values"])


def test_list_and_forget_without_values(session: Path) -> None:
    assert "No known values there." in run("list", "-s", session).stdout
    assert "No known values there." in run("forget", "-s", session).stdout


def test_forget(library: Path, session: Path) -> None:
    run("read", library, "-s", session)
    assert json.loads(run("forget", "-s", session, "--json").stdout) == {"forgotten": True}
    assert read_known(session) == ()
    assert list(session.iterdir()) == []


def test_usage_errors(session: Path) -> None:
    assert "cue-name" in run("list", "-s", session, "--kind", "colour", code=2).output
    run("plant", code=2)
    run("read", "-s", session, code=2)
    run("plant", "-s", session, "--cues", 99, code=2)


def test_what_cannot_be_read_says_what_to_do(session: Path, tmp_path: Path) -> None:
    path = tmp_path / "master.db"
    path.write_bytes(bytes((7 * n + n * n // 3) % 256 for n in range(8192)))
    result = run("read", path, "-s", session, code=1)
    assert "Next: In rekordbox choose File > Export Collection" in result.output
    assert not session.exists()


def test_a_library_of_everyday_values_is_refused(session: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    path.write_text(
        '<DJ_PLAYLISTS><COLLECTION><TRACK Name="Intro" AverageBpm="128.00"/></COLLECTION></DJ_PLAYLISTS>'
    )
    result = run("read", path, "-s", session, code=1)
    assert "auditor known plant" in result.output
    assert not session.exists()


def test_the_session_may_come_from_the_environment(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_SESSION", str(session))
    run("plant")
    assert read_known(session)
