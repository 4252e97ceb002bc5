"""Open captures by their content, not by their name."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.errors import SourceError
from auditor.sources import har, mitm, session
from auditor.sources.capture import Capture

_FORMATS = "a session folder, a mitmproxy file (.mitm) or a HAR file"


def open_capture(path: Path, first: int = 0) -> Capture:
    """Open one capture; its exchanges are numbered from `first`.

    Raises SourceError when the file is missing, empty or no capture at all. Damage further
    inside ends up in `Capture.losses`.
    """
    if not path.exists():
        raise SourceError(f"There is no {path}.", f"Name {_FORMATS}.")
    if path.is_dir():
        return session.open_folder(path, first)
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise SourceError(
            f"{path.name} is empty.",
            "Was the recording ended before anything passed? Record again, or name another file.",
        )
    if mitm.looks_like(head):
        exchanges, losses = mitm.read(path, first)
        kind = "mitm"
    elif har.looks_like(head):
        exchanges, losses = har.read(path, first)
        kind = "har"
    else:
        raise SourceError(
            f"{path.name} is not a capture this program can read.",
            f"It reads {_FORMATS}. In mitmproxy save with `-w FILE`, in a browser with “Save all as HAR”.",
        )
    return Capture(path.name, kind, path.stat().st_size, digest(path), exchanges, losses)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def stdin_as_file() -> Iterator[Path]:
    """Keep standard input in a private temporary file for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        path = Path(folder) / "standard input"
        with path.open("wb") as file:
            while block := sys.stdin.buffer.read(1 << 20):
                file.write(block)
        yield path
