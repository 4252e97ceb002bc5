"""Open captures by their content, not by their name."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import SourceError
from auditor.records import Exchange, Loss
from auditor.sources import formats, har, mitm, packed, session
from auditor.sources.capture import Capture, Session
from auditor.sources.find import find

__all__ = ["Capture", "digest", "find", "open_capture", "stdin_as_file"]


def open_capture(path: Path, first: int = 0, replies: bool = True) -> Capture:
    """Open one capture, compressed or not; its exchanges are numbered from `first`.

    Without `replies` the bodies of responses in a HAR file are weighed and not loaded, as those in a
    mitmproxy file always are.
    Raises SourceError when the file is missing, empty or no capture at all. Damage further
    inside ends up in `Capture.losses`.
    """
    if not path.exists():
        raise SourceError(f"There is no {path}.", f"Name {formats.READS}.")
    if path.is_dir():
        return session.open_folder(path, first)
    with ExitStack() as stack:
        file, cut = _settled(path, stack), list[Loss]()
        inner = stack.enter_context(packed.unpacked(file, cut))
        read = _opened(inner, path, (first, replies), stack)
        read.losses[:0] = cut
        return Capture(
            name=path.name,
            format=read.format,
            size=file.stat().st_size,
            sha256=digest(file),
            exchanges=_Kept(read.exchanges, stack.pop_all()),
            losses=read.losses,
            session=read.session,
        )


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


class _Kept(Iterator[Exchange]):
    """Exchanges that need files for the meantime: these go when the last one was read."""

    def __init__(self, exchanges: Iterator[Exchange], files: ExitStack) -> None:
        self._exchanges = exchanges
        self._end = weakref.finalize(self, files.close)

    def __next__(self) -> Exchange:
        try:
            return next(self._exchanges)
        except BaseException:
            self._end()
            raise


def _settled(path: Path, stack: ExitStack) -> Path:
    """Return a file that can be read twice: a pipe (`<(command)`) is written down first."""
    if path.is_file():
        return path
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="auditor-"))
    copy = Path(folder) / path.name
    with path.open("rb") as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return copy


@dataclass(frozen=True, slots=True)
class _Read:
    """What the reader of a format gives."""

    format: str
    exchanges: Iterator[Exchange]
    losses: list[Loss]
    session: Session = field(default_factory=Session)


def _opened(inner: Path, path: Path, how: tuple[int, bool], stack: ExitStack) -> _Read:
    """Open what was in a file; messages call it by the name that somebody gave."""
    with inner.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise SourceError(
            f"{path.name} is empty.",
            "Was the recording ended before anything passed? Record again, or name another file.",
        )
    kind, (first, replies) = formats.kind_of(head), how
    if kind == "pcap":
        from auditor.sources import pcap  # noqa: PLC0415 - many parts, and rarely needed

        temporary = tempfile.TemporaryDirectory(prefix="auditor-", ignore_cleanup_errors=True)
        traffic = pcap.read(inner, first, Path(stack.enter_context(temporary)), beside=path)
        listed = Session(connections=traffic.connections, has_journal=True)
        return _Read("pcap", traffic.exchanges, traffic.losses, listed)
    if kind == "mitm":
        return _Read("mitm", *mitm.read(inner, first))
    if kind == "har":
        return _Read("har", *har.read(inner, first, replies))
    raise SourceError(
        f"{path.name} is not a capture this program can read.",
        f"It reads {formats.READS}. In mitmproxy save with `-w FILE`, in a browser with “Save all as HAR”.",
    )
