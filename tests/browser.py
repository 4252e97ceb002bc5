"""Find a browser for the report's tests: one that is installed, or playwright's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "%ProgramFiles%/Google/Chrome/Application/chrome.exe",
    "%ProgramFiles(x86)%/Google/Chrome/Application/chrome.exe",
    "%LocalAppData%/Google/Chrome/Application/chrome.exe",
    "%ProgramFiles(x86)%/Microsoft/Edge/Application/msedge.exe",
)
_OWN = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium-*/chrome-win*/chrome.exe",
)
_CACHES = (
    "~/.cache/ms-playwright",
    "~/Library/Caches/ms-playwright",
    "%LocalAppData%/ms-playwright",
)


def find_browser() -> Path | None:
    """Return the program of an installed Chromium or Chrome, else playwright's own, else none."""
    for command in _COMMANDS:
        found = shutil.which(command)
        if found:
            return Path(found)
    usual = (_place(one) for one in _PLACES)
    return next((one for one in usual if one.is_file()), None) or _downloaded()


def _downloaded() -> Path | None:
    caches = [os.environ.get("PLAYWRIGHT_BROWSERS_PATH", ""), *_CACHES]
    found = (
        one
        for cache in caches
        if cache
        for pattern in _OWN
        for one in sorted(_place(cache).glob(pattern), reverse=True)
        if one.is_file()
    )
    return next(found, None)


def _place(text: str) -> Path:
    for name in ("ProgramFiles(x86)", "ProgramFiles", "LocalAppData"):
        text = text.replace(f"%{name}%", os.environ.get(name, f"/no {name}"))
    return Path(text).expanduser()
