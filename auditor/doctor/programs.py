"""Ask a program of the system something: by its full list of arguments, never through a shell."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

LIMIT = 5.0
"""Seconds; all of them answer at once, unless something is wrong with the machine."""


def output_of(command: Sequence[str], answers: tuple[int, ...] = (0,)) -> str | None:
    """Return what a program printed; None when it is missing, hangs, or failed.

    `answers` are the exit codes that count as an answer; some programs exit with another code
    than 0 to say “there is nothing”.
    """
    try:
        done = subprocess.run(  # noqa: S603  the callers' argument lists are constants and paths
            list(command),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=LIMIT,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout if done.returncode in answers else None
