"""Which mode is chosen for which computer, and that mitmproxy understands it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import mitmproxy_rs
import pytest
from mitmproxy.proxy.mode_specs import ProxyMode

from auditor.capture.modes import Choice, Wanted, choose
from auditor.capture.settings import get_certificate
from auditor.capture.system import Rights, System, these_rights, this_system
from auditor.catalogue.applications import find_application, load_applications
from auditor.errors import AuditorError

MAC = System("macos", "15.1", "3.13.0", "12.2.3")
WINDOWS = System("windows", "10.0.26200", "3.13.0", "12.2.3")
LINUX = System("linux", "6.8.0-45-generic", "3.13.0", "12.2.3")
NOBODY = Rights(root=False, sudo=True)
ROOT = Rights(root=True, sudo=True)

SYSTEMS = (MAC, WINDOWS, LINUX, System("freebsd", "14.2", "3.11.9", "11.0.2"))
EVERY: list[tuple[Wanted, System, str]] = [
    (wanted, system, name)
    for wanted in ("auto", "regular", "wireguard")  # type: ignore[misc]
    for system in SYSTEMS
    for name in (*load_applications(), "My Deck")
]


def chosen(system: System, rights: Rights, name: str, wanted: Wanted = "auto") -> Choice:
    return choose(wanted, system, rights, find_application(name), 8899)


def texts(choice: Choice) -> str:
    steps = (*choice.steps, *choice.undo)
    lines = [choice.reason, *(f"{one.text} {one.command}" for one in steps), *choice.warnings]
    return "\n".join(lines)


def test_local_takes_all_processes_of_the_application() -> None:
    mac, windows = chosen(MAC, NOBODY, "rekordbox"), chosen(WINDOWS, NOBODY, "rekordbox")
    assert mac.modes == ("local:rekordbox,rekordboxAgent", "regular@127.0.0.1:8899")
    assert windows.modes[0] == "local:rekordbox.exe,rekordboxAgent.exe"
    assert mac.mode == windows.mode == "local"
    assert mac.processes == ("rekordbox", "rekordboxAgent")
    assert "macOS" in mac.reason
    assert "Windows" in windows.reason


def test_spaces_stay() -> None:
    choice = chosen(WINDOWS, NOBODY, "serato-dj-pro")
    assert choice.modes[0] == "local:Serato DJ Pro.exe"


@pytest.mark.parametrize(("wanted", "system", "name"), EVERY)
def test_mitmproxy_reads_every_mode(wanted: Wanted, system: System, name: str) -> None:
    choice = chosen(system, ROOT, name, wanted)
    modes = [ProxyMode.parse(one) for one in choice.modes]
    assert modes[-1].type_name == "regular"
    assert (modes[-1].custom_listen_host, modes[-1].custom_listen_port) == ("127.0.0.1", 8899)
    assert modes[0].type_name == choice.mode
    if choice.mode == "local":
        read = mitmproxy_rs.local.LocalRedirector.describe_spec(modes[0].data)
        assert re.findall(r'"(.+?)"', read) == list(choice.processes)


@pytest.mark.parametrize(("wanted", "system", "name"), EVERY)
def test_sentences_are_short_and_something_is_to_be_taken_back(
    wanted: Wanted, system: System, name: str
) -> None:
    choice = chosen(system, NOBODY, name, wanted)
    says = [choice.reason, *choice.warnings, *(one.text for one in (*choice.steps, *choice.undo))]
    for text in says:
        assert text.endswith((".", "?")), text
        for sentence in re.split(r"(?<=[.?!:]) ", text):
            assert len(sentence.split()) <= 20, sentence
        assert "safe" not in text.lower()
    assert choice.steps
    assert choice.undo


def test_linux_needs_everything_at_once() -> None:
    assert chosen(LINUX, ROOT, "mixxx").modes[0] == "local:mixxx"


@pytest.mark.parametrize(
    ("system", "rights", "why"),
    [
        (LINUX, NOBODY, "root"),
        (LINUX, Rights(root=True, sudo=False), "sudo is missing"),
        (replace(LINUX, mitmproxy="11.0.2"), ROOT, "mitmproxy 12, and this is 11.0.2"),
        (replace(LINUX, release="6.7.9"), ROOT, "Linux 6.8 or later, and this is 6.7.9"),
        (replace(LINUX, release="5.15.0-91-generic"), ROOT, "this is 5.15.0-91-generic"),
        (replace(LINUX, release="6.18.1-microsoft-standard-WSL2"), ROOT, "Subsystem"),
        (replace(LINUX, redirector="mitmproxy says: no."), ROOT, "mitmproxy says: no."),
        (replace(MAC, redirector="its package is not installed."), NOBODY, "not installed"),
        (replace(MAC, os="freebsd"), ROOT, "macOS, Windows and Linux only"),
    ],
)
def test_falls_back_to_regular_and_says_why(system: System, rights: Rights, why: str) -> None:
    choice = chosen(system, rights, "mixxx")
    assert choice.mode == "regular"
    assert choice.modes == ("regular@127.0.0.1:8899",)
    assert why in choice.reason
    assert "127.0.0.1" in texts(choice)
    assert "8899" in texts(choice)


@pytest.mark.parametrize("release", ["6.8", "6.8-rc1", "6.18.44", "7.0.1", "10.2"])
def test_later_kernels_are_later(release: str) -> None:
    assert chosen(replace(LINUX, release=release), ROOT, "mixxx").mode == "local"


def test_local_by_name_is_an_error_where_it_cannot_work() -> None:
    """Another mode would record something else than was asked for."""
    with pytest.raises(AuditorError, match="sudo is missing") as caught:
        chosen(LINUX, Rights(root=True, sudo=False), "mixxx", "local")
    assert "--mode regular" in caught.value.hint


def test_local_by_name_asks_for_the_password() -> None:
    choice = chosen(LINUX, NOBODY, "mixxx", "local")
    assert choice.mode == "local"
    assert "sudo will ask for your password." in choice.warnings
    assert "sudo will ask for your password." not in chosen(LINUX, ROOT, "mixxx").warnings


def test_application_that_does_not_run_there() -> None:
    choice = chosen(LINUX, ROOT, "rekordbox")
    assert choice.mode == "regular"
    assert "no process of rekordbox on Linux is known" in choice.reason


def test_linux_cuts_names() -> None:
    choice = chosen(LINUX, ROOT, "SomeVeryLongDeckName")
    assert choice.modes[0] == "local:SomeVeryLongDec"
    assert any("15 characters" in one for one in choice.warnings)
    assert chosen(MAC, ROOT, "SomeVeryLongDeckName").modes[0] == "local:SomeVeryLongDeckName"


@pytest.mark.parametrize("name", ["a,b", "me@home", "!curl", ""])
def test_names_that_mitmproxy_would_misread(name: str) -> None:
    with pytest.raises(AuditorError, match="cannot be the name of a process"):
        chosen(MAC, NOBODY, name)
    assert chosen(MAC, NOBODY, name, "regular").mode == "regular"


def test_electron_parts_get_their_own_setting() -> None:
    for system in (MAC, WINDOWS):
        said = texts(chosen(system, NOBODY, "rekordbox"))
        assert said.count("NODE_EXTRA_CA_CERTS") == 2, "set, and taken away"
        assert "NODE_EXTRA_CA_CERTS" not in texts(chosen(system, NOBODY, "traktor"))


def test_what_is_known_about_trust_is_said() -> None:
    assert "refuse our certificate" in texts(chosen(MAC, NOBODY, "traktor"))
    assert "store of the machine" in texts(chosen(WINDOWS, NOBODY, "traktor"))
    assert "Nobody knows yet" in texts(chosen(WINDOWS, NOBODY, "serato-dj-lite"))


def test_shared_processes_are_named() -> None:
    assert any("cloudd" in one for one in chosen(MAC, NOBODY, "djay").warnings)
    assert not any("cloudd" in one for one in chosen(WINDOWS, NOBODY, "djay").warnings)


def test_wireguard_explains_itself() -> None:
    choice = chosen(MAC, NOBODY, "djay", "wireguard")
    assert choice.modes == ("wireguard@0.0.0.0:51820", "regular@127.0.0.1:8899")
    assert any("every address" in one for one in choice.warnings), "it does not stay on loopback"


@pytest.mark.parametrize(
    ("system", "on", "off"),
    [
        (MAC, "networksetup -setsecurewebproxy Wi-Fi 127.0.0.1 8899", "-setsecurewebproxystate Wi-Fi off"),
        (WINDOWS, "address 127.0.0.1, port 8899", "Switch off Settings"),
        (LINUX, "https_proxy=http://127.0.0.1:8899 mixxx", "Switch off Settings"),
    ],
)  # fmt: skip
def test_proxy_settings(system: System, on: str, off: str) -> None:
    choice = chosen(system, NOBODY, "mixxx", "regular")
    assert on in "\n".join(f"{one.text} {one.command}" for one in choice.steps)
    assert off in "\n".join(f"{one.text} {one.command}" for one in choice.undo)


def test_this_computer() -> None:
    system, rights = this_system(), these_rights()
    assert system.os in {"macos", "windows", "linux"}
    assert system.python == ".".join(str(part) for part in sys.version_info[:3])
    choice = choose("auto", system, rights, find_application("mixxx"))
    assert choice.modes[-1] == "regular@127.0.0.1:8080"


def test_redirector_of_this_mitmproxy() -> None:
    system = this_system()
    if system.os == "linux" and system.mitmproxy.startswith("11."):
        assert "mitmproxy_linux" in system.redirector
    elif system.os == "linux":
        assert system.redirector == "" or system.redirector.startswith("mitmproxy says: ")


def test_redirector_that_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    class No:
        @staticmethod
        def unavailable_reason() -> str:
            return "too old."

    from auditor.capture import system

    monkeypatch.setattr(mitmproxy_rs.local, "LocalRedirector", No)
    monkeypatch.setattr(system, "_PACKAGES", {this_system().os: "mitmproxy"})
    assert this_system().redirector == "mitmproxy says: too old."


@pytest.mark.proxy
def test_the_certificate_is_where_we_say(tmp_path: Path) -> None:
    choice = choose("regular", LINUX, NOBODY, find_application("mixxx"), port=0)
    modes = [part for mode in choice.modes for part in ("--mode", mode)]
    code = "from mitmproxy.tools.main import mitmdump; mitmdump()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code, *modes, "--set", f"confdir={tmp_path}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        found = next(
            filter(None, (re.search(r"127\.0\.0\.1:(\d+)", one) for one in process.stdout))
        )
        command = shlex.split(get_certificate(int(found[1])).command)
        proxy: Any = ProxyHandler({"http": command[command.index("--proxy") + 1]})
        with build_opener(proxy).open(command[-1], timeout=20) as answer:
            got = answer.read()
    finally:
        process.terminate()
        process.communicate()
    assert got.startswith(b"-----BEGIN CERTIFICATE-----")
    assert got == (tmp_path / command[command.index("-o") + 1]).read_bytes()
