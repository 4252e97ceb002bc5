"""The least that reading a mitmproxy file can cost: find, decompress and parse what is in it.

    python bench/floor.py all FILE      # every body that is no sound, in both directions
    python bench/floor.py out FILE      # only what left: requests and our messages of WebSockets
    python bench/floor.py reader FILE   # mitmproxy's own FlowReader, and nothing with the flows

Nothing is kept, looked up or written, and damage is not minded. JSON is parsed with orjson, forms
are split; protobuf is decompressed only.
"""

# ruff: noqa: INP001
from __future__ import annotations

import mmap
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import brotli
import orjson
import zstandard

Spans = dict[bytes, tuple[int, int]]
_LENGTH = 13
_OURS, _TEXT = b"true", b"1"


def items(data: mmap.mmap, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the parts of a list or dictionary begin and end."""
    find = data.find
    while at < end:
        colon = find(b":", at, at + _LENGTH)
        stop = colon + 1 + int(data[at:colon])
        yield colon + 1, stop
        at = stop + 1


def spans(data: mmap.mmap, at: int, end: int) -> Spans:
    """Return where the values of a dictionary are."""
    parts = items(data, at, end)
    return {data[begin:stop]: value for (begin, stop), value in zip(parts, parts, strict=True)}


def headers(data: mmap.mmap, at: int, end: int) -> dict[bytes, bytes]:
    """Return headers under their names in lower case; of two the last one."""
    found = {}
    for pair in items(data, at, end):
        (one, other), value = items(data, *pair)
        found[data[one:other].lower()] = data[value[0] : value[1]]
    return found


def opened(told: dict[bytes, bytes], body: bytes) -> bytes:
    """Return a body decompressed."""
    match told.get(b"content-encoding"):
        case b"gzip":
            return zlib.decompress(body, 31)
        case b"br":
            return bytes(brotli.decompress(body))
        case b"zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return body


def body(data: mmap.mmap, place: tuple[int, int]) -> None:
    """Decompress and parse the body of a request or response."""
    message = spans(data, *place)
    begin, end = message[b"content"]
    told = headers(data, *message[b"headers"])
    label = told.get(b"content-type", b"")
    if begin == end or label.startswith((b"audio/", b"video/", b"image/")):
        return
    plain = opened(told, data[begin:end])
    if b"json" in label:
        orjson.loads(plain)
    elif b"form-urlencoded" in label:
        parse_qsl(plain)


def frames(data: mmap.mmap, place: tuple[int, int], only_out: bool) -> None:
    """Parse the text messages of a WebSocket."""
    begin, end = spans(data, *place)[b"messages"]
    for message in items(data, begin, end):
        kind, ours, content = list(items(data, *message))[:3]
        if data[slice(*kind)] == _TEXT and (not only_out or data[slice(*ours)] == _OURS):
            orjson.loads(data[slice(*content)])


def read(path: Path, only_out: bool) -> int:
    """Read a file; return the number of its flows."""
    count = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for begin, end in items(data, 0, len(data)):
            count += 1
            flow = spans(data, begin, end)
            for name in (b"request",) if only_out else (b"request", b"response"):
                if name in flow and flow[name][0] != flow[name][1]:
                    body(data, flow[name])
            socket = flow.get(b"websocket", (0, 0))
            if socket[0] != socket[1]:
                frames(data, socket, only_out)
    return count


def reader(path: Path) -> int:
    """Read a file with mitmproxy's own reader; return the number of its flows."""
    from mitmproxy.io import FlowReader  # noqa: PLC0415

    with path.open("rb") as file:
        return sum(1 for _ in FlowReader(file).stream())


def main() -> None:
    """Run one of the tasks, and print the number of flows."""
    task, name = sys.argv[1:]
    path = Path(name)
    sys.stdout.write(f"{reader(path) if task == 'reader' else read(path, task == 'out')}\n")


if __name__ == "__main__":
    main()
