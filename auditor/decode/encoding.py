"""Undo gzip, deflate, brotli and zstd, by bytes before labels, within bounds."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple, Protocol

import brotli
import zstandard

from auditor.decode.limits import DAMAGED, OVER_LIMIT, Meter

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZLIB_HEADS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_SAME = frozenset({"identity", "none", "binary", "8bit", "7bit", "chunked", "utf-8"})
_NAMES = {"x-gzip": "gzip", "gzip": "gzip", "deflate": "deflate", "zlib": "deflate", "br": "br"}
_NAMES |= {"zstd": "zstd", "brotli": "br"}
_LAYERS = 4
_WINDOW = 32 * 1024 * 1024


class Plain(NamedTuple):
    """Bytes after their encodings were undone, or why that failed."""

    data: bytes
    steps: tuple[str, ...] = ()
    reason: str = ""
    detail: str = ""
    tail: int = 0
    """Bytes behind the end of the compressed data."""
    claims: tuple[str, ...] = ()
    """Declared encodings that the bytes do not bear out."""


class _Broken(Exception):  # noqa: N818 - not an error of the program
    """The bytes are not in this encoding, or end early."""


class _TooMuch(Exception):  # noqa: N818 - not an error of the program
    """More output than the meter allows."""


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Brotli:
    """Brotli with the manners of the other decompressors."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self.unused_data = b""
        self.eof = False

    def decompress(self, data: bytes, /) -> bytes:
        plain: bytes = self._inner.process(data)
        self.eof = self._inner.is_finished()
        return plain


class _Codec(NamedTuple):
    make: Callable[[], _Stream]
    piece: int
    """Bytes fed at a time: few enough that one piece cannot explode far beyond the bound."""


def _zstd() -> _Stream:
    return zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()


_CODECS = {
    "gzip": (_Codec(lambda: zlib.decompressobj(31), 4096),),
    "deflate": (
        _Codec(lambda: zlib.decompressobj(15), 4096),
        _Codec(lambda: zlib.decompressobj(-15), 4096),
    ),
    "br": (_Codec(_Brotli, 16),),
    "zstd": (_Codec(_zstd, 256),),
}


def sniff(data: bytes) -> str:
    """Name the encoding that the first bytes give away; brotli has no such bytes."""
    if data.startswith(_GZIP):
        return "gzip"
    if data.startswith(_ZSTD):
        return "zstd"
    return "deflate" if data.startswith(_ZLIB_HEADS) else ""


def undo(data: bytes, declared: tuple[str, ...], meter: Meter) -> Plain:
    """Undo the encodings of a body, the last applied first, declared or not.

    A declared encoding that does not fit is skipped: proxies and HAR files undo encodings
    without changing the label. Whether the bytes then make sense is for the formats to say.
    """
    plain = Plain(data)
    for label in reversed(declared):
        name = label.strip().lower()
        if name and name not in _SAME:
            plain = _peel(plain, name, meter)
    while not plain.reason and len(plain.steps) < _LAYERS and sniff(plain.data):
        peeled = _peel(plain, sniff(plain.data), meter)
        if peeled.claims != plain.claims:
            break  # two bytes look like zlib by accident; nobody claimed that they are
        plain = peeled
    return plain


def _peel(plain: Plain, label: str, meter: Meter) -> Plain:
    """Undo one encoding if the bytes are in it."""
    if plain.reason or not plain.data:
        return plain
    name = _NAMES.get(label, "")
    for codec in _CODECS.get(name, ()):
        try:
            data, tail = _inflate(plain.data, codec, meter)
        except _TooMuch:
            return plain._replace(reason=OVER_LIMIT, detail=f"{name} expands too far")
        except _Broken:
            continue
        return plain._replace(data=data, steps=(*plain.steps, name), tail=plain.tail + tail)
    if name in {"gzip", "zstd"} and sniff(plain.data) == name:
        return plain._replace(reason=DAMAGED, detail=name)
    return plain._replace(claims=(*plain.claims, label))


def _inflate(data: bytes, codec: _Codec, meter: Meter) -> tuple[bytes, int]:
    """Decompress all members or frames; return them joined, and the number of bytes behind."""
    parts: list[bytes] = []
    size = 0
    rest = data
    while rest:
        try:
            part, after = _member(rest, codec, meter, (len(data), size))
        except _Broken:
            if parts:
                break
            raise
        parts.append(part)
        size += len(part)
        rest = after
    meter.spend(size)
    return b"".join(parts), len(rest.strip(b"\0"))


def _member(
    data: bytes, codec: _Codec, meter: Meter, so_far: tuple[int, int]
) -> tuple[bytes, bytes]:
    packed, size = so_far
    stream = codec.make()
    parts: list[bytes] = []
    for start in range(0, len(data), codec.piece):
        try:
            part = stream.decompress(data[start : start + codec.piece])
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise _Broken from error
        parts.append(part)
        size += len(part)
        if not meter.allows(packed, size):
            meter.spend(size)  # a bomb is paid for, so that a hundred of them cost no more
            raise _TooMuch
        if stream.eof:
            return b"".join(parts), stream.unused_data + data[start + codec.piece :]
    raise _Broken
