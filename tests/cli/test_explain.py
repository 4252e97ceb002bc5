"""`auditor explain` as a person calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.tables.store import write_audit
from tests.sample_result import SAMPLES, audit_sample

SEGMENT = SAMPLES / "segment-node"


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["explain", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit")
    write_audit(audit_sample("segment-node"), folder)
    return folder


def test_from_the_claim_to_the_capture(audit: Path) -> None:
    shown = run(audit, "cue.segment", "--capture", SEGMENT).stdout
    assert shown.startswith("Claim cue.segment: seen, medium")
    assert "batch[].properties.cue_position_ms" in shown
    assert "body as sent (" in shown
    assert "▸61234◂" in shown
    assert "api.segment.io, batch" in shown
    sha256 = audit_sample("segment-node").facts["captures"][0]["sha256"]
    assert f"SHA-256 {sha256}" in shown
    assert "the file is the one that was audited" in shown
    assert "1 more; `--all` shows them." in shown
    order = [
        shown.index(f"  {one} ") for one in ("field", "decoded", "bytes", "exchange", "capture")
    ]
    assert order == sorted(order)


def test_all_as_json_from_a_capture(audit: Path) -> None:
    told = json.loads(run(SEGMENT, "cue.segment", "--all", "--json").stdout)
    assert told["claim"]["id"] == "cue.segment"
    assert len(told["observations"]) == 4
    assert told["more"] == 0
    position = next(one for one in told["observations"] if one["value"] == "61234")
    (only,) = position["ranges"]
    assert only["end"] - only["start"] == 5
    assert (only["places"], only["how"], only["inside"]) == (1, "path", "body as sent")
    assert position["capture"]["state"] == "same"
    assert "data" not in only


def test_a_wrong_claim_and_none_list_the_ids(audit: Path) -> None:
    for arguments in ((audit, "cue.tidal"), (audit,)):
        error = run(*arguments, code=1).stderr
        assert "Next: Name one of these claims" in error
        assert "    cue.segment\n" in error


def test_without_the_capture_it_asks_for_it(audit: Path) -> None:
    result = run(audit, "cue.segment", code=1)
    assert "the chain ends at the exchange" in result.stdout
    assert "api.segment.io" in result.stdout
    assert "Name it with `--capture PATH`." in result.stderr


def test_a_changed_capture_is_said_aloud(audit: Path, tmp_path: Path) -> None:
    changed = tmp_path / "segment-node"
    changed.mkdir()
    for one in SEGMENT.iterdir():
        (changed / one.name).write_bytes(one.read_bytes())
    with (changed / "session.yaml").open("a") as file:
        file.write("\n# changed\n")
    result = run(audit, "cue.segment", "--capture", changed)
    assert "its SHA-256 differs" in result.stderr
    assert "THE FILE DIFFERS" in result.stdout
    assert "▸61234◂" in result.stdout


def test_standard_input_is_refused() -> None:
    assert "cannot be read twice" in run("-", "cue.segment", code=1).stderr
