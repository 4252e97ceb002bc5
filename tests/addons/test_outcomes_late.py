"""Connections of a proxy that dials late, is killed, or has its script reloaded."""

import os
import shutil
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.addons import clients, servers
from tests.addons.clients import Stage, assert_closed, connections, get, say
from tests.addons.session_files import SCRIPT, journal
from tests.addons.test_recording import mark, mitmdump, until

pytestmark = pytest.mark.proxy

LAZY_ADDONS = """
from pathlib import Path
from mitmproxy import ctx
from auditor.recorder.control import ControlAnswer

class OneMoreDoor:
    def running(self):
        ctx.options.update(mode=[*ctx.options.mode, {mode!r}])

addons = [ControlAnswer(Path({folder!r})), OneMoreDoor()]
"""


@pytest.fixture
def lazy(stage: Stage, tmp_path: Path) -> Iterator[tuple[Any, Stage]]:
    """Run another mitmdump that dials late, with the same servers and its own certificate."""
    script = tmp_path / "control.py"
    quic = servers.free_port(socket.SOCK_DGRAM)
    mode = f"reverse:http3://127.0.0.1:{stage.ports['quic']}@127.0.0.1:{quic}"
    script.write_text(LAZY_ADDONS.format(folder=str(tmp_path), mode=mode), "utf-8")
    passed = "|".join(str(stage.ports[name]) for name in ("ignored", "dead"))
    options = [
        *("-s", str(script)),
        *("--set", f"ssl_verify_upstream_trusted_ca={stage.upstream.cert}"),
        *("--set", "connection_strategy=lazy"),
        *("--set", "http3=false"),
        *("--ignore-hosts", f":({passed})$"),
    ]
    with mitmdump(tmp_path / "session", *options) as (process, port):
        ports = {**stage.ports, "swallowing": quic}
        yield process, replace(stage, port=port, folder=tmp_path / "session", ports=ports)


def test_what_is_open_at_a_kill_is_in_the_journal(lazy: tuple[Any, Stage]) -> None:
    process, stage = lazy
    ports = stage.ports
    mark(stage.port, "play")
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(stage.connect())
        marks = enter(stage.connect())
        assert get(marks, "http://auditor.invalid/", "auditor.invalid") == 200
        control = enter(stage.connect("auditor.invalid:443"))
        secret = stage.trusting().wrap_socket(control, server_hostname="auditor.invalid")
        assert get(enter(secret), "/control/1", "auditor.invalid") == 204
        kept = enter(stage.connect())
        assert get(kept, f"http://127.0.0.1:{ports['web']}/", body=b"position=1") == 200
        say(enter(stage.connect("echo")), b"\x00\x01raw")
        say(enter(stage.connect("ignored")), bytes(100_000))
        silent = enter(stage.connect("https"))
        enter(stage.trusting().wrap_socket(silent, server_hostname="pinned.example"))
        enter(stage.connect("https"))
        until(lambda: len(connections(stage.folder)) == 5)
        until(lambda: "established-silent" in outcomes(stage))
        process.kill()
        process.wait()
    lines = connections(stage.folder)
    assert {line["ended"] for line in lines.values()} == {None}
    found = {line["outcome"]: line for line in lines.values()}
    assert sorted(found) == [
        "decrypted",
        "established-silent",
        "failed",
        "not-http",
        "passed-through",
    ]
    assert found["decrypted"]["address"] == f"127.0.0.1:{ports['web']}"
    assert found["not-http"]["address"] == f"127.0.0.1:{ports['echo']}"
    assert found["established-silent"]["sni"] == "pinned.example"
    assert found["failed"]["detail"] == f"asked for 127.0.0.1:{ports['https']}"
    sent = found["passed-through"]["bytes_up"] + found["passed-through"]["bytes_down"]
    assert 50_000 <= sent <= 200_000
    written = Counter(line["id"] for line in clients.connection_lines(stage.folder))
    assert max(written.values()) <= 10


def test_late_dialling_and_quic_switched_off(lazy: tuple[Any, Stage]) -> None:
    _, stage = lazy
    with stage.connect("https") as peer, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(peer, server_hostname="ok.example")
    until(lambda: "refused-by-client" in outcomes(stage))
    with stage.connect("dead") as peer:
        peer.sendall(b"anybody there?")
        assert_closed(peer)
    until(lambda: "refused-by-server" in outcomes(stage))
    with pytest.raises((ConnectionError, TimeoutError)):
        clients.ask_by_quic(stage.ports["swallowing"], stage.authority, "h3", patience=1)
    until(lambda: "quic" in outcomes(stage))  # which mitmproxy does not even answer
    refused, dead, _ = connections(stage.folder).values()
    assert (refused["sni"], refused["address"]) == ("ok.example", "")
    assert f"asked for 127.0.0.1:{stage.ports['https']}" in refused["detail"]
    assert dead["address"] == f"127.0.0.1:{stage.ports['dead']}"
    assert "Connect call failed" in dead["detail"]


def outcomes(stage: Stage) -> set[str]:
    return {line["outcome"] for line in connections(stage.folder).values()}


def test_connection_outlives_a_reload_of_the_script(stage: Stage, tmp_path: Path) -> None:
    folder, script = tmp_path / "session", tmp_path / "auditor_capture.py"
    shutil.copy(SCRIPT, script)
    with mitmdump(folder, script=str(script)) as (_, port):
        again = replace(stage, port=port, folder=folder)
        with again.connect() as kept, again.connect("ignored") as passed:
            assert get(kept, f"http://127.0.0.1:{stage.ports['web']}/", body=b"position=1") == 200
            say(passed, b"one")
            until(lambda: len(connections(folder)) == 2)
            os.utime(script, (time.time() + 5, time.time() + 5))
            until(lambda: len(journal(folder, "session")) == 3)  # begun, left, begun again
            say(passed, b"two")
        until(lambda: all(line["ended"] for line in connections(folder).values()))
    found = {line["outcome"]: line for line in connections(folder).values()}
    assert sorted(found) == ["decrypted", "not-http"]
    assert found["decrypted"]["bytes_up"] > len(b"position=1")
    assert (found["not-http"]["bytes_up"], found["not-http"]["bytes_down"]) == (6, 6)
    assert journal(folder, "error") == []
