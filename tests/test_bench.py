"""The programs under bench/ do what they say; what recording costs in full: bench/record.py."""

import asyncio
import importlib.util
import io
import json
import socket
import sys
import tarfile
from itertools import accumulate, pairwise
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from auditor.decode import decode_message
from auditor.sources import mitm, open_capture

BOUND = 16
"""MiB. Measured: 1 to 3 for uploads, and mitmproxy alone takes as much; sound took none."""


def load(name: str) -> ModuleType:
    path = Path(__file__).parents[1] / "bench" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"bench_{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    return load("record")


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


FLOWS = 80


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generated") / "lean.mitm"
    load("generate").write("lean", FLOWS, path, 3, path.with_suffix(".har"))
    return path


class TestGenerator:
    def test_the_same_arguments_give_the_same_bytes(self, generated: Path, tmp_path: Path) -> None:
        write = load("generate").write
        write("lean", FLOWS, tmp_path / "again.mitm", 3)
        write("lean", FLOWS, tmp_path / "other.mitm", 4)
        assert (tmp_path / "again.mitm").read_bytes() == generated.read_bytes()
        assert (tmp_path / "other.mitm").read_bytes() != generated.read_bytes()

    def test_every_flow_is_read_and_every_message_decoded(self, generated: Path) -> None:
        capture = open_capture(generated)
        exchanges = list(capture.exchanges)
        assert (len(exchanges), capture.losses) == (FLOWS, [])
        left = [one for each in exchanges for one in each.messages if one.direction == "out"]
        decoded = [decode_message(one) for one in left]
        assert [one.unread for one in decoded if one.unread] == []
        assert 200 < sum(len(one.leaves) for one in decoded) / FLOWS < 600

    def test_the_truth_is_told(self, generated: Path) -> None:
        truth = json.loads(Path(f"{generated}.truth.json").read_text("utf-8"))
        assert (truth["flows"], truth["bytes"]) == (FLOWS, generated.stat().st_size)
        assert sum(truth["kinds"].values()) == FLOWS
        assert min(truth["kinds"].get(kind, 0) for kind in ("json", "protobuf", "sound")) > 0
        rows = Path(f"{generated}.known.tsv").read_text("utf-8").splitlines()
        titles = {row.split("\t")[1] for row in rows if row.startswith("title\t")}
        leaves = [
            leaf.value
            for exchange in open_capture(generated).exchanges
            for message in exchange.messages
            for leaf in decode_message(message).leaves
        ]
        assert sum(value in titles for value in leaves) == truth["planted"]["title plain"]

    def test_the_har_file_holds_the_same(self, generated: Path) -> None:
        ours, theirs = open_capture(generated), open_capture(generated.with_suffix(".har"))
        assert [(one.method, one.host, one.path) for one in ours.exchanges] == [
            (one.method, one.host, one.path) for one in theirs.exchanges
        ]

    def test_the_floor_reads_every_flow(self, generated: Path) -> None:
        floor = load("floor")
        assert floor.read(generated, only_out=False) == FLOWS
        assert floor.read(generated, only_out=True) == FLOWS

    def test_zeroed_in_the_middle(self, generated: Path, tmp_path: Path) -> None:
        """Every flow that is whole comes back, and what is lost is counted to the byte."""
        data = bytearray(generated.read_bytes())
        sizes = [length for _, length in mitm.index(generated)]
        places = list(pairwise([0, *accumulate(sizes)]))
        first, last = FLOWS // 2, FLOWS // 2 + 3
        start, stop = places[first][0] + 700, places[last][1] - 700
        data[start:stop] = bytes(stop - start)
        path = tmp_path / "damaged.mitm"
        path.write_bytes(data)
        whole = [one.id for one in mitm.read(generated, 0)[0]]
        exchanges, losses = mitm.read(path, 0)
        assert [one.id for one in exchanges] == whole[:first] + whole[last + 1 :]
        assert [(one.reason, one.size) for one in losses] == [
            ("damaged", places[last][1] - places[first][0])
        ]


class TestComparison:
    @pytest.fixture(scope="class")
    def audit(self) -> ModuleType:
        return load("audit")

    def test_a_process_is_measured(self, audit: ModuleType) -> None:
        block = (
            "x = bytes(range(256)) * 160_000; import time; time.sleep(0.1); print('first\\nlast')"
        )
        took = audit.run(audit.Task("python", (sys.executable, "-c", block)))
        assert (took.code, took.said) == (0, "last")
        assert took.wall > 0.1
        if sys.platform == "linux":
            assert 0 < took.cpu < took.wall * 4
            assert 38 < took.anonymous < 100

    def test_memory_of_children_counts(self, audit: ModuleType) -> None:
        if sys.platform != "linux":
            assert audit.anonymous(1) is None
            return
        child = "x = bytes(range(256)) * 160_000; import time; time.sleep(0.15)"
        parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
        took = audit.run(audit.Task("python", (sys.executable, "-c", parent)))
        assert took.anonymous > 38

    def test_a_process_that_fails_says_why(self, audit: ModuleType) -> None:
        took = audit.run(audit.Task("python", (sys.executable, "-c", "raise SystemExit('no')")))
        assert (took.code, took.said) == (1, "no")
        assert audit.run(audit.Task("nothing", ("./no-such-program",))).code == 127

    def test_ratios_are_of_medians(self, audit: ModuleType) -> None:
        def runs(*cpus: float | None) -> list[object]:
            return [audit.Run(2.0, cpu, None, 0, "") for cpu in cpus]

        failed = [audit.Run(1.0, 1.0, None, 1, "out of memory")]
        found = {"audit": runs(1, 9, 2), "mitmdump": runs(6, 6, 7), "x": runs(None), "y": failed}
        rows = {one.name: one for one in audit.rows(found)}
        assert (rows["audit"].cpu, rows["audit"].by_cpu, rows["audit"].by_wall) == (2, 3, 1)
        assert (rows["x"].by_cpu, rows["y"].failed) == (None, "out of memory")
        table = audit.table(list(rows.values()))
        assert "| audit | 2.00 | 2.00 | not told | 3.00 | 1.00 |" in table
        assert "failed: out of memory" in table

    def test_what_a_round_wrote_is_gone_in_the_next(
        self, audit: ModuleType, tmp_path: Path
    ) -> None:
        written = tmp_path / "out"
        code = f"import os; os.mkdir({str(written)!r})"
        task = audit.Task("python", (sys.executable, "-c", code), writes=written)
        assert [one.code for one in audit.compare([task], 2)["python"]] == [0, 0]


class TestFuzzing:
    @pytest.fixture(scope="class")
    def fuzz(self) -> ModuleType:
        return load("fuzz")

    @pytest.mark.parametrize("target", ["decode", "mitm", "har", "pcap"])
    def test_no_seed_raises(self, fuzz: ModuleType, target: str, tmp_path: Path) -> None:
        check, seeds = fuzz.check_of(target, tmp_path), fuzz.seeds(target)
        assert len(seeds) > 8
        for seed in seeds:
            check(seed)

    def test_an_input_that_raises_is_put_down_once(
        self, fuzz: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def check(data: bytes) -> None:
            if b"!" in data:
                raise ValueError("found")

        found = fuzz.Findings("decode", tmp_path, check)
        for data in (b"a", b"!1", b"!2"):
            found.run(data)
        (path,) = tmp_path.iterdir()
        assert path.read_bytes() == b"!1"
        assert f"as hex: {b'!1'.hex()}" in capsys.readouterr().err

    def test_without_atheris_it_says_what_to_do(
        self, fuzz: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
        run = CliRunner().invoke(fuzz.main, ["har", "--findings", str(tmp_path / "f")])
        assert run.exit_code == 1
        assert "pip install atheris" in run.output

    def test_an_input_is_replayed(self, fuzz: ModuleType, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"\0{}")
        run = CliRunner().invoke(fuzz.main, ["decode", "--replay", str(tmp_path / "x")])
        assert (run.exit_code, run.output) == (0, "Nothing raised.\n")


class TestFixtures:
    @pytest.fixture(scope="class")
    def fixtures(self) -> ModuleType:
        return load("fixtures")

    def test_every_kind_of_flow_is_read_as_mitmproxy_does(
        self, fixtures: ModuleType, tmp_path: Path
    ) -> None:
        fixtures.make(tmp_path)
        for path in tmp_path.iterdir():
            assert fixtures.ours(path)[0] == fixtures.theirs(path) > 0, path.name

    def test_only_recordings_are_taken_from_a_tarball(
        self, fixtures: ModuleType, tmp_path: Path
    ) -> None:
        place = tmp_path / "x.tar.gz"
        with tarfile.open(place, "w:gz") as archive:
            for name in ("a/dumpfile-012", "a/b.mitm", "a/c.py"):
                archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        with fixtures.files(place) as found:
            assert [one.name for one in found] == ["b.mitm", "dumpfile-012"]

    def test_a_difference_is_told(self, fixtures: ModuleType) -> None:
        compared = fixtures.Compared
        assert compared("x", 2, 0, 2, "").agrees
        assert not compared("x", 2, 0, 3, "").agrees
        assert not compared("x", 2, 0, 2, "it failed").agrees
        assert compared("x", 2, 1, "corrupt after 1", "").agrees
