"""Open files that only their owner may read, where the system has such modes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def open_private(path: Path, flag: int = os.O_APPEND) -> BinaryIO:
    """Open a file for writing, made with mode 0600; `flag` is O_APPEND, O_TRUNC or O_EXCL."""
    binary = getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flag | binary, 0o600), "wb")
