"""Findings: every one that is not ok says what to do."""

import pytest

from auditor.doctor.finding import TOPICS, Finding, in_order


@pytest.mark.parametrize("level", ["note", "warning", "problem"])
def test_a_finding_without_a_next_step_cannot_be_made(level: str) -> None:
    with pytest.raises(ValueError, match="needs a next step"):
        Finding("port.free", level, "Something is wrong.")  # type: ignore[arg-type]


def test_ok_needs_no_next_step() -> None:
    assert Finding("port.free", "ok", "Fine.").next_step == ""


def test_topic_must_exist() -> None:
    with pytest.raises(ValueError, match="no such topic"):
        Finding("weather.rain", "ok", "Dry.")


def test_topics_keep_their_order_and_checks_theirs() -> None:
    checks = ["terminal.b", "versions.a", "terminal.a", "port.free"]
    findings = in_order(Finding(check, "ok", "Fine.") for check in checks)
    assert [one.check for one in findings] == [
        "versions.a", "port.free", "terminal.b", "terminal.a"
    ]  # fmt: skip
    assert next(iter(TOPICS)) == "versions"
