"""`auditor reconstruct` as a person calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.tables.store import write_audit
from tests.sample_result import SAMPLES, audit_sample


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["reconstruct", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit")
    write_audit(audit_sample("tidal-web-player"), folder)
    return folder


def test_the_set_as_a_table(audit: Path) -> None:
    shown = run(audit).stdout
    assert "can rebuild 8 of your 8 transitions" in shown
    assert "clock was 0.79 s behind" in shown
    assert "transition: heard with 90000101 for 6.2 s" in shown
    assert shown.count("loops 1.88 ±") >= 2
    assert "Against the marks" in shown


def test_files(audit: Path, tmp_path: Path) -> None:
    result = run(audit, "--json", tmp_path / "new" / "set.json", "--cue", tmp_path / "set.cue")
    assert "Written:" in result.stderr
    told = json.loads((tmp_path / "new" / "set.json").read_text("utf-8"))
    assert [len(one["tracks"]) for one in told["receivers"]] == [9]
    sheet = (tmp_path / "set.cue").read_text("utf-8")
    assert sheet.count(" AUDIO\n") == 9
    assert "INDEX 01 00:00:00" in sheet


def test_json_on_standard_output_is_nothing_else(audit: Path) -> None:
    told = json.loads(run(audit, "--json", "-", "--receiver", "tidal").stdout)
    assert told["receivers"][0]["receiver"] == "tidal"
    assert told["real"]["transitions"]


def test_without_playback_reports_it_says_why() -> None:
    result = run(SAMPLES / "segment-node", code=1)
    assert "No message told where in a track a player was" in result.stderr
    assert "Segment (1)" in result.stderr
    assert "Next:" in result.stderr


def test_a_receiver_that_was_told_nothing(audit: Path) -> None:
    assert "Name one of: tidal." in run(audit, "--receiver", "beatport", code=1).stderr


def test_a_file_that_cannot_be_written(audit: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(audit, "--cue", tmp_path / "file" / "set.cue", code=1)
    assert "could not be written" in result.stderr
