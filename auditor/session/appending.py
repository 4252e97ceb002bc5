"""Append to files so that a killed process loses nothing, and a power loss about a second.

What `write` was given is in the hands of the operating system when it returns: a SIGKILL of this
process costs nothing of it, not even half a line. A power loss or a crash of the system costs what
was not yet on the disk: up to `INTERVAL_S`, plus the time that the disk takes, plus what a disk keeps
in its own cache against its word (macOS answers fsync before its drive has written). After that the
end of a file can be missing or full of NUL bytes; `auditor.sources` reads what stands before.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

INTERVAL_S = 1.0
"""Seconds between two fsyncs: one per line would slow the traffic to the pace of the disk."""


class Appender:
    """A private file that grows by whole pieces: a piece that does not fit leaves nothing behind."""

    def __init__(self, path: Path, size: int | None = None) -> None:
        """Open a file, new or not; with `size` cut it to that first. Raises OSError."""
        binary = getattr(os, "O_BINARY", 0)
        self.path = path
        self.unsynced = False
        self.last = False
        """Whether nothing more will be written: the file is closed after its next fsync."""
        self._named = path.exists()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | binary, 0o600)
        if size is not None:
            os.ftruncate(self._file, size)
        self.size = os.fstat(self._file).st_size

    def write(self, piece: bytes) -> None:
        """Append a piece whole; raise OSError when it cannot be, with the file as it was."""
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self.size)
            raise
        self.size += len(piece)
        self.unsynced = True

    def sync(self) -> None:
        """Bring what was written to the disk."""
        if self.unsynced:
            self.unsynced = False
            os.fsync(self._file)
            if not self._named:
                self._named = True
                sync_folder(self.path.parent)

    @property
    def closed(self) -> bool:
        """Whether the file was closed."""
        return self._file < 0

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        if not self.closed:
            file, self._file = self._file, -1
            os.close(file)


class Syncing:
    """Fsync files from a thread of its own: the event loop never waits for the disk."""

    def __init__(self) -> None:
        self.error: OSError | None = None
        """What the disk said when it could not keep what was written."""
        self._files: tuple[Appender, ...] = ()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="auditor fsync", daemon=True)
        self._thread.start()

    def add(self, file: Appender) -> None:
        """Fsync a file from now on, until it is closed."""
        self._files = (*(one for one in self._files if not one.closed), file)

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL_S):
            self._sync()

    def _sync(self) -> None:
        for file in self._files:
            try:
                file.sync()
            except OSError as error:
                self.error = self.error or error
            if file.last:
                file.close()

    def close(self) -> None:
        """Stop the thread, then fsync and close every file; raise OSError when that fails."""
        self._ended.set()
        self._thread.join()
        for file in self._files:
            file.last = True
        self._sync()
        self._files = ()
        if self.error:
            raise self.error


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk, where the system can (POSIX)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
