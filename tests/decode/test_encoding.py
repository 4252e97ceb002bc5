from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from auditor.decode.encoding import undo
from auditor.decode.limits import Limits, Meter

TEXT = b'{"event":"deck_load","track":"77640617"}' * 50


def meter(**bounds: int) -> Meter:
    return Meter(Limits(**bounds))


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("declared", "pack", "step"),
    [
        ("gzip", gzip.compress, "gzip"),
        ("", gzip.compress, "gzip"),
        ("deflate", zlib.compress, "deflate"),
        ("", zlib.compress, "deflate"),
        ("deflate", raw_deflate, "deflate"),
        ("br", brotli.compress, "br"),
        ("zstd", zstandard.ZstdCompressor().compress, "zstd"),
        ("", zstandard.ZstdCompressor().compress, "zstd"),
        ("gzip", zstandard.ZstdCompressor().compress, "zstd"),
    ],
)
def test_round_trip(declared: str, pack: Callable[[bytes], bytes], step: str) -> None:
    plain = undo(pack(TEXT), (declared,), meter())
    assert (plain.data, plain.steps, plain.reason, plain.tail) == (TEXT, (step,), "", 0)


def test_last_applied_is_undone_first() -> None:
    plain = undo(gzip.compress(brotli.compress(TEXT)), ("br", "gzip"), meter())
    assert (plain.data, plain.steps) == (TEXT, ("gzip", "br"))


def test_all_frames_and_members_are_read() -> None:
    pack = zstandard.ZstdCompressor().compress
    for joined in (pack(TEXT) + pack(b"two"), gzip.compress(TEXT) + gzip.compress(b"two")):
        assert undo(joined, (), meter()).data == TEXT + b"two"


def test_bytes_behind_the_end_are_counted() -> None:
    plain = undo(gzip.compress(TEXT) + b"garbage", ("gzip",), meter())
    assert (plain.data, plain.tail) == (TEXT, 7)
    assert undo(gzip.compress(TEXT) + bytes(9), ("gzip",), meter()).tail == 0


def test_cut_off_gzip_is_damaged() -> None:
    plain = undo(gzip.compress(TEXT)[:-12], ("gzip",), meter())
    assert (plain.reason, plain.detail) == ("damaged", "gzip")


def test_two_bytes_that_look_like_zlib_by_accident_are_no_claim() -> None:
    data = b"\x78\x9cnot compressed at all"
    assert undo(data, (), meter()) == undo(data, ("identity",), meter())
    assert undo(data, (), meter()).claims == ()
    assert undo(data, ("br",), meter()).claims == ("br",)


ZEROS = bytes(64 * 1024 * 1024)


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", lambda data: gzip.compress(data, 1)),
        ("deflate", lambda data: zlib.compress(data, 1)),
        ("br", lambda data: brotli.compress(data, quality=1)),
        ("zstd", zstandard.ZstdCompressor().compress),
    ],
)
def test_bombs_are_bounded_in_memory(name: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(ZEROS)
    tracemalloc.start()
    plain = undo(bomb, (name,), meter(plain_size=2**20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert plain.reason == "over limit"
    assert peak < len(ZEROS) / 2


def test_ratio_bounds_what_the_size_would_allow() -> None:
    bomb = gzip.compress(bytes(4_000_000))
    assert undo(bomb, (), meter(ratio=400)).reason == "over limit"
    assert undo(bomb, (), meter(ratio=4000)).reason == ""


def test_many_bombs_cost_as_much_as_one() -> None:
    spent = meter(plain_size=2**20)
    bomb = gzip.compress(bytes(4_000_000))
    assert [undo(bomb, (), spent).reason for _ in range(3)] == ["over limit"] * 3
    assert spent.left <= 0
    assert undo(gzip.compress(TEXT), (), spent).reason == "over limit"
