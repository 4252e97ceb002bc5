"""Every connection of a network capture is listed, with its far end, its outcome and its bytes."""

from pathlib import Path

import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection

from auditor.records import OUTCOMES
from tests.sources.network import HELLO, OK, http, listed, one
from tests.sources.packets import (
    ACK,
    FIN,
    HERE,
    RESOLVER,
    RST,
    SYN,
    THERE,
    answer,
    back,
    ethernet,
    handshake,
    ip,
    out,
    tcp,
    udp,
)


def test_bytes_count_once_in_any_order(tmp_path: Path) -> None:
    packets = [
        *handshake(),
        out(tcp(HELLO[40:], 140)),
        out(tcp(HELLO[:40], 100)),
        out(tcp(HELLO[20:], 120)),
        back(tcp(b"abc", 500, ACK, (443, 50000))),
        back(tcp(b"abc", 500, ACK, (443, 50000))),
    ]
    found = one(tmp_path, *packets)
    assert (found.bytes_up, found.bytes_down) == (len(HELLO), 3)
    assert (found.sni, found.outcome) == ("live.example", "passed-through")


def test_numbers_that_run_over(tmp_path: Path) -> None:
    start = 2**32 - 10
    packets = [out(tcp(HELLO[:30], start)), out(tcp(HELLO[30:], 20))]
    assert one(tmp_path, *packets).sni == "live.example"


def test_hello_over_many_records_and_segments(tmp_path: Path) -> None:
    body = HELLO[5:]
    parts = b"".join(
        b"\x16\x03\x01" + len(body[n : n + 9]).to_bytes(2) + body[n : n + 9]
        for n in range(0, len(body), 9)
    )
    packets = [out(tcp(parts[n : n + 7], 100 + n)) for n in range(0, len(parts), 7)]
    assert one(tmp_path, *handshake(), *packets).sni == "live.example"


@pytest.mark.parametrize(
    ("packets", "outcome"),
    [
        (handshake()[:1], "failed"),
        ([handshake()[0], back(tcp(b"", 0, RST | ACK, (443, 50000)))], "refused-by-server"),
        (
            [*handshake(), out(tcp(HELLO, 100)), back(tcp(b"", 500, RST, (443, 50000)))],
            "refused-by-server",
        ),
        ([*handshake(), out(tcp(b"", 100, FIN | ACK))], "established-silent"),
        ([*handshake(), out(tcp(HELLO, 100))], "failed"),
        (
            [*handshake(), out(tcp(HELLO, 100)), back(tcp(b"x", 500, ACK, (443, 50000)))],
            "passed-through",
        ),
        ([*handshake(), out(tcp(b"\0\1\2", 100))], "not-http"),
        (
            [*handshake(), out(tcp(b"GET / HTTP/1.1\r\nHost: a.example:8\r\n\r\n", 100))],
            "decrypted",
        ),
    ],
)
def test_outcomes(tmp_path: Path, packets: list[bytes], outcome: str) -> None:
    found = one(tmp_path, *packets)
    assert found.outcome == outcome
    assert found.outcome in OUTCOMES


def test_tunnel_through_a_proxy(tmp_path: Path) -> None:
    ask = b"CONNECT live.example:443 HTTP/1.1\r\nHost: live.example:443\r\n\r\n"
    found = one(tmp_path, *http(("out", ask), ("in", OK), ("out", HELLO)))
    assert (found.outcome, found.sni, found.address) == (
        "passed-through",
        "live.example",
        f"{THERE}:80",
    )


def test_which_side_is_ours(tmp_path: Path) -> None:
    """The one that calls; else the one with a private address; else the one that speaks first."""
    ports = (443, 50000)
    assert one(tmp_path, back(tcp(b"x", 5, ACK, ports))).address == f"{THERE}:443"
    called = ethernet(ip(tcp(b"", 5, SYN), THERE, HERE))
    assert one(tmp_path, called).address == f"{HERE}:443"
    answered = ethernet(ip(tcp(b"", 5, SYN | ACK, ports), "8.8.8.8", "9.9.9.9"))
    assert one(tmp_path, answered).address == "8.8.8.8:443"
    both = ethernet(ip(tcp(b"x", 5), "8.8.8.8", "9.9.9.9"))
    assert one(tmp_path, both).address == "9.9.9.9:443"


def test_same_ports_again_are_another_connection(tmp_path: Path) -> None:
    again = out(tcp(b"", 7000, SYN))
    found = listed(tmp_path, *handshake(), out(tcp(b"", 100, FIN | ACK)), again, again)
    assert [one.id for one in found] == ["pcap-0", "pcap-1"]


def test_name_from_dns(tmp_path: Path) -> None:
    told = ethernet(ip(udp(answer("cdn.example", THERE), (53, 40000)), RESOLVER, HERE, 17))
    asked = ethernet(ip(udp(bytes(30), (40001, 53)), HERE, RESOLVER, 17))
    dns, found = listed(tmp_path, told, asked, *handshake())
    assert (found.sni, found.detail) == ("cdn.example", "name from an answer of DNS")
    assert (dns.address, dns.outcome, dns.bytes_up) == (f"{RESOLVER}:53", "not-http", 30)


@pytest.mark.parametrize("version", [1, 0x6B3343CF])
def test_quic(tmp_path: Path, version: int) -> None:
    """A real client makes the first datagrams; the name is read from them."""
    told = QuicConfiguration(is_client=True, server_name="quic.example", alpn_protocols=["h3"])
    told.supported_versions, told.original_version = [version], version
    client = QuicConnection(configuration=told)
    client.connect((THERE, 443), now=0.0)
    packets = [out(udp(data), 17) for data, _ in client.datagrams_to_send(now=0.0)]
    found = one(tmp_path, *packets, back(udp(bytes(50), (443, 50000)), 17))
    assert (found.outcome, found.sni, found.bytes_down) == ("quic", "quic.example", 50)


def test_other_datagrams(tmp_path: Path) -> None:
    assert one(tmp_path, out(udp(b"x" * 1300), 17)).outcome == "not-http"


def test_late_beginning_is_told(tmp_path: Path) -> None:
    assert one(tmp_path, out(tcp(b"\0", 5))).detail == "began before the capture"
