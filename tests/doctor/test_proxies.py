"""Settings that send traffic to a proxy."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from auditor.doctor import proxies
from auditor.doctor.proxies import find_proxies, of_environment, of_macos, of_windows, split
from tests.doctor.test_linux import GSETTINGS
from tests.doctor.test_macos import SCUTIL


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("socks5://dj:secret@[::1]:1080/", ("::1", 1080)),
        ("http://localhost", ("localhost", None)),
        ("http://[broken", ("", None)),
        ("http://host:port", ("", None)),
    ],
)
def test_addresses(address: str, expected: tuple[str, int | None]) -> None:
    assert split(address) == expected


def test_environment_in_both_spellings_and_without_passwords() -> None:
    environment = {
        "HTTPS_PROXY": "http://dj:secret@127.0.0.1:8080",
        "all_proxy": "socks5://localhost:1080",
        "NO_PROXY": "localhost",
        "http_proxy": "",
    }
    found = list(of_environment(environment, "linux"))
    assert [(one.host, one.port) for one in found] == [("127.0.0.1", 8080), ("localhost", 1080)]
    assert "unset HTTPS_PROXY" in found[0].remove
    assert "secret" not in repr(found)
    assert "reg delete" in next(of_environment(environment, "windows")).remove


def test_gnome(monkeypatch: pytest.MonkeyPatch) -> None:
    text = GSETTINGS.format(mode="manual")
    monkeypatch.setattr(proxies, "output_of", lambda _: text)
    found = find_proxies("linux", {})
    assert [(one.host, one.port) for one in found] == [("127.0.0.1", 8080), ("localhost", 8081)]


def test_missing_programs_mean_no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "output_of", lambda _: None)
    assert find_proxies("linux", {}) == ()
    assert find_proxies("macos", {}) == ()


def test_macos_names_the_service_and_its_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    def output_of(command: Sequence[str]) -> str | None:
        match list(command):
            case ["scutil", "--proxy"]:
                return SCUTIL
            case ["networksetup", "-listallnetworkservices"]:
                return "An asterisk (*) denotes…\nWi-Fi\n*Old LAN\n"
            case ["networksetup", "-getwebproxy", "Wi-Fi"]:
                return "Enabled: Yes\nServer: 127.0.0.1\nPort: 8080\n"
            case ["networksetup", "-getsecurewebproxy", "Old LAN"]:
                return "Enabled: Yes\nServer: 127.0.0.1\nPort: 9090\n"
            case _:
                return "Enabled: No\nServer: \nPort: 0\n"

    monkeypatch.setattr(proxies, "output_of", output_of)
    found = [(one.place, one.port, one.remove) for one in of_macos()]
    assert found[0][:2] == ("The network service Wi-Fi (http)", 8080)
    assert found[0][2] == "Run `networksetup -setwebproxystate 'Wi-Fi' off`."
    assert found[1][2] == "Run `networksetup -setsecurewebproxystate 'Old LAN' off`."
    # http is named by its service already; https in use belongs to none of them
    assert [one[0] for one in found[2:]] == ["The network settings of macOS (https)"]


def test_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"ProxyEnable": "1", "ProxyServer": "127.0.0.1:8080", "AutoConfigURL": ""}
    monkeypatch.setattr(proxies.windows, "registry_value", lambda _, name: values[name])
    assert [(one.host, one.port) for one in of_windows()] == [("127.0.0.1", 8080)]
    values["ProxyEnable"] = "0"
    assert list(of_windows()) == []
    values["AutoConfigURL"] = "http://127.0.0.1:8080/proxy.pac"
    assert [(one.host, one.port) for one in of_windows()] == [("127.0.0.1", 8080)]
