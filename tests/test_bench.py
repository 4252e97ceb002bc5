"""A long recording holds no more memory than a short one; in full: bench/record.py."""

import asyncio
import importlib.util
import socket
import sys
from pathlib import Path
from types import ModuleType

import pytest

BOUND = 16
"""MiB. Measured: 1 to 3 for uploads, and mitmproxy alone takes as much; sound took none."""


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).parents[1] / "bench" / "record.py"
    spec = importlib.util.spec_from_file_location("bench_record", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.proxy
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no ps")
def test_memory_stays_flat_over_many_exchanges(bench: ModuleType) -> None:
    """Half of 2,000 uploads warm up; a WebSocket talks beside them."""
    with bench.server() as target:
        measured, frames = asyncio.run(bench.memory("ours", target, 2000, 4))
    at = dict(measured.steps)
    assert len(measured.latencies) == 2000
    assert frames > 200
    assert at[2000] - at[1000] < BOUND


def audio(door: socket.socket, size: int) -> None:
    """Answer one request with that many MiB of sound, without telling how many."""
    wire, _ = door.accept()
    with wire:
        wire.recv(4096)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n"
        wire.sendall(head + b"\0\0\0\x18ftypiso5")
        for _ in range(size):
            wire.sendall(bytes(1 << 20))


@pytest.mark.proxy
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no ps")
def test_sound_is_not_held(bench: ModuleType) -> None:
    async def fetch() -> tuple[float, float, int]:
        with socket.create_server(("127.0.0.1", 0)) as door:
            target = door.getsockname()[1]
            with bench.server() as small, bench.proxy("ours", target) as through:
                await bench.upload(through, small, 200, 4)
                before = through.rss()
                sent = asyncio.to_thread(audio, door, 100)
                sending = asyncio.create_task(sent)
                reader, writer = await asyncio.open_connection("127.0.0.1", through.port)
                writer.write(
                    f"GET http://127.0.0.1:{target}/a HTTP/1.1\r\nhost: x\r\n\r\n".encode()
                )
                got, highest = 0, before
                while block := await reader.read(1 << 20):
                    if (got + len(block)) >> 23 > got >> 23:
                        highest = max(highest, through.rss())
                    got += len(block)
                writer.close()
                await sending
                return before, highest, got

    before, highest, got = asyncio.run(fetch())
    assert got > 100 << 20
    assert highest - before < BOUND
