"""Check the versions of Python and mitmproxy: both are read as text, neither is imported."""

from __future__ import annotations

import re

from auditor.doctor.facts import System
from auditor.doctor.finding import Finding
from auditor.doctor.words import SPELLED

NEW_PYTHON = (3, 12)
"""The first Python for which current versions of mitmproxy exist."""
OLDEST_11 = (11, 0, 2)
OLDEST_12 = (12, 2, 3)
NEXT = (13,)

_INSTALL = "Run `pip install 'mitmproxy>=12.2.3,<13'` with Python 3.12 or newer."


def check_system(system: System) -> list[Finding]:
    """Say it where our own checks were never tried."""
    if system == "linux":
        return []
    return [
        Finding(
            "versions.system",
            "note",
            f"These checks were written from documentation and never tried on {SPELLED[system]}.",
            "Compare what surprises you with the system's own settings, and tell us.",
        )
    ]


def check_versions(python: tuple[int, int, int], mitmproxy: str | None) -> list[Finding]:
    """Say whether captures can be trusted to these versions."""
    return [_python(python), _mitmproxy(python, mitmproxy)]


def _python(python: tuple[int, int, int]) -> Finding:
    text = f"Python {'.'.join(map(str, python))}"
    if python >= NEW_PYTHON:
        return Finding("versions.python", "ok", f"{text} can run a current mitmproxy.")
    return Finding(
        "versions.python",
        "note",
        f"{text} reads captures well, but only runs mitmproxy 11.",
        "For recording, install this program with Python 3.12 or newer.",
    )


def _mitmproxy(python: tuple[int, int, int], version: str | None) -> Finding:
    check = "versions.mitmproxy"
    if version is None:
        step = "Run `pip install --force-reinstall dj-privacy-auditor`."
        return Finding(check, "problem", "mitmproxy is not installed here.", step)
    number = numbers(version)
    text = f"mitmproxy {version}"
    if OLDEST_12 <= number < NEXT:
        return Finding(check, "ok", f"{text} is supported.")
    if number >= NEXT:
        said = f"{text} is newer than what we support."
        return Finding(check, "warning", said, "Run `auditor selftest`, or install version 12.")
    if number < OLDEST_11:
        return Finding(check, "problem", f"{text} is too old to record with.", _INSTALL)
    if python >= NEW_PYTHON:
        return Finding(check, "warning", f"{text} is not tested with this Python.", _INSTALL)
    return Finding(
        check,
        "warning",
        f"{text} has no local mode on Linux, and its mitmweb has known security holes.",
        f"Never start mitmweb of this version. {_INSTALL}",
    )


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: `12.2.3rc1` is 12, 2, 3."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
