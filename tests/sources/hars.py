"""HAR files made of entries: write them, open them, take what they hold."""

import json
from pathlib import Path
from typing import Any

from auditor.records import Exchange
from auditor.sources import open_capture
from auditor.sources.capture import Capture

URL = "https://ec.tidal.com/api/event-batch?a=1"
START = 1763150640.5


def entry(url: str = URL, **changes: Any) -> dict[str, Any]:
    """Return an entry; `request__x` and `response__x` change parts of these."""
    made: dict[str, Any] = {
        "startedDateTime": "2025-11-14T20:04:00.500Z",
        "time": 20,
        "request": {"method": "POST", "url": url, "headers": [], "cookies": []},
        "response": {"status": 200, "headers": [], "content": {"size": 2, "text": "hi"}},
    }
    for name, value in changes.items():
        part, _, key = name.partition("__")
        if key:
            made[part][key] = value
        else:
            made[name] = value
    return made


def opened(tmp_path: Path, *entries: Any, name: str = "x.har") -> Capture:
    path = tmp_path / name
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return open_capture(path)


def one(tmp_path: Path, *entries: Any) -> Exchange:
    capture = opened(tmp_path, *entries)
    (found,) = capture.exchanges
    assert capture.losses == []
    return found


def losses(capture: Capture) -> list[tuple[str, int]]:
    return [(loss.reason, loss.count) for loss in capture.losses]
