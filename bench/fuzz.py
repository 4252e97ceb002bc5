"""Fuzz the decoders and the sources with atheris; nothing that comes in may raise or hang.

    python bench/fuzz.py decode                                # until somebody ends it
    python bench/fuzz.py har -- -runs=200000 -max_len=8192     # libFuzzer's own options behind --
    python bench/fuzz.py mitm --replay findings/mitm-1         # one input again; needs no atheris

atheris is no part of this project: install it beside mitmproxy in an environment of Python 3.11 to
3.13. It begins with the plants of the self-test and what the samples hold. An input that raises is
printed as hex and put down in FINDINGS, and the fuzzing goes on; libFuzzer itself ends on one that
takes too long or too much memory.
"""

# ruff: noqa: INP001, S603
from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

LABELS = (
    "",
    "application/json",
    "application/x-protobuf",
    "application/grpc+proto",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain;charset=UTF-8",
    "application/x-sentry-envelope",
)
ENCODINGS = ((), ("gzip",), ("br",), ("zstd",), ("deflate",), ("gzip", "gzip"), ("compress",))
_HEAD_ONLY, _TEXT = 255, 254
"""Values of the first byte; any other is the number of a label and of declared encodings."""

_SEED_SIZE = 16384

_MISSING = (
    "atheris is not installed.\n"
    "It needs Python 3.11 to 3.13 on Linux or macOS: `pip install atheris`, then again. "
    "`--replay FILE` works without it."
)

Check = Callable[[bytes], None]


# ---- what is checked


def decode(data: bytes) -> None:
    """Decode a body whose first byte says how it is labelled, and hold what is always true."""
    from auditor.decode import LIMITS, REASONS, decode_head, decode_message  # noqa: PLC0415
    from auditor.records import Exchange, Message  # noqa: PLC0415

    how, body = (data[0], data[1:]) if data else (0, b"")
    if how == _HEAD_ONLY:
        query, _, rest = body.decode("latin-1").partition("\n")
        headers = tuple(line.partition(": ")[::2] for line in rest.split("\n"))
        decoded = decode_head(
            Exchange(0, "1", "http", 0.0, "GET", "https", "a.example", 443, "/", query, headers, ())
        )
    else:
        label, encodings = LABELS[how % len(LABELS)], ENCODINGS[how // len(LABELS) % len(ENCODINGS)]
        decoded = decode_message(
            Message("out", body, len(body), label, encodings, text=how == _TEXT)
        )
    if len(decoded.leaves) > LIMITS.leaves:
        raise AssertionError("more leaves than allowed")
    for leaf in decoded.leaves:
        leaf.path.encode()
        if isinstance(leaf.value, str):
            leaf.value.encode()
    for one in decoded.unread:
        if one.reason not in REASONS or one.size < 0:
            raise AssertionError(f"an impossible gap: {one}")


def source(kind: str, folder: Path) -> Check:
    """Return the check of a source: it reads every exchange, or says why it cannot."""
    from auditor.errors import SourceError  # noqa: PLC0415

    path, read = folder / "capture", _reader(kind, folder)

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            exchanges, losses = read(path)
            found = list(exchanges)
        except SourceError:
            return
        if [one.number for one in found] != list(range(len(found))):
            raise AssertionError("exchanges out of order")
        if any(message.size < 0 for one in found for message in one.messages):
            raise AssertionError("a message of a negative size")
        lost = sum(loss.size for loss in losses)
        # Several packets may need the same bytes; in the other formats nothing is lost twice.
        if lost < 0 or (kind != "pcap" and lost > len(data)):
            raise AssertionError(f"{lost} bytes lost of {len(data)}")

    return check


def _reader(kind: str, folder: Path) -> Callable[[Path], tuple[Iterator[Any], list[Any]]]:
    from auditor.sources import har, mitm, pcap  # noqa: PLC0415

    def read_mitm(path: Path) -> tuple[Iterator[Any], list[Any]]:
        mitm.index(path)
        return mitm.read(path, 0, replies=True)

    def read_pcap(path: Path) -> tuple[Iterator[Any], list[Any]]:
        traffic = pcap.read(path, 0, folder)
        return traffic.exchanges, traffic.losses

    readers = {"mitm": read_mitm, "pcap": read_pcap, "har": lambda path: har.read(path, 0)}
    return readers[kind]


def check_of(target: str, folder: Path) -> Check:
    """Return what is called with every input of a target."""
    return decode if target == "decode" else source(target, folder)


# ---- what it begins with


def seeds(target: str) -> list[bytes]:
    """Return inputs to begin with: real formats, whole and small."""
    makers = {"decode": _bodies, "mitm": _recordings, "har": _archives, "pcap": _packets}
    return [one for one in dict.fromkeys(makers[target]()) if len(one) <= _SEED_SIZE]


def _bodies() -> Iterator[bytes]:
    from auditor.selftest.plants import make_plants  # noqa: PLC0415
    from auditor.sources import open_capture  # noqa: PLC0415

    for plant in make_plants(1):
        told = dict(plant.headers)
        label, packed = told.get("content-type", ""), told.get("content-encoding", "")
        number = LABELS.index(label) if label in LABELS else 0
        number += len(LABELS) * (ENCODINGS.index((packed,)) if (packed,) in ENCODINGS else 0)
        if plant.carrier in {"header", "cookie"}:
            yield bytes([_HEAD_ONLY]) + b"\n" + plant.content
        elif plant.carrier == "query":
            yield bytes([_HEAD_ONLY]) + plant.content
        else:
            yield bytes([_TEXT if plant.carrier == "text frame" else number]) + plant.content
    for path in sorted(ROOT.glob("samples/*/flows.mitm")):
        for exchange in open_capture(path).exchanges:
            yield from (b"\0" + one.body for one in exchange.messages if one.body)


def _recordings() -> Iterator[bytes]:
    from mitmproxy.io import tnetstring  # noqa: PLC0415
    from mitmproxy.test import tflow  # noqa: PLC0415

    from auditor.sources import mitm  # noqa: PLC0415

    made = (
        tflow.tflow(resp=True),
        tflow.tflow(err=True),
        tflow.twebsocketflow(),
        tflow.ttcpflow(),
        tflow.tudpflow(),
        tflow.tdnsflow(resp=True),
    )
    states = [tnetstring.dumps(one.get_state()) for one in made]
    yield from states
    yield b"".join(states)
    yield tnetstring.dumps({**made[0].get_state(), "version": 11})
    for path in sorted(ROOT.glob("samples/*/flows.mitm")):
        data = path.read_bytes()
        yield from (data[start : start + size] for start, size in mitm.index(path)[:8])


def _archives() -> Iterator[bytes]:
    from auditor.selftest.plants import make_plants  # noqa: PLC0415

    entries = []
    for plant in make_plants(1):
        if plant.carrier != "body":
            continue
        sent = {"mimeType": dict(plant.headers).get("content-type", "")}
        sent["text"] = plant.content.decode("latin-1")
        headers = [{"name": name, "value": value} for name, value in plant.headers]
        entries.append(
            {
                "startedDateTime": "2025-11-20T10:00:00.000Z",
                "time": 12,
                "request": {
                    "method": "POST",
                    "url": "https://a.example/b?c=%20d",
                    "headers": headers,
                    "postData": sent,
                },
                "response": {"status": 200, "headers": [], "content": {"size": 2, "text": "e30="}},
            }
        )
    entries[0]["_webSocketMessages"] = [
        {"type": "send", "time": 1763632800.5, "opcode": 1, "data": '{"a":1}'},
        {"type": "receive", "time": 1763632801.5, "opcode": 2, "data": "CAE="},
    ]
    parameters = {"params": [{"name": "a", "value": "b"}, {"name": "f", "fileName": "x.txt"}]}
    entries[1]["request"] = {"method": "GET", "url": "http://ö.example/", "postData": parameters}
    for some in [entries[:2], *([one] for one in entries)]:
        yield json.dumps({"log": {"version": "1.2", "entries": some}}).encode()


def _packets() -> Iterator[bytes]:
    spec = importlib.util.spec_from_file_location("packets", ROOT / "tests/sources/packets.py")
    if spec is None or spec.loader is None:
        return
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    post = b"POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 7\r\n\r\n" + b'{"a":1}'
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    plain = [
        *made.handshake((50000, 80)),
        made.out(made.tcp(post, 100, ports=(50000, 80))),
        made.back(made.tcp(chunked, 500, ports=(80, 50000))),
        made.out(made.tcp(b"", 100 + len(post), made.FIN | made.ACK, (50000, 80))),
    ]
    sealed = [*made.handshake(), made.out(made.tcp(made.hello("live.example"), 100))]
    named = [made.back(made.udp(made.answer("live.example", made.THERE), (53, 50001)), 17)]
    two = made.out(made.tcp(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), 100))
    for packets in (plain, sealed, named, [*made.handshake(), two], [*named, *sealed, *plain]):
        yield made.pcap(packets)
        yield made.pcap(packets, order=">", nano=True)
        blocks = [made.packet(one, 10**15 + at) for at, one in enumerate(packets)]
        yield made.section() + made.interface() + b"".join(blocks)


# ---- running


class Findings:
    """The inputs that raised: one for each place that raised, told and put down."""

    def __init__(self, target: str, folder: Path, check: Check) -> None:
        self._target, self._folder, self._check = target, folder, check
        self._known: set[str] = set()

    def run(self, data: bytes) -> None:
        """Check one input."""
        try:
            self._check(data)
        except Exception as error:
            self._note(error, data)

    def _note(self, error: Exception, data: bytes) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} {frame.filename}:{frame.lineno}"
        if place in self._known:
            return
        self._known.add(place)
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(data).hexdigest()[:12]
        path = self._folder / f"{self._target}-{digest}"
        path.write_bytes(data)
        told = "".join(traceback.format_exception(error))
        click.echo(f"{told}Input in {path.name}, as hex: {data.hex()}", err=True)


def _fuzz(target: str, folder: Path, findings: Path, options: tuple[str, ...]) -> None:
    """Run atheris until its options say enough; it ends the process."""
    import atheris  # type: ignore[import-untyped]  # noqa: PLC0415

    with atheris.instrument_imports(include=["auditor"]):
        # What is imported outside is not watched, and then new ways through it are not found.
        check = check_of(target, folder)
        check(b"")
    found = Findings(target, findings, check)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    defaults = (
        f"-artifact_prefix={findings}{os.sep}{target}-",
        "-timeout=30",
        "-report_slow_units=5",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
    )
    atheris.Setup([sys.argv[0], *defaults, *options, str(corpus)], found.run)
    atheris.Fuzz()


@click.command()
@click.argument("target", type=click.Choice(["decode", "mitm", "har", "pcap"]))
@click.option("--replay", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--findings", type=click.Path(file_okay=False, path_type=Path), default="findings")
@click.option("--inside", type=click.Path(path_type=Path), hidden=True)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def main(
    target: str,
    replay: Path | None,
    findings: Path,
    inside: Path | None,
    options: tuple[str, ...],
) -> None:
    """Fuzz TARGET; OPTIONS behind `--` are libFuzzer's."""
    # No tshark, or every pcap with a block of keys would start one.
    with patch("shutil.which", return_value=None):
        if inside:
            _fuzz(target, inside, findings, options)
        elif replay:
            _replay(target, replay)
        else:
            _supervise(target, findings, options)


def _replay(target: str, replay: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        check_of(target, Path(folder))(replay.read_bytes())
    click.echo("Nothing raised.")


def _supervise(target: str, findings: Path, options: tuple[str, ...]) -> None:
    """Fuzz in a process of its own, for libFuzzer ends its process without a word to Python."""
    if importlib.util.find_spec("atheris") is None:
        raise click.ClickException(_MISSING)
    findings.mkdir(parents=True, exist_ok=True)
    before = set(findings.glob(f"{target}-*"))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        given = ("--findings", str(findings), "--inside", folder, "--", *options)
        ended = subprocess.run([sys.executable, __file__, target, *given], check=False)
    new = sorted(set(findings.glob(f"{target}-*")) - before)
    click.echo(f"{target}: {len(new)} findings {' '.join(one.name for one in new)}", err=True)
    sys.exit(ended.returncode or (3 if new else 0))


if __name__ == "__main__":
    main()
