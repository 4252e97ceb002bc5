"""Addresses, times, headers and messages of sockets in HAR files of many exporters say the same."""

from pathlib import Path
from typing import Any

import pytest

from tests.sources.hars import START, entry, losses, one, opened


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "query"),
    [
        ("http://A.example", "a.example", 80, "/", ""),
        ("https://a.example:8443/x?y=1#z", "a.example", 8443, "/x", "y=1"),
        ("wss://a.example/x", "a.example", 443, "/x", ""),
        ("ws://a.example/x", "a.example", 80, "/x", ""),
        ("https://[::1]:9/x", "::1", 9, "/x", ""),
        (
            "https://bücher.example/ä b?q=ü%20&t=日",
            "xn--bcher-kva.example",
            443,
            "/%C3%A4%20b",
            "q=%C3%BC%20&t=%E6%97%A5",
        ),
    ],
)
def test_addresses(tmp_path: Path, url: str, host: str, port: int, path: str, query: str) -> None:
    found = one(tmp_path, entry(url))
    assert (found.host, found.port, found.path, found.query) == (host, port, path, query)
    assert found.scheme in {"http", "https"}


@pytest.mark.parametrize("url", ["data:text/plain,a", "blob:https://a.example/1", "about:blank"])
def test_address_that_is_no_traffic_is_counted(tmp_path: Path, url: str) -> None:
    capture = opened(tmp_path, entry(url))
    assert list(capture.exchanges) == []
    (loss,) = capture.losses
    assert (loss.reason, loss.detail) == (
        "entry of a kind that is not audited",
        url.partition(":")[0],
    )


@pytest.mark.parametrize("url", ["https://", "https://a.example:99999/", "https://[::1/", None])
def test_address_that_cannot_be_is_counted(tmp_path: Path, url: Any) -> None:
    capture = opened(tmp_path, entry(url), entry())
    assert [found.id for found in capture.exchanges] == ["har-1"]
    assert sum(loss.count for loss in capture.losses) == 1


@pytest.mark.parametrize(
    ("told", "when"),
    [
        ("2025-11-14T20:04:00.500Z", START),
        ("2025-11-14T21:04:00.5+01:00", START),
        ("2025-11-14T21:04:00.5+0100", START),
        ("2025-11-14T20:04:00.500000000Z", START),
        ("2025-11-14T20:04:00.5", START),
        ("2025-11-14 20:04:00.500 +00:00", START),
        ("Fri, 14 Nov 2025 20:04:00 GMT", START - 0.5),
        (START * 1000, START),
        (START, START),
    ],
)
def test_times(tmp_path: Path, told: Any, when: float) -> None:
    assert one(tmp_path, entry(startedDateTime=told)).started == pytest.approx(when, abs=1e-6)


@pytest.mark.parametrize("told", [None, "", "yesterday", [1], True])
def test_time_that_is_missing_is_that_of_the_one_before(tmp_path: Path, told: Any) -> None:
    capture = opened(tmp_path, entry(), entry(startedDateTime=told))
    assert [found.started for found in capture.exchanges] == [START, START]
    assert [loss.count for loss in capture.losses] == [1]


@pytest.mark.parametrize(("told", "took"), [(None, 0), (-1, 0), ("20", 0.02), ("x", 0), (1e400, 0)])
def test_how_long_it_took(tmp_path: Path, told: Any, took: float) -> None:
    answer = one(tmp_path, entry(time=told)).messages[1]
    assert answer.time == pytest.approx(START + took)


def test_headers_of_every_spelling(tmp_path: Path) -> None:
    headers = [
        {"name": ":authority", "value": "a.example"},
        {"name": "X-A", "value": 1},
        ["X-B", "two"],
        {"name": "X-C", "value": None},
    ]
    found = one(tmp_path, entry(request__headers=headers))
    assert found.headers == (("x-a", "1"), ("x-b", "two"), ("x-c", ""))


def test_cookies_without_their_header(tmp_path: Path) -> None:
    cookies = [{"name": "a", "value": "1"}, {"name": "b"}, None]
    assert one(tmp_path, entry(request__cookies=cookies)).headers == (("cookie", "a=1; b="),)
    headers = [{"name": "Cookie", "value": "a=2"}]
    both = one(tmp_path, entry(request__cookies=cookies, request__headers=headers))
    assert both.headers == (("cookie", "a=2"),)


def test_messages_of_a_websocket(tmp_path: Path) -> None:
    frames = [
        {"type": "send", "time": START, "opcode": 1, "data": "ü"},
        {"type": "receive", "time": None, "opcode": 2, "data": "AAE="},
        {"type": "error", "time": START, "opcode": -1, "data": "gone"},
        {"type": "send", "opcode": 1, "time": "x", "data": "lost"},
    ]
    capture = opened(tmp_path, entry("wss://a.example/live", _webSocketMessages=frames))
    (found,) = capture.exchanges
    assert (found.kind, found.scheme) == ("websocket", "https")
    assert [(m.direction, m.body, m.text) for m in found.messages[2:]] == [
        ("out", "ü".encode(), True),
        ("in", b"\0\1", False),
    ]
    assert losses(capture) == [("message of a WebSocket that could not be read", 1)]


def test_websocket_without_messages(tmp_path: Path) -> None:
    assert one(tmp_path, entry("wss://a.example/live")).kind == "websocket"
