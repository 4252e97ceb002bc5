"""What recording costs: memory over many exchanges, and latency beside bare `mitmdump -w`.

    python bench/record.py [--exchanges 20000] [--rounds 3] [--requests 4000] [--connections 4]

A client sends small JSON uploads over keep-alive connections through mitmdump to a server, all on
loopback, and keeps one WebSocket open beside them. Set-ups: `bare` is `mitmdump -q -w FILE`,
`ours` is `mitmdump -q` with our capture and marks addons, `direct` is the client without a proxy,
which is the client's and the server's own cost. For the latency the set-ups take turns, each
started afresh per round; client and server share the machine with mitmdump.

bench/README.md has the figures and how they were made.
"""

# ruff: noqa: D102, INP001, S101, S603
from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADDONS = [ROOT / "addons" / f"auditor_{name}.py" for name in ("capture", "marks")]
SETUPS = ("bare", "ours")

_MITMDUMP = "from mitmproxy.tools.main import mitmdump; mitmdump()"
_LISTENS = re.compile(r"listening at \D*127\.0\.0\.1:(\d+)")
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n"
_ANSWER += b'{"ok":true}'
_UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")

_TEXT = b'{"event":"position","deck":"A","position_s":61.25,"tempo":1.0213,"pad":"%s"}' % (
    b"x" * 40
)
_MASKED = bytes([0x81, 0x80 | len(_TEXT), 0, 0, 0, 0]) + _TEXT
"""A text frame of a client; a key of zeros masks nothing."""
_REPLY = bytes([0x81, 2]) + b"ok"


# ---- the server


class Answers(asyncio.Protocol):
    """Answer every request with the same few bytes, and every WebSocket frame with `ok`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = transport
        self._data = b""
        self._socket = False

    def data_received(self, data: bytes) -> None:
        self._data += data
        while self._socket or b"\r\n\r\n" in self._data:
            if self._socket:
                count, rest = divmod(len(self._data), len(_MASKED))
                self._wire.write(_REPLY * count)  # type: ignore[attr-defined]
                self._data = self._data[len(self._data) - rest :]
                return
            end = self._data.index(b"\r\n\r\n") + 4
            head = self._data[:end]
            found = _LENGTH.search(head)
            whole = end + (int(found[1]) if found else 0)
            if len(self._data) < whole:
                return
            self._data = self._data[whole:]
            self._socket = b"Upgrade: websocket" in head
            self._wire.write(_UPGRADE if self._socket else _ANSWER)  # type: ignore[attr-defined]


async def serve() -> None:
    """Serve until somebody ends this process; the first line of the output is the port."""
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


# ---- processes


@contextmanager
def server() -> Iterator[int]:
    """Run the server in a process of its own; yield its port."""
    command = [sys.executable, str(Path(__file__)), "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.kill()


@dataclass
class Proxy:
    """A running mitmdump, or none at all."""

    port: int
    pid: int = 0

    def rss(self) -> float:
        """Return its resident memory in MiB."""
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.pid)],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
        return int(told.stdout) / 1024

    def cpu(self) -> float:
        """Return the seconds of processor time it has taken; 0 where there is no /proc."""
        path = Path(f"/proc/{self.pid}/stat")
        if not path.is_file():
            return 0.0
        fields = path.read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def proxy(setup: str, target: int) -> Iterator[Proxy]:
    """Run mitmdump in a set-up; `direct` runs none."""
    if setup == "direct":
        yield Proxy(target)
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        chosen = ["-w", f"{folder}/flows.mitm"]
        if setup == "ours":
            chosen = [part for script in ADDONS for part in ("-s", str(script))]
            chosen += ["--set", f"auditor_dir={folder}/session"]
        sets = ["--set", f"confdir={folder}/conf", "--set", "flow_detail=0"]
        where = ["--listen-host", "127.0.0.1", "--listen-port", "0"]
        command = [sys.executable, "-u", "-c", _MITMDUMP, *where, *sets, *chosen]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (
            Path(folder, "said.txt").open("w+", encoding="utf-8") as said,
            subprocess.Popen(command, stdout=said, stderr=said, env=environment) as process,
        ):
            try:
                yield Proxy(_port(process, Path(folder, "said.txt")), process.pid)
            except ConnectionError as error:
                heard = Path(folder, "said.txt").read_text("utf-8")[-2000:]
                raise RuntimeError(f"{setup}: the proxy failed, and said:\n{heard}") from error
            finally:
                process.terminate()
                process.wait(60)


def _port(process: subprocess.Popen[bytes], said: Path) -> int:
    end = time.monotonic() + 60
    while not (found := _LISTENS.search(said.read_text("utf-8"))):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"mitmdump did not start:\n{said.read_text('utf-8')}")
        time.sleep(0.05)
    return int(found[1])


# ---- the client


class Line(asyncio.Protocol):
    """One keep-alive connection that has at most one request under way."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = transport
        self._data = b""
        self._waiting: asyncio.Future[None] | None = None
        self._wanted: bytes | int = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        wanted = self._wanted
        enough = len(self._data) >= wanted if isinstance(wanted, int) else wanted in self._data
        if self._waiting and not self._waiting.done() and enough:
            self._waiting.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionError("the proxy has hung up"))

    async def exchange(self, piece: bytes, wanted: bytes | int) -> None:
        """Send a piece and wait for an answer that holds `wanted`, or as many bytes."""
        self._data, self._wanted = b"", wanted
        self._waiting = asyncio.get_running_loop().create_future()
        self._wire.write(piece)  # type: ignore[attr-defined]
        await self._waiting

    def close(self) -> None:
        """Hang up."""
        self._wire.close()


@dataclass
class Measured:
    """What one run showed."""

    latencies: list[float] = field(default_factory=list)
    """Seconds per request."""
    seconds: float = 0.0
    steps: list[tuple[int, float]] = field(default_factory=list)
    """Exchanges done, and mitmdump's resident memory in MiB at that moment."""

    cpu: float = 0.0
    """Seconds of processor time that mitmdump took; 0 where the system does not tell."""

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Return a quantile of the latencies in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def requests(target: int, count: int = 64) -> list[bytes]:
    """Return uploads of 0.5 to 6 KB as DJ applications send them, the same in every run."""
    chance = random.Random(17)  # noqa: S311
    made = []
    for number in range(count):
        events = [
            {"name": "playback", "position_s": chance.random() * 300, "id": chance.getrandbits(64)}
            for _ in range(chance.randrange(6, 75))
        ]
        body = json.dumps({"batch": number, "events": events}).encode()
        head = f"POST http://127.0.0.1:{target}/events HTTP/1.1\r\nhost: 127.0.0.1:{target}\r\n"
        head += "content-type: application/json\r\nuser-agent: bench\r\n"
        made.append(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    return made


@asynccontextmanager
async def line(port: int) -> AsyncIterator[Line]:
    """Yield a connection to the proxy."""
    _, one = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", port)
    try:
        yield one
    finally:
        one.close()


async def upload(
    through: Proxy, target: int, count: int, connections: int, step: int = 0
) -> Measured:
    """Send `count` uploads; measure memory every `step` of them, if there is a step."""
    made, measured, clock = requests(target), Measured(), time.perf_counter
    left = iter(range(1, count + 1))

    async def work() -> None:
        async with line(through.port) as one:
            for number in left:
                begun = clock()
                await one.exchange(made[number % len(made)], b'{"ok":true}')
                measured.latencies.append(clock() - begun)
                if step and number % step == 0:
                    measured.steps.append((number, through.rss()))

    begun, taken = clock(), through.cpu()
    await asyncio.gather(*(work() for _ in range(connections)))
    measured.seconds, measured.cpu = clock() - begun, through.cpu() - taken
    return measured


async def talk(through: Proxy, target: int, ended: asyncio.Event, pause: float) -> int:
    """Keep a WebSocket open and send a frame every `pause` seconds; return how many it were."""
    frames = 0
    async with line(through.port) as one:
        host = f"127.0.0.1:{target}"
        await one.exchange(f"CONNECT {host} HTTP/1.1\r\n\r\n".encode(), b"\r\n\r\n")
        head = (
            f"GET /live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        )
        head += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        await one.exchange(head.encode(), b"\r\n\r\n")
        while not ended.is_set():
            await one.exchange(_MASKED, len(_REPLY))
            frames += 1
            await asyncio.sleep(pause)
    return frames


async def memory(setup: str, target: int, exchanges: int, connections: int) -> tuple[Measured, int]:
    """Send uploads beside a WebSocket; return what was measured, and the number of frames."""
    with proxy(setup, target) as through:
        ended = asyncio.Event()
        talking = asyncio.create_task(talk(through, target, ended, 0.001))
        measured = await upload(through, target, exchanges, connections, exchanges // 10)
        ended.set()
        return measured, await talking


async def latency(setup: str, target: int, count: int, connections: int) -> Measured:
    """Measure latencies after a warm-up."""
    with proxy(setup, target) as through:
        await upload(through, target, max(200, count // 5), connections)
        return await upload(through, target, count, connections)


# ---- the figures


def say(text: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show_memory(target: int, asked: argparse.Namespace) -> None:
    """Print resident memory over many exchanges."""
    say(f"Memory (MiB resident) over {asked.exchanges} exchanges and an open WebSocket")
    say("| set-up | " + " | ".join(f"{n * 10} %" for n in range(1, 11)) + " | req/s | frames |")
    say("|---" * 13 + "|")
    for setup in SETUPS:
        measured, frames = asyncio.run(memory(setup, target, asked.exchanges, asked.connections))
        cells = " | ".join(f"{rss:.1f}" for _, rss in measured.steps)
        say(f"| {setup} | {cells} | {measured.rate:.0f} | {frames} |")


def show_latency(target: int, asked: argparse.Namespace) -> None:
    """Print median and p99 of rounds that take turns, and the ratios of middle and best round."""
    found: dict[str, list[Measured]] = {"direct": [], **{setup: [] for setup in SETUPS}}
    for _ in range(asked.rounds):
        for setup, rounds in found.items():
            rounds.append(asyncio.run(latency(setup, target, asked.requests, asked.connections)))
    say()
    say(f"Latency, {asked.rounds} rounds of {asked.requests}, {asked.connections} connections")
    say("| set-up | median ms | p99 ms | req/s | processor ms per request | medians | p99s |")
    say("|---" * 7 + "|")
    best: dict[str, tuple[float, ...]] = {}
    middle: dict[str, tuple[float, ...]] = {}
    for setup, rounds in found.items():
        medians = [one.quantile(0.5) for one in rounds]
        p99s = [one.quantile(0.99) for one in rounds]
        rates = [one.rate for one in rounds]
        costs = [one.cpu / len(one.latencies) * 1000 for one in rounds]
        best[setup] = (min(medians), min(p99s), max(rates), min(costs))
        columns = (medians, p99s, rates, costs)
        middle[setup] = tuple(statistics.median(column) for column in columns)
        each = " | ".join(", ".join(f"{one:.2f}" for one in few) for few in (medians, p99s))
        one, two, rate, cost = middle[setup]
        say(f"| {setup} | {one:.2f} | {two:.2f} | {rate:.0f} | {cost:.2f} | {each} |")
    say()
    for name, figures in (("middle", middle), ("quietest", best)):
        ratios = [a / b if b else 0 for a, b in zip(figures["ours"], figures["bare"], strict=True)]
        say(
            f"ours / bare, {name} round: median x{ratios[0]:.2f}, p99 x{ratios[1]:.2f}, "
            f"req/s x{ratios[2]:.2f}, processor time x{ratios[3]:.2f}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exchanges", type=int, default=20_000, help="for memory; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3, help="for latency; 0 leaves it out")
    parser.add_argument("--requests", type=int, default=4000, help="per round")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve())
        return
    say(f"Python {sys.version.split()[0]}, mitmproxy {version('mitmproxy')}")
    if hasattr(os, "getloadavg"):
        say(f"load before: {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors")
    with server() as target:
        if asked.exchanges:
            show_memory(target, asked)
        if asked.rounds:
            show_latency(target, asked)


if __name__ == "__main__":
    main()
