"""Get what tests need from outside: a browser, what reads its PDFs, and tshark.

Never fails: those tests then skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from browser import find_browser

_WANTED = ("chromium", "poppler-utils", "tshark")
_APT = (
    ("apt-get", "update", "-qq"),
    ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *_WANTED),
)
_PLAYWRIGHT = ((sys.executable, "-m", "playwright", "install", "chromium"),)
_PATIENCE_S = 600


def main() -> None:
    """Install Chromium with the system's packages (as root on Debian) or with playwright."""
    if find_browser() and shutil.which("pdftotext") and shutil.which("tshark"):
        return
    problem = ""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        problem = _run(_APT)
    if not find_browser():
        problem = _run(_PLAYWRIGHT) or problem
    if find_browser():
        return
    print(f"No browser: tests that need one are skipped. {problem}".strip())  # noqa: T201


def _run(commands: tuple[tuple[str, ...], ...]) -> str:
    """Run commands until one fails; return the last line it said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_PATIENCE_S,
                check=False,
                env=environment,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode:
            return (done.stderr or done.stdout).strip().rpartition("\n")[2]
    return ""


if __name__ == "__main__":
    main()
