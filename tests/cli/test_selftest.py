"""`auditor selftest` as a person calls it; also interrupted, and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Called

from auditor.cli import cli
from auditor.selftest import run as rehearsal
from auditor.selftest.cases import Outcome
from auditor.selftest.result import Check, Result
from auditor.selftest.score import Score

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

GREEN = Result(
    seed=7,
    versions=(("auditor", "1"), ("mitmproxy", "2")),
    scores=(
        Score("json", ("json",), True, 7, True, 7, 7, 7),
        Score("protobuf", ("protobuf",), True, 5, True, 5, 0, 0),
        Score("cbor", ("cbor",), False, 7, True, 0, 7, 0),
    ),
    outcomes=(
        Outcome("pins", "says nothing", "established-silent", ("established-silent",), "", True),
    ),
    checks=(Check("marks", "2 of 2", "2 of 2"),),
    problems=(),
    seconds=3.2,
)


def call(*arguments: str) -> Called:
    return CliRunner().invoke(cli, ["selftest", *arguments])


def played(monkeypatch: pytest.MonkeyPatch, result: Result) -> list[rehearsal.Plan]:
    """Let the command have this result; return the plans it asks for."""
    plans: list[rehearsal.Plan] = []

    def rehearse(plan: rehearsal.Plan) -> Result:
        plans.append(plan)
        return result

    monkeypatch.setattr(rehearsal, "rehearse", rehearse)
    return plans


@pytest.mark.proxy
def test_all_green(tmp_path: Path) -> None:
    result = call("--seed", "11", "--keep", str(tmp_path), "--json")
    told = json.loads(result.stdout)
    wrong = [one for part in ("outcomes", "checks") for one in told[part] if not is_good(one)]
    assert wrong == []
    assert told["problems"] == []
    assert result.exit_code == 0, result.stderr
    assert told["green"] is True
    assert told["synthetic"] is True
    assert told["recall"]["decoded"] == told["recall"]["planted"] > 250
    assert told["recall"]["classified"] == told["recall"]["named"] > 200
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed", "session"]


def is_good(part: dict[str, object]) -> bool:
    return part["good"] is True if "good" in part else part["expected"] == part["found"]


def test_table_of_a_green_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = played(monkeypatch, GREEN)
    result = call("--seed", "7", "--no-sigkill")
    assert result.exit_code == 0, result.output
    assert (plans[0].seed, plans[0].sigkill, plans[0].keep) == (7, False, None)
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["json", "7", "yes", "7/7", "7/7", "ok"] in lines
    assert ["protobuf", "5", "yes", "5/5", "no", "names", "ok"] in lines
    assert ["cbor", "7", "yes", "0/7", "0/7", "not", "yet"] in lines
    assert ["All", "that", "are", "read", "12", "12/12", "7/7", "100%"] in lines
    assert ["says", "nothing", "established-silent", "established-silent", "ok"] in lines
    assert "synthetic" in result.stdout
    assert "1 format is recorded, but not read yet." in result.stdout


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"scores": (replace(GREEN.scores[0], decoded=6),)}, "json 7 yes 6/7 7/7 WRONG"),
        (
            {"outcomes": (replace(GREEN.outcomes[0], reported=(), good=False),)},
            "says nothing established-silent nothing WRONG",
        ),
        ({"outcomes": (replace(GREEN.outcomes[0], good=False),)}, "WRONG DETAIL"),
        ({"checks": (Check("marks", "2 of 2", "1 of 2"),)}, "marks 2 of 2 1 of 2 WRONG"),
        ({"problems": ("dies: OSError",)}, "dies: OSError"),
    ],
    ids=["format", "outcome", "detail", "check", "problem"],
)
def test_red_says_where_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], shown: str
) -> None:
    played(monkeypatch, replace(GREEN, **changed))  # type: ignore[arg-type]
    result = call()
    assert result.exit_code == 1
    assert shown in " ".join(result.stdout.split())
    assert "Wrong in 1 places." in result.stderr
    assert "--keep FOLDER" in result.stderr


def test_json_of_a_red_rehearsal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    played(monkeypatch, replace(GREEN, checks=(Check("marks", "2 of 2", "1 of 2"),)))
    result = call("--json", "--keep", str(tmp_path))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["green"] is False
    assert str(tmp_path / "session") in result.stderr


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command in a process group of its own until it records."""
    (folder / "tmp").mkdir()
    told = folder / "kept" / "session" / "session.yaml"
    command = [sys.executable, "-m", "auditor", "selftest", "--keep", str(folder / "kept")]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
        # A shell lets what it starts in the background ignore Ctrl-C, and that is passed on.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        until(told.is_file)
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], object], limit: float = 30) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@POSIX
@pytest.mark.proxy
def test_ctrl_c_leaves_no_process_and_no_keys(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    assert list((tmp_path / "tmp").iterdir()) == []


@POSIX
@pytest.mark.proxy
def test_the_proxy_ends_when_the_rehearsal_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "kept" / "session" / "session.yaml"
    with started(tmp_path) as process:
        process.kill()
        process.wait()
        until(lambda: "\nended: " in told.read_text("utf-8"))
