"""Unpack compressed captures into a private file; what is a bomb or an archive is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from auditor.errors import SourceError
from auditor.records import Loss

LARGEST = 64 << 30
"""Bytes of an unpacked capture; a night with all its audio has 10 GB."""
RATIO = 2_000
"""Bytes out for one byte in. Zeros reach 1,000 with gzip and more with the others; captures of
compressed traffic stay below 20."""
_FREE = 256 << 20
"""Bytes below which the ratio does not count: short files of one repeated line are harmless."""
_BLOCK = 1 << 20
_SIP = 2048
"""Bytes given to a decompressor at once; of Zstandard they become 64 MB at most."""
_LAYERS = 3

_ARCHIVES = {b"PK\x03\x04": "zip", b"7z\xbc\xaf": "7-zip", b"Rar!": "rar"}
_TAR = (257, b"ustar")
_HEAD = 512

_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, ValueError)


def _gzip(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, gzip.GzipFile(fileobj=file))


def _xz(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, lzma.LZMAFile(file))


def _bzip2(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, bz2.BZ2File(file))


def _zlib(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _Stream(file, zlib.decompressobj))


def _zstd(file: BinaryIO) -> BinaryIO:
    library = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    return cast(BinaryIO, _Stream(file, library.decompressobj))


_KINDS: dict[bytes, tuple[str, Callable[[BinaryIO], BinaryIO]]] = {
    b"\x1f\x8b": ("gzip", _gzip),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
    b"BZh": ("bzip2", _bzip2),
    b"\xfd7zXZ\0": ("xz", _xz),
    b"\x78\x01": ("zlib", _zlib),
    b"\x78\x9c": ("zlib", _zlib),
    b"\x78\xda": ("zlib", _zlib),
}
"""By first bytes; zlib is what mitmproxy writes as `.zhar`."""


@contextmanager
def unpacked(path: Path, losses: list[Loss]) -> Iterator[Path]:
    """Give a file as it is, or what was compressed in it, for as long as the block runs.

    Raises SourceError for archives, bombs, and what cannot be unpacked from its first byte on. Of a
    stream that is cut, what lies before the cut is given and the rest is a loss.
    """
    with tempfile.TemporaryDirectory(prefix="auditor-", ignore_cleanup_errors=True) as folder:
        found = path
        for layer in range(_LAYERS + 1):
            sign = kind_of(found)
            if not sign:
                break
            if layer == _LAYERS:
                raise SourceError(
                    f"{path.name} is compressed more than {_LAYERS} times over.",
                    "Unpack it first, then name what was in it.",
                )
            inner = Path(folder) / str(layer) / path.name
            inner.parent.mkdir()
            _unpack(found, inner, path.name, losses)
            found = inner
        yield found


def head_of(path: Path, size: int = 4096) -> bytes:
    """Return the first bytes of what a file holds, unpacked; empty when nothing can be unpacked."""
    with path.open("rb") as file:
        found = file.read(size)
        sign = _sign(found)
        if not sign:
            return found
        file.seek(0)
        try:
            reader: BinaryIO = file
            for _ in range(_LAYERS):
                buffered = io.BufferedReader(_Raw(_KINDS[sign][1](reader)))
                reader, sign = buffered, _sign(buffered.peek(size))
                if not sign:
                    break
            return reader.read(size)
        except _BROKEN:
            return b""


def kind_of(path: Path) -> bytes:
    """Return the first bytes that tell how a file is compressed; empty when it is not.

    Raises SourceError for an archive of several files.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    archive = next((name for sign, name in _ARCHIVES.items() if head.startswith(sign)), "")
    if head[_TAR[0] :].startswith(_TAR[1]):
        archive = "tar"
    if archive:
        raise SourceError(
            f"{path.name} is an archive ({archive}).",
            "Unpack it first, then name the captures or the folder that were in it.",
        )
    return _sign(head)


def _sign(head: bytes) -> bytes:
    return next((sign for sign in _KINDS if head.startswith(sign)), b"")


class _Raw(io.RawIOBase):
    """What has `read1` alone, as a file of Python's kind."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self._rest = b""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with the next bytes."""
        data = self._rest or self._source.read1(len(buffer))  # type: ignore[attr-defined]
        count = min(len(data), len(buffer))
        buffer[:count], self._rest = data[:count], data[count:]
        return int(count)


def _unpack(source: Path, target: Path, called: str, losses: list[Loss]) -> None:
    name, opener = _KINDS[kind_of(source)]
    size, written = source.stat().st_size, 0
    with source.open("rb") as file, target.open("wb") as out:
        try:
            reader = opener(file)
            while block := reader.read1(_BLOCK):  # type: ignore[attr-defined]
                written += len(block)
                if written > LARGEST or written > max(_FREE, size * RATIO):
                    raise SourceError(
                        f"{called} unpacks to far more than a capture holds.",
                        "It looks like a decompression bomb. If it is none, unpack it yourself first.",
                    )
                out.write(block)
        except _BROKEN as error:
            if not written:
                raise SourceError(
                    f"{called} is damaged: its compression ({name}) cannot be undone.",
                    "Was the copy interrupted? Copy or download it again.",
                ) from error
            rest = max(0, size - file.tell())
            losses.append(
                Loss("end of the compressed file is missing or damaged", size=rest, detail=name)
            )


class _Stream:
    """A stream of zlib or Zstandard as a file: it tells a cut from an end, and keeps memory small."""

    def __init__(self, file: BinaryIO, begin: Callable[[], Any]) -> None:
        self._file = file
        self._begin = begin
        self._stream = begin()
        self._fresh = True

    def read1(self, _size: int) -> bytes:
        """Return some bytes; none at the end. Raises EOFError when the stream is cut."""
        while True:
            data = (self._stream.eof and self._stream.unused_data) or self._file.read(_SIP)
            if not data and (self._stream.eof or self._fresh):
                return b""
            if not data:
                raise EOFError("cut")
            if self._stream.eof:
                self._stream = self._begin()
            self._fresh = False
            if block := self._stream.decompress(data):
                return bytes(block)
