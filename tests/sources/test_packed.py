"""Compressed captures read as if they were not; bombs and archives are refused."""

import bz2
import gzip
import io
import json
import lzma
import os
import random
import sys
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from mitmproxy import io as flows
from mitmproxy.test import tflow

from auditor.errors import SourceError
from auditor.sources import open_capture, packed, stdin_as_file

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zstd": zstandard.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zlib": zlib.compress,
}


def mitm(count: int = 3) -> bytes:
    file = io.BytesIO()
    writer = flows.FlowWriter(file)
    for _ in range(count):
        writer.add(tflow.tflow(resp=True))
    return file.getvalue()


def har() -> bytes:
    request = {"method": "GET", "url": "https://a.example/"}
    entries = [{"startedDateTime": f"2025-11-14T20:04:0{n}Z", "request": request} for n in range(3)]
    return json.dumps({"log": {"entries": entries}}).encode()


@pytest.mark.parametrize("name", PACK)
@pytest.mark.parametrize("make", [mitm, har])
def test_every_compression_of_every_format(
    tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    path = tmp_path / "traffic.bin"
    path.write_bytes(PACK[name](make()))
    capture = open_capture(path, first=5)
    assert [one.number for one in capture.exchanges] == [5, 6, 7]
    assert (capture.name, capture.size, capture.losses) == (path.name, path.stat().st_size, [])
    assert len(capture.sha256) == 64


@pytest.mark.parametrize("name", PACK)
def test_compressed_twice_and_in_two_parts(tmp_path: Path, name: str) -> None:
    path = tmp_path / "twice"
    one, two = mitm(1), mitm(2)
    path.write_bytes(gzip.compress(PACK[name](one) + (PACK[name](two))))
    assert len(list(open_capture(path).exchanges)) == 3


@pytest.mark.parametrize("name", PACK)
def test_cut_stream_gives_what_lies_before_the_cut(tmp_path: Path, name: str) -> None:
    chance = random.Random(4)  # noqa: S311
    noise = [chance.randbytes(3000) for _ in range(300)]
    file = io.BytesIO()
    writer = flows.FlowWriter(file)
    for body in noise:
        flow = tflow.tflow(resp=True)
        flow.request.content = body
        writer.add(flow)
    whole = PACK[name](file.getvalue())
    path = tmp_path / "cut"
    path.write_bytes(whole[: len(whole) * 9 // 10])
    try:
        capture = open_capture(path)
    except SourceError as error:
        assert name == "bzip2"  # its blocks are 900 kB
        assert error.hint  # noqa: PT017
        return
    read = [one.messages[0].body for one in capture.exchanges]
    assert len(read) > 100
    assert read == noise[: len(read)]
    assert capture.losses[0].reason == "end of the compressed file is missing or damaged"


@pytest.mark.parametrize("name", PACK)
def test_damage_anywhere_is_an_error_for_people_or_a_loss(tmp_path: Path, name: str) -> None:
    whole = PACK[name](mitm(20))
    chance = random.Random(7)  # noqa: S311
    path = tmp_path / "hit"
    for _ in range(60):
        broken = bytearray(whole[: chance.randrange(3, len(whole) + 1)])
        for _ in range(chance.randrange(3)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(broken)
        try:
            capture = open_capture(path)
            read = len(list(capture.exchanges))
        except SourceError as error:
            assert error.hint  # noqa: PT017
        else:
            assert read == 20 or capture.losses


def test_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_FREE", 1 << 20)
    path = tmp_path / "bomb"
    for pack in (bz2.compress, zstandard.compress):
        path.write_bytes(pack(b"1" * (40 << 20)))
        with pytest.raises(SourceError, match="far more") as caught:
            open_capture(path)
        assert caught.value.hint


def test_size_is_bounded_whatever_the_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "LARGEST", 10_000)
    path = tmp_path / "long"
    path.write_bytes(gzip.compress(random.Random(1).randbytes(20_000)))  # noqa: S311
    with pytest.raises(SourceError, match="far more"):
        open_capture(path)


def test_layers_are_bounded(tmp_path: Path) -> None:
    data = mitm(1)
    for _ in range(4):
        data = gzip.compress(data)
    path = tmp_path / "layers"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="3 times"):
        open_capture(path)


def test_archives_name_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "a.mitm").write_bytes(mitm(1))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.write(tmp_path / "a.mitm")
    for suffix, mode in (("tar", "w"), ("tgz", "w:gz")):
        with tarfile.open(tmp_path / f"x.{suffix}", mode) as tar:  # type: ignore[call-overload]
            tar.add(tmp_path / "a.mitm", "a.mitm")
    for name in ("x.zip", "x.tar", "x.tgz"):
        with pytest.raises(SourceError, match="archive") as caught:
            open_capture(tmp_path / name)
        assert "Unpack it first" in caught.value.hint


def test_files_for_the_meantime_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(mitm(2)))
    capture = open_capture(path)
    assert list(room.iterdir())
    assert len(list(capture.exchanges)) == 2
    assert not list(room.iterdir())
    abandoned = open_capture(path)
    next(abandoned.exchanges)
    del abandoned
    assert not list(room.iterdir())
    path.write_bytes(gzip.compress(b"nothing"))
    with pytest.raises(SourceError):
        open_capture(path)
    assert not list(room.iterdir())


@pytest.mark.parametrize("make", [mitm, har])
def test_standard_input(make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(gzip.compress(make()))

    monkeypatch.setattr(sys, "stdin", Stdin)
    with stdin_as_file() as path:
        capture = open_capture(path)
        assert len(list(capture.exchanges)) == 3
        assert capture.name == "standard input"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(gzip.compress(har())))
    writer.start()
    capture = open_capture(path)
    writer.join()
    assert len(list(capture.exchanges)) == 3
