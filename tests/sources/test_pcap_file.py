"""Packets are found in both formats of network captures, in cut ones too."""

import struct
from pathlib import Path

import pytest

from auditor.errors import SourceError
from tests.sources.network import HELLO, capture, one
from tests.sources.packets import (
    START,
    SYN,
    THERE,
    back,
    block,
    handshake,
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


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_classic(tmp_path: Path, order: str, nano: bool) -> None:
    found = one(tmp_path, *handshake(), out(tcp(HELLO, 100)), order=order, nano=nano)
    assert (found.started, found.ended) == (START, pytest.approx(START + 0.03))
    assert (found.sni, found.address) == ("live.example", f"{THERE}:443")


@pytest.mark.parametrize("order", ["<", ">"])
def test_blocks_of_several_interfaces(tmp_path: Path, order: str) -> None:
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
    assert [loss.reason for loss in opened.losses] == ["block of the capture that makes no sense"]
    assert (opened.format, opened.session.has_journal) == ("pcap", True)


def test_cut_anywhere_keeps_what_is_whole(tmp_path: Path) -> None:
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


def test_packets_kept_in_part_count_in_full(tmp_path: Path) -> None:
    packets = [*handshake(), out(tcp(bytes(1000), 100)), out(tcp(b"end", 1100))]
    found = one(tmp_path, *packets, snap=80)
    assert found.bytes_up == 1003


def test_simple_blocks_take_the_time_of_the_one_before(tmp_path: Path) -> None:
    data = out(udp(b"simple", (5, 6)), 17)
    simple = block(3, struct.pack("<I", len(data)) + data)
    timed = packet(out(tcp(HELLO, 100)), round(START * 1e6))
    opened = capture(tmp_path, section() + interface() + timed + simple)
    assert [one.started for one in opened.session.connections] == [START, START]
    assert opened.session.connections[1].bytes_up == 6


def test_nothing_captured(tmp_path: Path) -> None:
    for content in (pcap([]), section() + interface()):
        with pytest.raises(SourceError, match="no packet") as caught:
            capture(tmp_path, content)
        assert caught.value.hint


def test_other_networks_are_counted(tmp_path: Path) -> None:
    opened = capture(tmp_path, pcap([bytes(40)] * 3, link=105))
    (loss,) = opened.losses
    assert (loss.detail, loss.count, loss.size) == ("link type 105", 3, 120)
