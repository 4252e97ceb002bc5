"""`auditor capture` and `auditor mark` as processes: recorded, marked, led, interrupted."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from click.testing import CliRunner

from auditor.capture.run import Plan, Recorder
from auditor.cli import cli
from auditor.sources import open_capture
from tests.addons.session_files import facts, journal

pytestmark = pytest.mark.proxy

PROTOCOL = """
id: mini
title: Mini
purpose: For tests.
minutes: 1
lead_in: 0.2
tail: 0.5
idle: {count: 1, seconds: 0.3}
gap: [0.1, 0.2]
actions:
  - {id: cue-jump, marks: [cue-jump], say: Jump to hot cue 1., seconds: 1, repeat: 2}
"""


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/event"
    server.shutdown()
    server.server_close()
    thread.join()


class Running:
    """A capture as a process; its events come through a queue."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.events: Queue[dict[str, Any] | None] = Queue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.put(json.loads(line))
        self.events.put(None)

    def wait_for(self, name: str, **told: Any) -> dict[str, Any]:
        """Return the next event of this name; `phase` can be asked for."""
        while (event := self.events.get(timeout=60)) is not None:
            if event["event"] == name and told.items() <= event.get("lead", told).items():
                return event
        pytest.fail(f"the capture ended without {name} {told}")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


@contextmanager
def capture(folder: Path, *arguments: str) -> Iterator[Running]:
    options = ("--app", "Some DJ", "--service", "tidal", "-o", str(folder), "--port", "0")
    conf = ("--confdir", str(folder.parent / "conf"), "--mode", "regular", "--json")
    command = (sys.executable, "-m", "auditor", "capture", *options, *conf, *arguments)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    running = Running(process)
    try:
        yield running
    finally:
        running.close()


def send(started: dict[str, Any], url: str, body: dict[str, Any]) -> None:
    proxy = f"http://{started['proxy']['host']}:{started['proxy']['port']}"
    opener = build_opener(ProxyHandler({"http": proxy}))
    head = {"content-type": "application/json"}
    request = Request(url, json.dumps(body).encode(), head)  # noqa: S310
    with opener.open(request, timeout=10):
        pass


def auditor(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "auditor", *arguments)
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=60, cwd=cwd, check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_recorded_marked_interrupted(tmp_path: Path, web: str) -> None:
    folder = tmp_path / "session"
    with capture(folder, "--tail", "30", "--consent", "personalised=off") as running:
        assert running.wait_for("plan")["mode"] == "regular"
        started = running.wait_for("started")
        assert started["control"]["passed"], started
        send(started, web, {"event": "hot_cue", "hot_cue_position_ms": 61234})
        marked = auditor("mark", "cue-jump", "position_s=61.2", "deck=A", cwd=tmp_path)
        assert (marked.returncode, marked.stdout) == (0, "Marked cue-jump; 1 marks so far.\n")
        refused = auditor("mark", "Jump!", "-s", str(folder))
        assert (refused.returncode, "`action` is a word" in refused.stderr) == (1, True)
        while not (seen := running.wait_for("state")["seen"]) or not seen["exchanges"]:
            pass
        os.kill(running.process.pid, signal.SIGINT)
        running.wait_for("state", phase="tail")
        os.kill(running.process.pid, signal.SIGINT)
        ended = running.wait_for("ended")
        assert running.process.wait(30) == 0
    assert ended["stopped"] == ""
    assert ended["seconds"] < 30
    assert (ended["seen"]["exchanges"], ended["seen"]["marks"]) == (1, 1)
    assert "cue" in {one["id"] for one in ended["seen"]["categories"]}
    told = facts(folder)
    assert told["control"]["passed"] is True
    assert (told["app"]["name"], told["services"]) == ("Some DJ", ["tidal"])
    assert (told["consent"], told["addon_errors"]) == ({"personalised": "off"}, 0)
    assert told["ended"] > told["started"]
    (mark,) = journal(folder, "mark")
    assert mark["values"] == {"position_s": 61.2, "deck": "A"}
    read = open_capture(folder)
    assert [one.path for one in read.exchanges] == ["/event"]
    assert read.losses == []
    late = auditor("mark", "play", "-s", str(folder))
    assert (late.returncode, "Nothing is being recorded" in late.stderr) == (1, True)


def test_led_through_a_protocol_by_keys(tmp_path: Path) -> None:
    folder, protocol = tmp_path / "session", tmp_path / "mini.yaml"
    protocol.write_text(PROTOCOL, "utf-8")
    with capture(folder, "--protocol", str(protocol), "--seed", "3") as running:
        plan = running.wait_for("plan")["protocol"]
        running.wait_for("started")
        early = facts(folder)["protocol"]
        assert running.process.stdin
        for _ in range(200):
            event = running.events.get(timeout=60)
            if event is None or event["event"] == "ended":
                break
            if event["event"] == "state" and event["lead"]["phase"] == "do-now":
                running.process.stdin.write("\n")
                running.process.stdin.flush()
        assert running.process.wait(30) == 0
    assert early == plan
    assert (plan["seed"], len(plan["hash"])) == (3, 64)
    marks = [line["action"] for line in journal(folder, "mark")]
    assert sorted(marks) == ["cue-jump", "cue-jump", "idle"]
    steps = journal(folder, "step")
    assert [line["state"] for line in steps] == ["done"] * 3
    lines = journal(folder)
    first = next(n for n, line in enumerate(lines) if line["kind"] == "step")
    assert any("protocol" in line["facts"] for line in lines[:first] if line["kind"] == "session")


def test_duration_ends_it_without_anybody(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    with capture(folder, "--duration", "0.5", "--tail", "0.2") as running:
        ended = running.wait_for("ended")
        assert running.process.wait(30) == 0
    assert ended["next"] == f'auditor report "{folder}" --open'
    again = auditor("capture", "--app", "x", "-o", str(folder), "--port", "0", "--mode", "regular")
    assert again.returncode == 1
    assert "already holds a session" in again.stderr


def test_taken_port_is_a_clear_error(tmp_path: Path, web: str) -> None:
    port = str(urlsplit(web).port)
    conf = ("--confdir", str(tmp_path / "conf"), "--mode", "regular", "--quiet")
    result = auditor("capture", "--app", "x", "-o", str(tmp_path / "s"), "--port", port, *conf)
    assert result.returncode == 1
    assert "could not start" in result.stderr
    assert "auditor doctor" in result.stderr
    assert not (tmp_path / "s").exists()


def test_wireguard_leaves_its_configuration_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    plan = Plan(folder, (f"wireguard@127.0.0.1:{port}", "regular@127.0.0.1:0"), confdir=tmp_path)

    async def scene() -> Path | None:
        async with Recorder(plan) as recorder:
            return recorder.wireguard

    written = asyncio.run(scene())
    assert written
    assert "[Peer]" in written.read_text("utf-8")
    if os.name == "posix":
        assert written.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits the size of files")
def test_full_disk_ends_it_and_says_so(tmp_path: Path, web: str) -> None:
    folder = tmp_path / "session"
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000));"
        "from auditor.cli import main; sys.argv[0] = 'auditor'; main()"
    )
    options = ("--app", "x", "-o", str(folder), "--port", "0", "--mode", "regular", "--json")
    command = (sys.executable, "-c", limited, "capture", *options, "--confdir", str(tmp_path / "c"))
    running = Running(
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
    )
    try:
        started = running.wait_for("started")
        for number in range(4):
            send(started, web, {"event": "big", "number": number, "padding": "x" * 700_000})
        ended = running.wait_for("ended")
        assert running.process.wait(30) == 1
    finally:
        running.close()
    assert "writing failed" in ended["stopped"] or ended["stopped"] == "disk full"
    assert facts(folder)["stopped"] == ended["stopped"]
    assert len(list(open_capture(folder).exchanges)) == 2


@pytest.mark.parametrize("way", [["--json"], ["--quiet", "--protocol", "MINI"], []])
def test_what_it_says(tmp_path: Path, way: list[str]) -> None:
    (tmp_path / "mini.yaml").write_text(PROTOCOL, "utf-8")
    options = ["--app", "mixxx", "--service", "unheard-of", "--port", "0", "--mode", "regular"]
    ends = ["--duration", "0.2", "--tail", "0.1", "--confdir", str(tmp_path / "conf")]
    way = [str(tmp_path / "mini.yaml") if part == "MINI" else part for part in way]
    keys = "q\nq\n" if "--protocol" in way else ""
    folder = str(tmp_path / "session")
    result = CliRunner().invoke(cli, ["capture", *options, *ends, "-o", folder, *way], input=keys)
    assert result.exit_code == 0, result.output
    assert "unheard-of is not in the catalogue yet" in result.stderr
    if "--json" in way:
        events = [json.loads(line)["event"] for line in result.stdout.splitlines()]
        assert (events[0], events[1], events[-1]) == ("plan", "started", "ended")
    else:
        assert "Positive control passed: 9 of 9" in result.stderr
        assert f'Next: auditor report "{folder}" --open' in result.stderr


def test_consent_needs_a_value(tmp_path: Path) -> None:
    options = ["--app", "mixxx", "--port", "0", "-o", str(tmp_path / "s"), "--consent", "ads"]
    result = CliRunner().invoke(cli, ["capture", *options])
    assert result.exit_code == 2
    assert "is not NAME=VALUE" in result.stderr


@pytest.mark.parametrize("value", ["", "=5", "deck"])
def test_values_of_a_mark_have_names(value: str) -> None:
    result = CliRunner().invoke(cli, ["mark", "play", value])
    assert result.exit_code == 2


def test_mark_needs_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["mark", "play", "position_s=1.5", "deck=A", "on=true", "n=3"])
    assert result.exit_code == 1
    assert "No recording runs" in result.stderr
