"""Processes under a leash."""

from __future__ import annotations

import sys

import pytest

from auditor.errors import AuditorError
from auditor.selftest.process import Running

TALKS = "import sys; print('at port 81', flush=True); sys.stdin.read(); sys.exit(7)"
DIES = "print('no such option'); raise SystemExit(2)"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_waits_for_a_line_and_for_the_end() -> None:
    with Running(python(TALKS)) as one:
        assert one.wait_for(r"port (\d+)", 20)[1] == "81"
        assert not one.ended
        assert one.stop() == 7
        assert one.ended


def test_tells_what_a_process_said_that_died() -> None:
    with Running(python(DIES)) as one, pytest.raises(AuditorError) as caught:
        one.wait_for("port", 20)
    assert "no such option" in caught.value.hint


def test_does_not_wait_for_ever() -> None:
    with Running(python(TALKS)) as one, pytest.raises(AuditorError, match="said “nothing”"):
        one.wait_for("nothing", 0.3)


def test_ends_the_process_when_the_block_fails() -> None:
    one = Running(python("import time; time.sleep(60)"))
    with pytest.raises(AuditorError), one:
        one.wait_for("anything", 0.1)
    assert one.ended
