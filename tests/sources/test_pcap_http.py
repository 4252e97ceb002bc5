"""Plain HTTP in a network capture is read."""

from pathlib import Path

from tests.sources.network import OK, POST, capture, http
from tests.sources.packets import pcap


def test_requests_and_replies(tmp_path: Path) -> None:
    chunked = b"HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    head = b"HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n"
    packets = http(
        ("out", POST[:50]),
        ("out", POST[50:] + POST),
        ("in", b"HTTP/1.1 100 Continue\r\n\r\n" + OK[:10]),
        ("in", OK[10:] + chunked),
        ("out", head),
        ("in", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
    )
    opened = capture(tmp_path, pcap(packets))
    first, second, third = opened.exchanges
    assert (first.number, first.id, first.connection) == (0, "pcap-0-1", "pcap-0")
    assert (first.host, first.port, first.path, first.query) == ("a.example", 80, "/a", "b=1")
    assert [message.body for message in first.messages] == [b"hello", b"ok"]
    assert (second.status, second.messages[1].body) == (201, b"abc")
    assert (third.method, third.status, third.error) == ("HEAD", 200, "")
    assert opened.losses == []


def test_gap_costs_what_follows_it(tmp_path: Path) -> None:
    packets = http(("out", POST), ("in", OK), ("out", POST), ("out", POST), ("in", OK + OK))
    del packets[5]
    opened = capture(tmp_path, pcap(packets))
    found = list(opened.exchanges)
    assert [one.messages[0].body for one in found[:1]] == [b"hello"]
    assert [loss.reason for loss in opened.losses] == [
        "plain HTTP that could not be followed to its end"
    ]
    assert opened.losses[0].size >= len(POST)


def test_request_that_is_cut_still_left(tmp_path: Path) -> None:
    opened = capture(tmp_path, pcap(http(("out", POST[:-2]))))
    (found,) = opened.exchanges
    assert (found.messages[0].body, found.error) == (b"hel", "its end is not in the capture")


def test_reply_that_ends_with_the_connection(tmp_path: Path) -> None:
    packets = http(("out", POST), ("in", b"HTTP/1.0 200 OK\r\n\r\nall of it"))
    (found,) = capture(tmp_path, pcap(packets)).exchanges
    assert (found.messages[1].body, found.error) == (b"all of it", "")


def test_conversation_inside_is_counted(tmp_path: Path) -> None:
    ask = b"GET /live HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    switch = b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    opened = capture(tmp_path, pcap(http(("out", ask), ("in", switch), ("out", b"\x81\x80abcd"))))
    (found,) = opened.exchanges
    assert found.status == 101
    assert [loss.detail for loss in opened.losses] == ["websocket"]
