"""What Windows says: texts as others published them, none recorded by us on Windows."""

import sys
from types import SimpleNamespace

import pytest

from auditor.doctor.windows import (
    SETTINGS,
    parse_netstat,
    parse_proxy_server,
    parse_tasklist,
    registry_value,
)

NETSTAT = """
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1012
  TCP    127.0.0.1:8080         0.0.0.0:0              LISTENING       4242
  TCP    127.0.0.1:8080         127.0.0.1:50001        ESTABLISHED     4242
  TCP    [::1]:8081             [::]:0                 LISTENING       4243
  UDP    0.0.0.0:5353           *:*                                    77
"""


def test_netstat() -> None:
    expected = (("0.0.0.0", 135, 1012), ("127.0.0.1", 8080, 4242), ("::1", 8081, 4243))  # noqa: S104
    assert parse_netstat(NETSTAT) == expected
    assert parse_netstat(NETSTAT.replace("LISTENING", "ABHÖREN  ")) == expected


def test_tasklist() -> None:
    text = (
        '"System Idle Process","0","Services","0","8 K"\n'
        '"mitmdump.exe","4242","Console","1","12,345 K"\n'
    )
    assert parse_tasklist(text)[4242] == "mitmdump.exe"
    assert parse_tasklist("INFO: No tasks are running.\n") == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8080", (("http and https", "127.0.0.1", 8080),)),
        (
            "http=127.0.0.1:8080;https=localhost:8081",
            (("http", "127.0.0.1", 8080), ("https", "localhost", 8081)),
        ),
        ("http://127.0.0.1:8080/", (("http and https", "127.0.0.1", 8080),)),
        ("proxyhost", (("http and https", "proxyhost", None),)),
        ("", ()),
    ],
)
def test_proxy_server(text: str, expected: tuple[tuple[str, str, int | None], ...]) -> None:
    assert parse_proxy_server(text) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="there is a registry")
def test_no_registry_no_value() -> None:
    assert registry_value(SETTINGS, "ProxyEnable") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="replaces what Windows has")
def test_registry_through_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Key:
        def __enter__(self) -> str:
            return "opened"

        def __exit__(self, *_: object) -> None:
            asked.append("closed")

    def query(key: str, name: str) -> tuple[object, int]:
        asked.append(f"{key} {name}")
        if name == "AutoConfigURL":
            raise FileNotFoundError(name)
        return 1, 4

    stand_in = SimpleNamespace(HKEY_CURRENT_USER=1, OpenKey=lambda *_: Key(), QueryValueEx=query)
    monkeypatch.setitem(sys.modules, "winreg", stand_in)  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "platform", "win32")
    assert registry_value(SETTINGS, "ProxyEnable") == "1"
    assert registry_value(SETTINGS, "AutoConfigURL") == ""
    assert asked == ["opened ProxyEnable", "closed", "opened AutoConfigURL", "closed"]
