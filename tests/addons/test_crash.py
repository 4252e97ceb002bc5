"""What a kill, a full disk and a failing addon leave of a session, with a real mitmdump."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from wsproto.events import CloseConnection

from auditor.cli import cli
from auditor.sources import open_capture
from tests.addons.session_files import SCRIPT, SOUND, facts, journal, saved
from tests.addons.test_recording import mitmdump, send, tunnel, until, web
from tests.addons.websocket_peer import connect, echo_server

__all__ = ["web"]

TOLD = [f'{{"event": "seek", "position_s": {number}}}' for number in range(20)]


@pytest.mark.proxy
def test_open_websocket_survives_a_kill(tmp_path: Path, web: str) -> None:
    folder = tmp_path / "session"
    with (
        echo_server() as target,
        mitmdump(folder) as (process, port),
        tunnel(port, target) as wire,
    ):
        send(port, f"{web}/one", b"1")
        peer = connect(wire, f"127.0.0.1:{target}", "/live?deck=A")
        for text in TOLD:
            peer.say(text)
            assert peer.hear() == text
        process.kill()
        process.wait()
    assert [one.request.path for one in saved(folder)] == ["/one"]
    capture = open_capture(folder, first=5)
    one, talk = capture.exchanges
    assert (one.number, talk.number) == (5, 6)
    assert (talk.kind, talk.method, talk.path, talk.query) == (
        "websocket",
        "GET",
        "/live",
        "deck=A",
    )
    assert (talk.host, talk.port, talk.status) == ("127.0.0.1", target, 101)
    assert ("sec-websocket-version", "13") in talk.headers
    assert "rebuilt from the journal" in talk.error
    out = [frame for frame in talk.messages[2:] if frame.direction == "out"]
    assert [frame.body.decode() for frame in out] == TOLD
    assert all(frame.text and frame.time for frame in out)
    assert len(talk.messages) == 2 + 2 * len(TOLD)
    assert capture.losses == []


@pytest.mark.proxy
def test_long_websocket_is_whole_though_mitmproxy_forgets_it(tmp_path: Path) -> None:
    folder, count = tmp_path / "session", 700
    with (
        echo_server() as target,
        mitmdump(folder) as (_, port),
        tunnel(port, target) as wire,
    ):
        peer = connect(wire, f"127.0.0.1:{target}", "/live")
        for number in range(count):
            peer.say(f"{number}")
            peer.hear()
        peer.send(CloseConnection(1000))
        until(lambda: len(saved(folder)) == 1)
    (kept,) = saved(folder)
    assert len(kept.websocket.messages) == 500
    (talk,) = open_capture(folder).exchanges
    assert [one.body for one in talk.messages[2:]] == [
        b"%d" % number for number in range(count) for _ in "oi"
    ]
    (alone,) = (bare := open_capture(folder / "flows.mitm")).exchanges
    assert len(alone.messages) == 2 + 500
    assert [loss.count for loss in bare.losses] == [2 * count - 500]


@pytest.mark.proxy
def test_reload_does_not_double_what_is_open(tmp_path: Path) -> None:
    folder, script = tmp_path / "session", tmp_path / "auditor_capture.py"
    shutil.copy(SCRIPT, script)
    with (
        echo_server() as target,
        mitmdump(folder, script=str(script)) as (_, port),
        tunnel(port, target) as wire,
    ):
        peer = connect(wire, f"127.0.0.1:{target}", "/live")
        for number in range(4):
            if number == 2:
                os.utime(script, (time.time() + 5, time.time() + 5))
                until(lambda: len(journal(folder, "session")) == 3)
            peer.say(f"{number}")
            peer.hear()
        assert saved(folder) == []
        peer.send(CloseConnection(1000))
        until(lambda: len(saved(folder)) == 1)
    assert len(journal(folder, "open")) == 1
    assert [line["number"] for line in journal(folder, "frame")] == list(range(8))
    capture = open_capture(folder)
    (talk,) = capture.exchanges
    assert [one.body for one in talk.messages[2:]] == [b"%d" % n for n in range(4) for _ in "oi"]
    assert (talk.error, capture.losses) == ("", [])


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, 3 << 20))
from mitmproxy.tools.main import mitmdump
mitmdump()
"""


@pytest.mark.proxy
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of file sizes")
def test_full_disk_ends_the_capture_and_leaves_a_session(tmp_path: Path, web: str) -> None:
    """A limit of file sizes (EFBIG) goes the same way as a full disk (ENOSPC)."""
    folder, body = tmp_path / "session", b'{"a": "' + b"x" * 300_000 + b'"}'
    with mitmdump(folder, code=LIMITED) as (process, port):
        with suppress(OSError):
            for number in range(100):
                send(port, f"{web}/{number}", body)
        assert process.wait(20) == 1
    said = Path(f"{folder}.log").read_text("utf-8")
    assert said.count("auditor_capture:") == 1
    assert "auditor_capture: the recording has ended: disk full (File too large)." in said
    told = facts(folder)
    assert told["stopped"] == "disk full"
    assert told["ended"] > told["started"]
    assert journal(folder, "session")[-1]["facts"]["stopped"] == "disk full"
    assert not (folder / ".reserve").exists()
    capture = open_capture(folder)
    paths = [one.path for one in capture.exchanges]
    assert paths == [f"/{number}" for number in range(len(paths))]
    assert len(paths) >= 8
    assert capture.losses == []


FAILING = """
from auditor.session import media

def fail(*arguments):
    raise RuntimeError("planted")

media.media_kind = fail
"""


@pytest.mark.proxy
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")
def test_failing_addon_damages_the_session_in_every_report(tmp_path: Path, web: str) -> None:
    folder, script = tmp_path / "session", tmp_path / "failing.py"
    script.write_text(FAILING, "utf-8")
    with mitmdump(folder, "-s", str(script)) as (process, port):
        assert send(port, f"{web}/one", b"1") == SOUND
        assert send(port, f"{web}/two", b"2") == SOUND
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    lines = journal(folder, "error")
    assert {line["message"] for line in lines} == {"RuntimeError: planted"}
    assert [line["hook"] for line in lines[:4]] == ["body", "response"] * 2
    assert facts(folder)["addon_errors"] == len(lines) > 0
    page = tmp_path / "report.html"
    ran = CliRunner().invoke(cli, ["report", str(folder), "-o", str(page)])
    assert ran.exit_code == 0, ran.output
    assert "this session is damaged" in ran.output
    assert "this session is damaged" in page.read_text("utf-8")


@pytest.mark.proxy
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")
def test_flows_rotate_and_are_read_in_order(tmp_path: Path, web: str) -> None:
    folder, body = tmp_path / "session", b"x" * 400_000
    with mitmdump(folder, "--set", "auditor_rotate_mb=1") as (process, port):
        for number in range(7):
            send(port, f"{web}/{number}", body)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    names = [f"flows{part}.mitm" for part in ("", "-002", "-003", "-004")]
    assert sorted(path.name for path in folder.glob("flows*")) == sorted(names)
    assert all((folder / name).stat().st_size <= 1 << 20 for name in names)
    assert set(facts(folder)["files"]) == {*names, "journal.jsonl"}
    capture = open_capture(folder, first=3)
    assert [(one.number, one.path) for one in capture.exchanges] == [
        (number + 3, f"/{number}") for number in range(7)
    ]
    assert capture.losses == []
    (folder / "flows-002.mitm").unlink()
    with (folder / "journal.jsonl").open("ab") as file:
        file.write(b'{"kind": "step"}\n')
    changed = open_capture(folder)
    assert [one.path for one in changed.exchanges] == ["/0", "/1", "/4", "/5", "/6"]
    assert sorted((loss.reason, loss.detail) for loss in changed.losses) == [
        ("file of the session is missing", "flows-002.mitm"),
        ("file was changed after the recording ended", "journal.jsonl"),
    ]


@pytest.mark.proxy
def test_mitmdump_says_so_when_rotation_makes_no_sense(tmp_path: Path) -> None:
    code = "from mitmproxy.tools.main import mitmdump; mitmdump()"
    sets = ["--set", f"auditor_dir={tmp_path / 's'}", "--set", "auditor_rotate_mb=0"]
    where = ["--set", f"confdir={tmp_path}", "--listen-host", "127.0.0.1", "--listen-port", "0"]
    command = [sys.executable, "-c", code, "-s", SCRIPT, *sets, *where]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "from 1" in ended.stdout + ended.stderr
