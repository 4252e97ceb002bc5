"""Keys from a real terminal one by one, and lines where there is none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

READER = """
import sys, threading
from auditor.cli.keys import Keys
pressed, enough = [], threading.Event()
def press(key):
    pressed.append(key)
    if len(pressed) == 3:
        enough.set()
with Keys(press):
    print("ready", flush=True)
    assert enough.wait(20)
print("keys", *pressed, flush=True)
"""


def test_lines_of_a_script() -> None:
    ended = subprocess.run(
        (sys.executable, "-c", READER), input="\nSkip\nq\n", capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "keys enter s q"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals of this kind")
def test_keys_of_a_terminal_come_one_by_one_and_it_is_left_as_it_was() -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        (sys.executable, "-c", READER), stdin=theirs, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    with process, process.stdout:
        assert process.stdout.readline() == "ready\n"
        # No line end before the last key: only single keys get there.
        os.write(ours, b"sR")
        os.write(ours, b"\n")
        assert process.stdout.readline() == "keys s r enter\n"
    after = termios.tcgetattr(theirs)
    assert after[3] == before[3]
    os.close(ours)
    os.close(theirs)
