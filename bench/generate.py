"""Write a capture of invented traffic, as large as wanted: the same arguments give the same flows.

    python bench/generate.py lean 10000 lean.mitm             # sounds of 2 to 10 KB
    python bench/generate.py full 10000 full.mitm             # sounds of 0.2 to 1 MB
    python bench/generate.py lean 1000 small.mitm --har       # small.har beside it, the same flows

Of the flows 60 % are uploads of events as JSON (half of them gzip), 20 % batches of events in
protobuf (a third gzip, a tenth with a gRPC frame), 10 % sounds, 5 % WebSockets and 5 % forms. Every
connection carries a chain of three certificates, as mitmproxy saves it with each flow. About 380
values leave with a flow. All names are invented and end in `.example`.

Beside OUT comes OUT.truth.json: how many flows of which kind, and how often a value of
OUT.known.tsv (kind, value) was planted, in which spelling. Compressed bytes may differ between
versions of zlib, brotli and zstandard; what is in them does not.
"""

# ruff: noqa: INP001, PLR2004
from __future__ import annotations

import base64
import json
import random
import struct
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, NamedTuple

import click
from mitmproxy.io import tnetstring

sys.path.append(str(Path(__file__).resolve().parent))
from bodies import Bodies, KnownValues, packed
from connections import Connections

START = 1_763_640_000.0
SHAPES = {"lean": 0.01, "full": 1.0}
"""How large sounds are."""

KINDS = {"json": 60, "protobuf": 20, "sound": 10, "websocket": 5, "form": 5}
"""Percent of the flows."""

HOSTS = {
    "json": [f"{name}.{owner}.example" for owner in ("mixlab", "tempohub", "crashpad", "tally")
             for name in ("events", "api", "collect", "log", "ingest")],
    "protobuf": [f"{name}.tunestream.example" for name in ("gew", "spclient", "batch", "edge")],
    "sound": [f"sound-{number}.cdn.example" for number in range(10)],
    "websocket": [f"{name}.live.example" for name in ("dealer", "push", "presence")],
    "form": [f"{name}.adboard.example" for name in ("px", "sync", "beacon")],
}  # fmt: skip
PATHS = {
    "json": ("/v1/events", "/v2/batch", "/collect", "/sessions/{hex}/events", "/users/{num}/state"),
    "protobuf": ("/receiver/v3/events", "/batch.v2/Publish", "/v1/msg/{num}"),
    "sound": ("/sound/{hex}", "/seg/{hex}/{num}.m4s"),
    "websocket": ("/dealer", "/ws/v2"),
    "form": ("/pixel", "/collect"),
}
_JSON = b"application/json; charset=utf-8"


# ---- flows


class Sent(NamedTuple):
    """What is sent and answered in a flow."""

    method: bytes
    body: bytes
    label: bytes
    coding: str
    answer: bytes
    answer_label: bytes = b"application/json"
    status: int = 200
    frames: list[tuple[Any, ...]] | None = None


def sent(kind: str, now: float, bodies: Bodies, dice: random.Random) -> Sent:
    """Return what a flow of a kind holds."""
    if kind == "sound":
        return Sent(b"GET", b"", b"", "", bodies.sound(), b"audio/mp4")
    if kind == "websocket":
        return Sent(b"GET", b"", b"", "", b"", b"", 101, bodies.frames(now))
    if kind == "form":
        label = b"application/x-www-form-urlencoded"
        return Sent(b"POST", bodies.form(now), label, "", bodies.answer())
    if kind == "json":
        (coding,) = dice.choices(("gzip", "", "br", "zstd"), (50, 45, 3, 2))
        return Sent(b"POST", packed(bodies.json(now), coding), _JSON, coding, bodies.answer())
    body, roll = bodies.protobuf(now), dice.random()
    if roll < 0.1:
        framed = b"\0" + struct.pack(">I", len(body)) + body
        return Sent(b"POST", framed, b"application/grpc+proto", "", bodies.answer())
    coding = "gzip" if roll < 0.4 else ""
    return Sent(b"POST", packed(body, coding), b"application/x-protobuf", coding, bodies.answer())


def states(count: int, bodies: Bodies, dice: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the kind of every flow, and what mitmproxy calls its state, in format 21."""
    connections = Connections(dice)
    token = base64.urlsafe_b64encode(dice.randbytes(120))
    now = START
    for _ in range(count):
        now += dice.expovariate(2.0)
        (kind,) = dice.choices(list(KINDS), list(KINDS.values()))
        host = dice.choice(HOSTS[kind])
        path = dice.choice(PATHS[kind]).format(
            num=dice.getrandbits(20), hex=f"{dice.getrandbits(96):024x}"
        )
        one = sent(kind, now, bodies, dice)
        client, server = connections.pair(host, now)
        yield kind, {
            "version": 21, "type": "http", "id": f"{dice.getrandbits(128):032x}", "error": None,
            "client_conn": client, "server_conn": server, "intercepted": False, "is_replay": None,
            "marked": "", "metadata": {}, "comment": "", "timestamp_created": now, "backup": None,
            "request": {
                "http_version": b"HTTP/1.1", "headers": asked(host, one, token), "content": one.body,
                "trailers": None, "timestamp_start": now, "timestamp_end": now + 0.01, "host": host,
                "port": 443, "method": one.method, "scheme": b"https", "authority": b"",
                "path": path.encode(),
            },
            "response": {
                "http_version": b"HTTP/1.1", "headers": answered(one), "content": one.answer,
                "trailers": None, "timestamp_start": now + 0.08, "timestamp_end": now + 0.2,
                "status_code": one.status, "reason": b"OK" if one.status == 200 else b"Switching",
            },
            "websocket": None if one.frames is None else {
                "messages": one.frames, "closed_by_client": True, "close_code": 1000,
                "close_reason": "", "timestamp_end": now + len(one.frames),
            },
        }  # fmt: skip


def asked(host: str, one: Sent, token: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request."""
    made = [
        (b"Host", host.encode()), (b"User-Agent", b"InventedDecks/7.2.1 (Macintosh; arm64)"),
        (b"Accept", b"*/*"), (b"Accept-Language", b"en-GB,en;q=0.9"),
        (b"Accept-Encoding", b"gzip, deflate, br"), (b"Authorization", b"Bearer " + token),
        (b"Cookie", b"sid=" + token[:60] + b"; consent=1"),
    ]  # fmt: skip
    if one.frames is not None:
        made += [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]
    if one.body:
        made += [(b"Content-Type", one.label), (b"Content-Length", str(len(one.body)).encode())]
    if one.coding:
        made.append((b"Content-Encoding", one.coding.encode()))
    return made


def answered(one: Sent) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response."""
    return [
        (b"Date", b"Thu, 20 Nov 2025 12:00:00 GMT"), (b"Server", b"invented"),
        (b"Strict-Transport-Security", b"max-age=31536000"), (b"Vary", b"Accept-Encoding"),
        (b"Content-Type", one.answer_label), (b"Content-Length", str(len(one.answer)).encode()),
    ]  # fmt: skip


# ---- files


def write(shape: str, flows: int, out: Path, seed: int, har: Path | None = None) -> dict[str, Any]:
    """Write a capture and what is known of it; return the latter."""
    dice = random.Random(seed)  # noqa: S311 - invented traffic
    known = KnownValues(dice)
    bodies = Bodies(dice, known, SHAPES[shape])
    kinds: Counter[str] = Counter()
    with out.open("wb") as file, har.open("w", encoding="utf-8") if har else nullcontext() as other:
        archive = Archive(other) if other else None
        for kind, state in states(flows, bodies, dice):
            file.write(tnetstring.dumps(state))
            kinds[kind] += 1
            if archive:
                archive.add(state)
        if archive:
            archive.end()
    truth = {"shape": shape, "seed": seed, "flows": flows, "bytes": out.stat().st_size,
             "kinds": dict(sorted(kinds.items())), "planted": dict(sorted(known.planted.items()))}  # fmt: skip
    rows = (f"{kind}\t{value}\n" for kind, values in known.values.items() for value in values)
    out.with_name(f"{out.name}.known.tsv").write_text("".join(rows), "utf-8")
    out.with_name(f"{out.name}.truth.json").write_text(json.dumps(truth, indent=1), "utf-8")
    return truth


class Archive:
    """A HAR file as mitmproxy's own exporter writes it, entry by entry."""

    def __init__(self, file: IO[str]) -> None:
        from mitmproxy.addons.savehar import SaveHar  # noqa: PLC0415

        self._file, self._maker, self._servers = file, SaveHar(), set[Any]()
        self._between = ""
        file.write(
            '{"log":{"version":"1.2","creator":{"name":"invented","version":"1"},"entries":['
        )

    def add(self, state: dict[str, Any]) -> None:
        """Write one flow."""
        from mitmproxy.http import HTTPFlow  # noqa: PLC0415

        make: Callable[[dict[str, Any]], Any] = HTTPFlow.from_state
        # Reading a state takes pieces out of it.
        client, server = dict(state["client_conn"]), dict(state["server_conn"], certificate_list=[])
        flow = make({**state, "client_conn": client, "server_conn": server})
        self._file.write(self._between + json.dumps(self._maker.flow_entry(flow, self._servers)))
        self._between = ",\n"

    def end(self) -> None:
        """Write the end of the file."""
        self._file.write("]}}\n")


@click.command()
@click.argument("shape", type=click.Choice(list(SHAPES)))
@click.argument("flows", type=click.IntRange(1))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--seed", default=1, show_default=True)
@click.option("--har", is_flag=True, help="Write the same flows as HAR, too.")
def main(shape: str, flows: int, out: Path, seed: int, har: bool) -> None:
    """Write a capture of FLOWS invented flows to OUT."""
    truth = write(shape, flows, out, seed, out.with_suffix(".har") if har else None)
    click.echo(f"{out.name}: {flows} flows, {truth['bytes'] / 1e6:.1f} MB", err=True)


if __name__ == "__main__":
    main()
