"""What listens: with real sockets and real processes where this system has them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.doctor import listeners
from auditor.doctor.listeners import find_listeners, of_macos, of_windows, port_error
from tests.doctor.test_windows import NETSTAT

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_port_that_is_taken_and_free_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert port_error(port) == "in use"
    assert port_error(port) == ""


def test_port_that_others_hold_on_all_addresses() -> None:
    with socket.create_server(("", 0)) as server:
        assert port_error(server.getsockname()[1]) == "in use"


@linux_only
def test_own_socket_is_found_with_its_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = [one for one in find_listeners("linux") or () if one.port == port]
    assert [(one.host, one.process, one.is_mitmproxy) for one in found] == [
        ("127.0.0.1", os.getpid(), False)
    ]


@linux_only
def test_program_called_mitmdump_is_recognised(tmp_path: Path) -> None:
    script = tmp_path / "mitmdump"
    script.write_text(
        "import socket, sys\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "print(server.getsockname()[1], flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script), "--set", "secret=1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        port = int(process.stdout.readline())
        (found,) = (one for one in find_listeners("linux") or () if one.port == port)
        process.communicate("")
    assert (found.program, found.is_mitmproxy, found.process) == ("mitmdump", True, process.pid)
    assert "secret" not in repr(found)


def test_unreadable_tables_are_unknown(tmp_path: Path) -> None:
    assert listeners.of_linux(tmp_path) is None


def test_macos_looks_at_whole_command_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    def output_of(command: tuple[str, ...], _: tuple[int, ...] = (0,)) -> str | None:
        if command[0] == "lsof":
            return "p31\ncPython\nn*:8080\np77\ncnginx\nn127.0.0.1:80\n"
        assert command[-1] == "31,77"
        return "   31 /opt/Python /opt/venv/bin/mitmdump -w x\n   77 nginx: master\n"

    monkeypatch.setattr(listeners, "output_of", output_of)
    found = of_macos()
    assert found
    assert [(one.host, one.program, one.is_mitmproxy) for one in found] == [
        ("::", "mitmdump", True),
        ("127.0.0.1", "nginx", False),
    ]


def test_windows_knows_program_names_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def output_of(command: tuple[str, ...]) -> str | None:
        tasks = '"mitmdump.exe","4242","Console","1","12,345 K"\n'
        return NETSTAT if command[0] == "netstat" else tasks

    monkeypatch.setattr(listeners, "output_of", output_of)
    found = of_windows()
    assert found
    assert [one.port for one in found if one.is_mitmproxy] == [8080]


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("/usr/bin/python3 -m auditor capture --app x", "auditor"),
        ("/home/dj/venv/bin/auditor capture -o s", "auditor"),
        ("C:\\mitmproxy\\mitmweb.exe --quiet", "mitmweb.exe"),
    ],
)
def test_commands_that_are_mitmproxy(command: str, program: str) -> None:
    found = listeners._listener("127.0.0.1", 1, 2, command)
    assert (found.program, found.is_mitmproxy) == (program, True)


@pytest.mark.parametrize(
    "command", ["vim /home/dj/mitmproxy/notes.txt", "python -m auditor report", "mitmdumper", ""]
)
def test_commands_that_are_not(command: str) -> None:
    assert not listeners._listener("127.0.0.1", 1, 2, command).is_mitmproxy
