"""Network captures: every connection is listed, what is in the open is read, the rest is named."""

import gzip
import lzma
import random
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from auditor.errors import SourceError
from auditor.records import OUTCOMES, Connection
from auditor.sources import open_capture, pcap_keys
from auditor.sources.capture import Capture
from tests.sources.packets import (
    ACK,
    FIN,
    HERE,
    RESOLVER,
    RST,
    START,
    SYN,
    THERE,
    answer,
    back,
    block,
    ethernet,
    handshake,
    hello,
    interface,
    ip,
    option,
    out,
    packet,
    pcap,
    section,
    tcp,
    udp,
)

DATA = Path(__file__).parent / "data"
SIX = "2001:db8::5", "2606:4700::9"
HELLO = hello("live.example")


def capture(tmp_path: Path, content: bytes) -> Capture:
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    return open_capture(path)


def listed(tmp_path: Path, *packets: bytes, **options: object) -> tuple[Connection, ...]:
    return capture(tmp_path, pcap(packets, **options)).session.connections  # type: ignore[arg-type]


def one(tmp_path: Path, *packets: bytes, **options: object) -> Connection:
    (found,) = listed(tmp_path, *packets, **options)
    return found


class TestContainers:
    @pytest.mark.parametrize("order", ["<", ">"])
    @pytest.mark.parametrize("nano", [False, True])
    def test_classic(self, tmp_path: Path, order: str, nano: bool) -> None:
        found = one(tmp_path, *handshake(), out(tcp(HELLO, 100)), order=order, nano=nano)
        assert (found.started, found.ended) == (START, pytest.approx(START + 0.03))
        assert (found.sni, found.address) == ("live.example", f"{THERE}:443")

    @pytest.mark.parametrize("order", ["<", ">"])
    def test_blocks_of_several_interfaces(self, tmp_path: Path, order: str) -> None:
        nano = option(9, b"\x09", order) + option(14, struct.pack(order + "q", 1000), order)
        content = (
            section(order)
            + interface(order=order)
            + block(0x0BAD, b"of another kind", order)
            + interface(101, nano + option(0, b"", order), order)
            + packet(out(tcp(HELLO, 100)), round(START * 1e6), 0, order)
            + packet(ip(tcp(b"", 1, SYN)), round((START - 1000 + 5) * 1e9), 1, order)
            + packet(b"of no interface", 1, 9, order)
            + block(3, struct.pack(order + "I", 20) + bytes(20), order)
            + section(">")
            + interface(228, order=">")
            + packet(ip(udp(b"x", (9, 10)), protocol=17), round(START * 1e6), 0, ">")
        )
        opened = capture(tmp_path, content)
        first, second, third = opened.session.connections
        assert (first.started, first.sni) == (START, "live.example")
        assert second.started == pytest.approx(START + 5)
        assert third.address == f"{THERE}:10"
        assert [loss.reason for loss in opened.losses] == [
            "block of the capture that makes no sense"
        ]
        assert (opened.format, opened.session.has_journal) == ("pcap", True)

    def test_cut_anywhere_keeps_what_is_whole(self, tmp_path: Path) -> None:
        packets = [*handshake(), out(tcp(HELLO, 100)), back(tcp(b"12345", 500))]
        blocks = section() + interface()
        blocks += b"".join(packet(data, round(START * 1e6)) for data in packets)
        for whole in (pcap(packets), blocks):
            for place in range(24, len(whole), 3):
                try:
                    opened = capture(tmp_path, whole[:place])
                except SourceError as error:
                    assert error.hint  # noqa: PT017
                    continue
                assert len(opened.session.connections) == 1
                assert len(opened.losses) <= 1

    def test_packets_kept_in_part_count_in_full(self, tmp_path: Path) -> None:
        packets = [*handshake(), out(tcp(bytes(1000), 100)), out(tcp(b"end", 1100))]
        found = one(tmp_path, *packets, snap=80)
        assert found.bytes_up == 1003

    def test_simple_blocks_take_the_time_of_the_one_before(self, tmp_path: Path) -> None:
        data = out(udp(b"simple", (5, 6)), 17)
        simple = block(3, struct.pack("<I", len(data)) + data)
        timed = packet(out(tcp(HELLO, 100)), round(START * 1e6))
        opened = capture(tmp_path, section() + interface() + timed + simple)
        assert [one.started for one in opened.session.connections] == [START, START]
        assert opened.session.connections[1].bytes_up == 6

    def test_nothing_captured(self, tmp_path: Path) -> None:
        for content in (pcap([]), section() + interface()):
            with pytest.raises(SourceError, match="no packet") as caught:
                capture(tmp_path, content)
            assert caught.value.hint

    def test_other_networks_are_counted(self, tmp_path: Path) -> None:
        opened = capture(tmp_path, pcap([bytes(40)] * 3, link=105))
        (loss,) = opened.losses
        assert (loss.detail, loss.count, loss.size) == ("link type 105", 3, 120)


@pytest.mark.parametrize(
    ("link", "before"),
    [
        (1, bytes(12) + b"\x08\0"),
        (1, bytes(12) + b"\x81\0\0\7\x08\0"),
        (1, bytes(12) + b"\x88\xa8\0\7\x81\0\0\7\x08\0"),
        (0, struct.pack("<I", 2)),
        (0, struct.pack(">I", 2)),
        (108, struct.pack(">I", 2)),
        (113, bytes(14) + b"\x08\0"),
        (276, b"\x08\0" + bytes(18)),
        (101, b""),
        (228, b""),
        (12, b""),
    ],
)
def test_link_types(tmp_path: Path, link: int, before: bytes) -> None:
    found = one(tmp_path, before + ip(tcp(HELLO, 100)), link=link)
    assert (found.address, found.sni) == (f"{THERE}:443", "live.example")


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (6, b""),
        (0, b"\x06\0" + bytes(6)),
        (60, b"\x2b\0" + bytes(6) + b"\x06\1" + bytes(14)),
        (44, b"\x06" + bytes(7)),
    ],
)
@pytest.mark.parametrize(
    "before", [(1, bytes(12) + b"\x86\xdd"), (0, struct.pack("<I", 30)), (229, b"")]
)
def test_ipv6(tmp_path: Path, first: int, more: bytes, before: tuple[int, bytes]) -> None:
    data = before[1] + ip(tcp(HELLO, 100), *SIX, first, more)
    assert one(tmp_path, data, link=before[0]).address == f"[{SIX[1]}]:443"


class TestLedger:
    def test_bytes_count_once_in_any_order(self, tmp_path: Path) -> None:
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

    def test_numbers_that_run_over(self, tmp_path: Path) -> None:
        start = 2**32 - 10
        packets = [out(tcp(HELLO[:30], start)), out(tcp(HELLO[30:], 20))]
        assert one(tmp_path, *packets).sni == "live.example"

    def test_hello_over_many_records_and_segments(self, tmp_path: Path) -> None:
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
    def test_outcomes(self, tmp_path: Path, packets: list[bytes], outcome: str) -> None:
        found = one(tmp_path, *packets)
        assert found.outcome == outcome
        assert found.outcome in OUTCOMES

    def test_tunnel_through_a_proxy(self, tmp_path: Path) -> None:
        ask = b"CONNECT live.example:443 HTTP/1.1\r\nHost: live.example:443\r\n\r\n"
        found = one(tmp_path, *http(("out", ask), ("in", OK), ("out", HELLO)))
        assert (found.outcome, found.sni, found.address) == (
            "passed-through",
            "live.example",
            f"{THERE}:80",
        )

    def test_which_side_is_ours(self, tmp_path: Path) -> None:
        """The one that calls; else the one with a private address; else the one that speaks first."""
        ports = (443, 50000)
        assert one(tmp_path, back(tcp(b"x", 5, ACK, ports))).address == f"{THERE}:443"
        called = ethernet(ip(tcp(b"", 5, SYN), THERE, HERE))
        assert one(tmp_path, called).address == f"{HERE}:443"
        answered = ethernet(ip(tcp(b"", 5, SYN | ACK, ports), "8.8.8.8", "9.9.9.9"))
        assert one(tmp_path, answered).address == "8.8.8.8:443"
        both = ethernet(ip(tcp(b"x", 5), "8.8.8.8", "9.9.9.9"))
        assert one(tmp_path, both).address == "9.9.9.9:443"

    def test_same_ports_again_are_another_connection(self, tmp_path: Path) -> None:
        again = out(tcp(b"", 7000, SYN))
        found = listed(tmp_path, *handshake(), out(tcp(b"", 100, FIN | ACK)), again, again)
        assert [one.id for one in found] == ["pcap-0", "pcap-1"]

    def test_name_from_dns(self, tmp_path: Path) -> None:
        told = ethernet(ip(udp(answer("cdn.example", THERE), (53, 40000)), RESOLVER, HERE, 17))
        asked = ethernet(ip(udp(bytes(30), (40001, 53)), HERE, RESOLVER, 17))
        dns, found = listed(tmp_path, told, asked, *handshake())
        assert (found.sni, found.detail) == ("cdn.example", "name from an answer of DNS")
        assert (dns.address, dns.outcome, dns.bytes_up) == (f"{RESOLVER}:53", "not-http", 30)

    @pytest.mark.parametrize("version", [1, 0x6B3343CF])
    def test_quic(self, tmp_path: Path, version: int) -> None:
        """A real client makes the first datagrams; the name is read from them."""
        told = QuicConfiguration(is_client=True, server_name="quic.example", alpn_protocols=["h3"])
        told.supported_versions, told.original_version = [version], version
        client = QuicConnection(configuration=told)
        client.connect((THERE, 443), now=0.0)
        packets = [out(udp(data), 17) for data, _ in client.datagrams_to_send(now=0.0)]
        found = one(tmp_path, *packets, back(udp(bytes(50), (443, 50000)), 17))
        assert (found.outcome, found.sni, found.bytes_down) == ("quic", "quic.example", 50)

    def test_other_datagrams(self, tmp_path: Path) -> None:
        assert one(tmp_path, out(udp(b"x" * 1300), 17)).outcome == "not-http"

    def test_late_beginning_is_told(self, tmp_path: Path) -> None:
        assert one(tmp_path, out(tcp(b"\0", 5))).detail == "began before the capture"


def http(*parts: tuple[str, bytes]) -> list[bytes]:
    """Return a connection on port 80: what each side says, in order."""
    ports, sequence, packets = (50000, 80), {"out": 100, "in": 500}, handshake((50000, 80))
    for side, data in parts:
        made = tcp(data, sequence[side], ACK, ports if side == "out" else ports[::-1])
        packets.append(out(made) if side == "out" else back(made))
        sequence[side] += len(data)
    return packets


POST = b"POST /a?b=1 HTTP/1.1\r\nHost: A.example:80\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class TestHttp:
    def test_requests_and_replies(self, tmp_path: Path) -> None:
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

    def test_gap_costs_what_follows_it(self, tmp_path: Path) -> None:
        packets = http(("out", POST), ("in", OK), ("out", POST), ("out", POST), ("in", OK + OK))
        del packets[5]
        opened = capture(tmp_path, pcap(packets))
        found = list(opened.exchanges)
        assert [one.messages[0].body for one in found[:1]] == [b"hello"]
        assert [loss.reason for loss in opened.losses] == [
            "plain HTTP that could not be followed to its end"
        ]
        assert opened.losses[0].size >= len(POST)

    def test_request_that_is_cut_still_left(self, tmp_path: Path) -> None:
        opened = capture(tmp_path, pcap(http(("out", POST[:-2]))))
        (found,) = opened.exchanges
        assert (found.messages[0].body, found.error) == (b"hel", "its end is not in the capture")

    def test_reply_that_ends_with_the_connection(self, tmp_path: Path) -> None:
        packets = http(("out", POST), ("in", b"HTTP/1.0 200 OK\r\n\r\nall of it"))
        (found,) = capture(tmp_path, pcap(packets)).exchanges
        assert (found.messages[1].body, found.error) == (b"all of it", "")

    def test_conversation_inside_is_counted(self, tmp_path: Path) -> None:
        ask = b"GET /live HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        switch = b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        opened = capture(
            tmp_path, pcap(http(("out", ask), ("in", switch), ("out", b"\x81\x80abcd")))
        )
        (found,) = opened.exchanges
        assert found.status == 101
        assert [loss.detail for loss in opened.losses] == ["websocket"]


class TestKeys:
    """A session recorded on loopback: HTTP, HTTPS and HTTP/2, with one POST of 17 kB or two each."""

    def laid(self, tmp_path: Path, keys: str = "") -> Path:
        path = tmp_path / "loopback.pcapng"
        shutil.copy(DATA / "loopback.pcapng", path)
        if keys:
            shutil.copy(DATA / "loopback.keys", tmp_path / keys)
        return path

    def sealed(self, opened: Capture) -> None:
        outcomes = [one.outcome for one in opened.session.connections]
        assert outcomes == ["decrypted", "passed-through", "passed-through"]
        assert [one.scheme for one in opened.exchanges] == ["http"]

    def whole(self, opened: Capture) -> None:
        assert [one.outcome for one in opened.session.connections] == ["decrypted"] * 3
        found = list(opened.exchanges)
        assert [(one.scheme, one.port, one.path, one.query) for one in found] == [
            ("http", 18080, "/v1/events", "n=0"),
            ("https", 18443, "/v1/events", "n=0"),
            ("https", 18444, "/v2/events", "n=1"),
            ("https", 18444, "/v2/events", "n=3"),
        ]
        assert {one.host for one in found} == {"events.example"}
        assert {one.messages[0].body for one in found} == {found[0].messages[0].body}
        assert len(found[0].messages[0].body) > 17_000
        assert [one.messages[1].body for one in found] == [b"ok"] * 2 + [b'{"ok":true}'] * 2
        assert {one.error for one in found} == {""}
        assert opened.losses == []

    def test_without_keys_it_stays_sealed(self, tmp_path: Path) -> None:
        opened = open_capture(self.laid(tmp_path))
        self.sealed(opened)
        assert opened.losses == []
        assert {one.sni for one in opened.session.connections} == {"events.example"}

    def test_without_tshark_it_says_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)
        opened = open_capture(self.laid(tmp_path, "sslkeylog.txt"))
        self.sealed(opened)
        assert [loss.reason for loss in opened.losses] == [pcap_keys.MISSING]

    @pytest.mark.parametrize("keys", ["loopback.keys", "loopback.pcapng.keys", "sslkeylog.txt"])
    def test_with_what_tshark_wrote(
        self, tmp_path: Path, keys: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The output of TShark 4.0.17 for this capture, as it was recorded."""
        asked: list[list[str]] = []

        def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
            asked.append(command)
            written = lzma.decompress((DATA / "loopback.opened.xz").read_bytes())
            Path(command[command.index("-w") + 1]).write_bytes(written)
            return subprocess.CompletedProcess(command, 0, b"", b"")

        monkeypatch.setattr(shutil, "which", lambda name: name)
        monkeypatch.setattr(subprocess, "run", run)
        self.whole(open_capture(self.laid(tmp_path, keys)))
        assert f"tls.keylog_file:{tmp_path / keys}" in asked[0]

    def test_tshark_that_fails_is_a_loss(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: name)
        done = subprocess.CompletedProcess([], 2, b"", b"tshark: cannot\n")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
        opened = open_capture(self.laid(tmp_path, "loopback.keys"))
        self.sealed(opened)
        assert [(loss.reason, loss.detail) for loss in opened.losses] == [
            (pcap_keys.FAILED, "tshark: cannot")
        ]

    @pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
    @pytest.mark.parametrize("where", ["beside", "inside", "compressed"])
    def test_real_tshark(self, tmp_path: Path, where: str) -> None:
        path = self.laid(tmp_path, "" if where == "inside" else "loopback.keys")
        content = path.read_bytes()
        if where == "inside":
            keys = (DATA / "loopback.keys").read_bytes()
            size = struct.unpack_from("<I", content, 4)[0]
            secrets = block(10, struct.pack("<II", 0x544C534B, len(keys)) + keys)
            path.write_bytes(content[:size] + secrets + content[size:])
        if where == "compressed":
            path = tmp_path / "loopback.gz"
            path.write_bytes(gzip.compress(content))
        self.whole(open_capture(path))


WHOLE = pcap(
    [
        *handshake(),
        out(tcp(HELLO, 100)),
        back(tcp(b"x", 500, ACK, (443, 50000))),
        *http(("out", POST), ("in", OK)),
        ethernet(ip(udp(answer("cdn.example", THERE), (53, 40000)), RESOLVER, HERE, 17)),
    ]
)
BLOCKS = section() + interface() + packet(out(tcp(HELLO, 100)), round(START * 1e6)) * 3
LOOPBACK = (DATA / "loopback.pcapng").read_bytes()


def read(path: Path, content: bytes) -> None:
    """Read a capture to its end; nothing but SourceError may be raised."""
    path.write_bytes(content)
    try:
        opened = open_capture(path)
        list(opened.exchanges)
    except SourceError as error:
        assert error.hint  # noqa: PT017
        return
    assert all(one.outcome in OUTCOMES for one in opened.session.connections)
    assert all(replace(one).bytes_up >= 0 for one in opened.session.connections)


class TestFuzz:
    @seed(4)
    @settings(max_examples=300, deadline=None, database=None)
    @given(
        st.sampled_from([WHOLE, BLOCKS]),
        st.integers(0, len(WHOLE)),
        st.lists(st.tuples(st.integers(4, len(WHOLE)), st.integers(0, 255)), max_size=12),
    )
    def test_cut_and_flipped(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        whole: bytes,
        cut: int,
        flips: list[tuple[int, int]],
    ) -> None:
        broken = bytearray(whole)
        for place, value in flips:
            broken[place % len(broken)] = value
        read(tmp_path_factory.getbasetemp() / "fuzz.pcap", bytes(broken[:cut]))

    def test_recorded_session_with_flipped_bytes(self, tmp_path: Path) -> None:
        chance = random.Random(4)  # noqa: S311
        for _ in range(40):
            broken = bytearray(LOOPBACK)
            for _ in range(200):
                broken[chance.randrange(300, len(broken))] = chance.randrange(256)
            read(tmp_path / "x.pcapng", bytes(broken))
