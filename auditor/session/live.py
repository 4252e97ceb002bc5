"""Where a running recording takes marks: a small private file in its session folder."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import AuditorError
from auditor.session.private import open_private

NAME = "live.json"


@dataclass(frozen=True, slots=True)
class Live:
    """Address and token of a running recording."""

    address: str
    """`127.0.0.1:port`."""
    token: str


def write(folder: Path, address: str, token: str) -> Path:
    """Write the file, for its owner only, and return its path; raises OSError."""
    folder = folder.expanduser()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME
    path.unlink(missing_ok=True)
    with open_private(path, os.O_EXCL) as file:
        file.write(json.dumps({"address": address, "token": token}).encode())
    return path


def read(folder: Path) -> Live:
    """Return where the recording in this folder takes marks; raise AuditorError when it does not."""
    try:
        told = json.loads((folder / NAME).read_text("utf-8"))
        return Live(str(told["address"]), str(told["token"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise AuditorError(
            f"Nothing is being recorded in {folder}.",
            "Name the session folder of a recording that runs, with --session FOLDER.",
        ) from error
