"""Programs of the system: what goes wrong is an unknown, never an exception."""

import sys

import pytest

from auditor.doctor import programs
from auditor.doctor.programs import output_of


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_output() -> None:
    assert output_of(python("print('a b')")) == "a b\n"


def test_arguments_reach_the_program_as_they_are() -> None:
    assert output_of((*python("import sys; print(sys.argv[1])"), "$HOME; echo x")) == (
        "$HOME; echo x\n"
    )


def test_missing_program_is_unknown() -> None:
    assert output_of(("no-such-program-anywhere", "-x")) is None


def test_failing_program_is_unknown_unless_its_code_is_an_answer() -> None:
    failing = python("print('none'); raise SystemExit(44)")
    assert output_of(failing) is None
    assert output_of(failing, (0, 44)) == "none\n"


def test_hanging_program_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "LIMIT", 0.2)
    assert output_of(python("import time; time.sleep(60)")) is None


def test_bytes_that_are_no_text_do_not_break() -> None:
    assert output_of(python(r"import sys; sys.stdout.buffer.write(b'a\xff')")) == "a�"
