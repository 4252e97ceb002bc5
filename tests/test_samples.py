"""Every saved sample gives the result that stands beside it."""

import difflib
import json
from functools import cache
from pathlib import Path

import pytest
import yaml

from auditor.tables.store import Audit
from tests.sample_result import NAMES, SAMPLES, audit_sample, result

LIMIT = 3_000_000
audited = cache(audit_sample)


def test_there_are_samples() -> None:
    assert "tidal-web-player" in NAMES
    assert len(NAMES) >= 6


@pytest.mark.parametrize("name", NAMES)
def test_result_is_as_expected(name: str) -> None:
    expected = (SAMPLES / name / "expected.yaml").read_text(encoding="utf-8")
    difference = difflib.unified_diff(
        expected.splitlines(), result(audited(name)).splitlines(), "expected", "now", lineterm=""
    )
    text = "\n".join(difference)
    assert not text, f"{name} changed; if that is right, run tests/update_samples.py\n{text}"


@pytest.mark.parametrize("name", NAMES)
def test_sample_says_where_it_comes_from_and_is_small(name: str) -> None:
    facts = yaml.safe_load((SAMPLES / name / "session.yaml").read_text(encoding="utf-8"))
    assert len(facts["provenance"]) > 40
    assert isinstance(facts["synthetic"], bool)
    assert sum(path.stat().st_size for path in (SAMPLES / name).iterdir()) < LIMIT
    raw = (SAMPLES / name / "flows.mitm").read_bytes()
    assert not any(str(place).encode() in raw for place in (Path.home(), SAMPLES.parent))


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_reaches_the_result(name: str) -> None:
    """What the samples' clients send as token or account must not stand in any table or text."""
    text = everything(audited(name))
    for secret in yaml.safe_load((SAMPLES / name / "session.yaml").read_text("utf-8")).get(
        "secrets", []
    ):
        assert secret.encode() in (SAMPLES / name / "flows.mitm").read_bytes()
        assert secret not in text


def everything(audit: Audit) -> str:
    tables = "".join(table.to_csv() for table in audit.tables.values())
    return tables + json.dumps(audit.facts) + repr(audit.claims)


def test_tidal_sample_answers_what_it_must() -> None:
    audit = audited("tidal-web-player")
    verdicts = {row["category"]: row["verdict"] for row in audit.facts["rows"]}
    assert verdicts["playback"] == verdicts["seek"] == "seen"
    assert verdicts["effects"] == verdicts["tempo"] == "not tested"
    assert verdicts["cue"] != "not seen"
    assert verdicts["loop"] != "not seen"
    seen = audit.tables["observations"]
    positions = seen[(seen["category"] == "seek") & (seen["unit"] == "s")]
    assert positions["number"].notna().all()
    assert len(positions) > 50
    assert audit.facts["blind_spots"]
