"""The rehearsal itself, with one plant broken and one outcome expected wrongly on purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import AuditorError
from auditor.selftest.acts import MESSAGES, TOLD
from auditor.selftest.cases import CASES
from auditor.selftest.certificates import make_proxy_authority
from auditor.selftest.plants import make_plants
from auditor.selftest.proxy import recording
from auditor.selftest.result import Result
from auditor.selftest.run import Plan, rehearse
from auditor.sources import open_capture

pytestmark = pytest.mark.proxy

PLANTS = make_plants(3)
SOUND = next(one for one in PLANTS if one.id == "gzip+json")
BROKEN = replace(SOUND, id="broken", content=SOUND.content[:-20])
WRONGLY = tuple(
    replace(case, expected="decrypted") if case.id == "stranger" else case for case in CASES
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rehearsal") / "kept"


@pytest.fixture(scope="module")
def result(kept: Path) -> Result:
    return rehearse(Plan(seed=3, keep=kept, sigkill=False, plants=(*PLANTS, BROKEN), cases=WRONGLY))


def test_a_broken_plant_makes_it_red(result: Result) -> None:
    assert [one.plant for one in result.scores if not one.good] == ["broken"]
    broken = result.scores[-1]
    assert (broken.recorded, broken.decoded) == (True, 0)
    assert not result.green


def test_a_wrong_outcome_makes_it_red(result: Result) -> None:
    wrong = [one for one in result.outcomes if not one.good]
    assert [(one.case, one.reported) for one in wrong] == [("stranger", ("refused-by-server",))]


def test_everything_else_holds(result: Result) -> None:
    assert [one for one in result.checks if not one.good] == []
    assert result.problems == ()
    promised = sum(len(one.facts) for one in PLANTS if one.expected)
    assert result.recall[:2] == (promised + len(BROKEN.facts), promised)


def test_the_session_is_kept_and_says_that_it_is_synthetic(result: Result, kept: Path) -> None:
    assert result.seed == 3
    assert [path.name for path in kept.iterdir()] == ["session"]
    capture = open_capture(kept / "session")
    assert capture.session.facts["synthetic"] is True
    assert capture.session.facts["provenance"] == TOLD["provenance"]
    frames = [one for one in capture.exchanges if one.host == "dies.selftest.invalid"]
    assert sum(one.direction == "out" and one.text for one in frames[0].messages) == MESSAGES


def test_no_folder_is_written_over(result: Result, kept: Path) -> None:
    assert result.seconds < 60
    with pytest.raises(AuditorError, match="is there already"):
        rehearse(Plan(keep=kept))


def test_a_proxy_that_does_not_record_tells_why(tmp_path: Path) -> None:
    make_proxy_authority(tmp_path)
    (tmp_path / "told.json").write_text('{"format": 9}', "utf-8")
    (tmp_path / "stage-ca-cert.pem").write_bytes((tmp_path / "mitmproxy-ca-cert.pem").read_bytes())
    with (
        pytest.raises(AuditorError) as caught,
        recording(tmp_path / "session", tmp_path),
    ):
        pytest.fail("it must not record with facts that only the recorder may set")
    assert "must not set format" in caught.value.hint
