"""Whatever is broken in a network capture, it is read to its end or refused with a hint."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from auditor.errors import SourceError
from auditor.records import OUTCOMES
from auditor.sources import open_capture
from tests.sources.network import DATA, HELLO, OK, POST, http
from tests.sources.packets import (
    ACK,
    HERE,
    RESOLVER,
    START,
    THERE,
    answer,
    back,
    ethernet,
    handshake,
    interface,
    ip,
    out,
    packet,
    pcap,
    section,
    tcp,
    udp,
)

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


@seed(4)
@settings(max_examples=300, deadline=None, database=None)
@given(
    st.sampled_from([WHOLE, BLOCKS]),
    st.integers(0, len(WHOLE)),
    st.lists(st.tuples(st.integers(4, len(WHOLE)), st.integers(0, 255)), max_size=12),
)
def test_cut_and_flipped(
    tmp_path_factory: pytest.TempPathFactory,
    whole: bytes,
    cut: int,
    flips: list[tuple[int, int]],
) -> None:
    broken = bytearray(whole)
    for place, value in flips:
        broken[place % len(broken)] = value
    read(tmp_path_factory.getbasetemp() / "fuzz.pcap", bytes(broken[:cut]))


def test_recorded_session_with_flipped_bytes(tmp_path: Path) -> None:
    chance = random.Random(4)  # noqa: S311
    for _ in range(40):
        broken = bytearray(LOOPBACK)
        for _ in range(200):
            broken[chance.randrange(300, len(broken))] = chance.randrange(256)
        read(tmp_path / "x.pcapng", bytes(broken))
