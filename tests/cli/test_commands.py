"""The commands as a person calls them: output, exit codes, errors with a next step."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.resources import catalogue_dir
from auditor.tables.store import FORMAT

SAMPLES = Path(__file__).parents[2] / "samples"
SEGMENT = SAMPLES / "segment-node"


def run(*arguments: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=stdin)


def test_report_writes_one_file_and_prints_the_answers(tmp_path: Path) -> None:
    result = run("report", SEGMENT, "-o", tmp_path / "r.html")
    assert result.exit_code == 0, result.output
    assert "What could this test not see?" in result.stdout
    assert "Report:" in result.stderr
    assert (tmp_path / "r.html").stat().st_size < 4_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_json_is_the_only_thing_on_stdout(tmp_path: Path) -> None:
    result = run("audit", SEGMENT, "-o", tmp_path / "audit", "--json")
    document = json.loads(result.stdout)
    assert document["facts"]["format"] == FORMAT
    assert {claim["verdict"] for claim in document["claims"]} <= {
        "seen", "seen, indirectly", "not seen", "not tested", "not visible"
    }  # fmt: skip


def test_report_of_a_kept_audit_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_REDACTION_KEY", "a key of the tests, no secret")
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    assert run("report", SEGMENT, "-o", first, "--keep", tmp_path / "audit").exit_code == 0
    assert run("report", tmp_path / "audit", "-o", second).exit_code == 0
    assert first.read_bytes() == second.read_bytes()


def test_standard_input(tmp_path: Path) -> None:
    flows = (SEGMENT / "flows.mitm").read_bytes()
    result = run("audit", "-", "-o", tmp_path / "audit", "--json", stdin=flows)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["facts"]["captures"][0]["exchanges"] == 1


def test_several_captures_are_one_session(tmp_path: Path) -> None:
    result = run("audit", SEGMENT, SAMPLES / "amplitude-python", "-o", tmp_path / "a", "--json")
    facts = json.loads(result.stdout)["facts"]
    assert [one["name"] for one in facts["captures"]] == ["segment-node", "amplitude-python"]
    assert {one["name"] for one in facts["receivers"]} == {"Segment", "Amplitude"}


def test_fail_on(tmp_path: Path) -> None:
    assert run("audit", SEGMENT, "-o", tmp_path / "a", "--fail-on", "cue").exit_code == 3
    assert run("audit", SEGMENT, "-o", tmp_path / "a", "--fail-on", "library").exit_code == 0
    wrong = run("audit", SEGMENT, "-o", tmp_path / "a", "--fail-on", "cues")
    assert wrong.exit_code == 2
    assert "playback" in wrong.output


def damaged(folder: Path, name: str) -> Path:
    whole = (SEGMENT / "flows.mitm").read_bytes()
    path = folder / name
    path.write_bytes({"empty": b"", "cut": whole[:-50], "picture": b"\x89PNG\r\n\x1a\n"}[name])
    return path


@pytest.mark.parametrize("name", ["empty", "cut", "picture"])
def test_files_that_are_no_capture(tmp_path: Path, name: str) -> None:
    result = run("report", damaged(tmp_path, name), "-o", tmp_path / "r.html")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "\n  Next: " in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "r.html").exists()


def test_truncated_capture_still_gives_a_report_that_says_so(tmp_path: Path) -> None:
    whole = (SAMPLES / "sentry-node" / "flows.mitm").read_bytes()
    (tmp_path / "cut.mitm").write_bytes(whole[:-50])
    result = run("report", tmp_path / "cut.mitm", "-o", tmp_path / "r.html")
    assert result.exit_code == 0, result.output
    assert "1 part of the recording could not be read" in result.stdout


def test_unwritable_output_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run("audit", SEGMENT, "-o", tmp_path / "file" / "audit")
    assert result.exit_code == 1
    assert "Next: " in result.stderr


def test_short_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_REDACTION_KEY", "short")
    assert run("audit", SEGMENT, "-o", tmp_path / "a").exit_code == 1


def test_as_a_module_with_a_pipe(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "auditor", "report", SEGMENT, "-o", tmp_path / "r.html"]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert "Kind of data" in done.stdout.decode("utf-8")


def test_catalogue_check() -> None:
    result = run("catalogue", "check")
    assert result.exit_code == 0, result.output
    assert "0 errors" in result.stdout


def test_folder_that_is_no_catalogue_is_named(tmp_path: Path) -> None:
    result = run("catalogue", "check", tmp_path)
    assert result.exit_code == 1
    assert "holds no categories.yaml" in result.stderr
    assert "Next: Copy the folder" in result.stderr


def test_audit_folder_is_not_mixed_with_captures(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text("{}", encoding="utf-8")
    result = run("report", tmp_path, SEGMENT, "-o", tmp_path / "r.html")
    assert result.exit_code == 1
    assert "is an audit folder" in result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
def test_old_consoles_get_the_answers(tmp_path: Path, encoding: str) -> None:
    command = [sys.executable, "-m", "auditor", "report", str(SEGMENT), "-o", str(tmp_path / "r"),
               "--no-charts"]  # fmt: skip
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "Not tested" in done.stdout.decode(encoding)


def test_catalogue_check_finds_a_broken_example(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(catalogue_dir(), folder)
    file = folder / "services" / "segment.yaml"
    text = file.read_text(encoding="utf-8")
    assert "category: cue" in text
    file.write_text(text.replace("category: cue", "category: ads"), encoding="utf-8")
    result = run("catalogue", "check", folder)
    assert result.exit_code == 1
    assert "expected ads at" in result.stdout


def test_broken_catalogue_names_the_place(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(catalogue_dir(), folder)
    (folder / "services" / "tidal.yaml").write_text("id: tidal\nid: twice\n", encoding="utf-8")
    result = run("catalogue", "check", folder)
    assert result.exit_code == 1
    assert "tidal.yaml:2:1:" in result.stderr


def test_interrupted_audit_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("auditor.audit.run_audit", interrupt)
    result = run("report", SEGMENT, "-o", tmp_path / "r.html")
    assert result.exit_code == 130
    assert "nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == []
