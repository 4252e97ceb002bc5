"""Refusing: which hosts and datagrams are meant, and what a client gets to hear."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest
from aioquic.buffer import Buffer
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.packet import QuicPacketType, pull_quic_header
from mitmproxy import options
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, context, events, layer
from mitmproxy.test import tflow

from auditor.recorder import refuse

KNOWN = {"tidal", "spotify"}


def opening(name: str = "dj.test") -> bytes:
    """Return the first datagram of a real QUIC client."""
    client = QuicConnection(
        configuration=QuicConfiguration(server_name=name, alpn_protocols=["h3"])
    )
    client.connect(("127.0.0.1", 443), now=0.0)
    return client.datagrams_to_send(now=0.0)[0][0]


def hello(name: str) -> bytes:
    out = ssl.MemoryBIO()
    made = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with suppress(ssl.SSLWantReadError):
        made.do_handshake()
    return out.read()


def surroundings() -> context.Context:
    client = tflow.tclient_conn()
    made = context.Context(client, options.Options())
    made.server = tflow.tserver_conn()
    made.server.state = ConnectionState.OPEN
    return made


class TestTargets:
    @pytest.mark.parametrize(
        ("host", "owner", "entry"),
        [
            ("API.blocked.test.", "API.blocked.test.", "*.blocked.test"),
            ("a.b.blocked.test", "", "*.blocked.test"),
            ("blocked.test", "", ""),
            ("notblocked.test", "", ""),
            ("one.test", "", "one.test"),
            ("two.one.test", "", ""),
            ("anything.tidal.com", "tidal", "tidal"),
            ("::1", "", "::1"),
            ("", "", ""),
        ],
    )
    def test_hit(self, host: str, owner: str, entry: str) -> None:
        targets = refuse.read_targets(["tidal", " *.Blocked.test", "one.test", "::1"], KNOWN)
        assert targets.hit(host, owner) == entry

    @pytest.mark.parametrize("entry", ["tydal", "*", "*.", "a.*.test", ""])
    def test_misspelt(self, entry: str) -> None:
        with pytest.raises(ValueError, match="spotify, tidal"):
            refuse.read_targets([entry], KNOWN)

    def test_categories(self) -> None:
        assert refuse.read_categories([" Cue"], ["cue", "loop"]) == {"cue"}
        with pytest.raises(ValueError, match="There are: cue, loop"):
            refuse.read_categories(["cues"], ["cue", "loop"])


class TestQuic:
    @pytest.mark.parametrize("version", [1, 0x6B3343CF, 0xFF00001D, 0x51303530, 0x1A2A3A4A])
    def test_versions(self, version: int) -> None:
        assert refuse.is_quic(b"\xc3" + version.to_bytes(4, "big") + bytes(1195))

    @pytest.mark.parametrize(
        "datagram",
        [
            b"",
            b"\xc3\0\0\0\1",
            b"\xff\0\1\0\0\1\0\0\0\0\0\0\2dj\4test\0\0\1\0\1",
            b"\x80\x60" + bytes(170),
            b"\x16\xfe\xfd" + bytes(100),
            b"\x43" + bytes(40),
        ],
        ids=["empty", "cut", "dns", "rtp", "dtls", "short header"],
    )
    def test_others(self, datagram: bytes) -> None:
        assert not refuse.is_quic(datagram)
        assert refuse.quic_farewell(datagram) == b""

    def test_name(self) -> None:
        assert refuse.quic_name(opening("api.dj.test")) == "api.dj.test"

    @pytest.mark.parametrize("datagram", [b"", opening()[:300], b"\xc3\0\0\0\1" + bytes(1195)])
    def test_no_name(self, datagram: bytes) -> None:
        assert refuse.quic_name(datagram) == ""

    def test_farewell_speaks_to_the_one_who_asked(self) -> None:
        asked = pull_quic_header(Buffer(data=opening()), 8)
        told = pull_quic_header(Buffer(data=refuse.quic_farewell(opening())), 8)
        assert told.packet_type == QuicPacketType.VERSION_NEGOTIATION
        assert asked.version not in told.supported_versions
        assert len(told.supported_versions) == 1

    def test_farewell_turns_the_connection_ids_round(self) -> None:
        datagram = opening()
        asked = pull_quic_header(Buffer(data=datagram), 8)
        told = pull_quic_header(Buffer(data=refuse.quic_farewell(datagram)), 8)
        assert (told.destination_cid, told.source_cid) == (asked.source_cid, asked.destination_cid)

    def test_ids_longer_than_they_may_be(self) -> None:
        assert refuse.quic_farewell(b"\xc3\0\0\0\1" + b"\x40" + bytes(100)) == b""


class TestHello:
    def test_names(self) -> None:
        whole = hello("api.dj.test")
        assert refuse.tls_name(whole) == "api.dj.test"
        assert not refuse.is_partial_hello(whole)
        assert refuse.is_partial_hello(whole[:-1])
        assert refuse.tls_name(whole[:-1]) == ""

    @pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x00\x02\x02\x00"])
    def test_others_have_none(self, data: bytes) -> None:
        assert refuse.tls_name(data) == ""


class TestWholeHello:
    def test_asks_again_when_all_of_it_is_there(self) -> None:
        around, whole = surroundings(), hello("api.dj.test")
        waiting = refuse.WholeHello(around)
        assert around.layers == [], "mitmproxy chooses by the layers that are there"
        given = [
            events.Start(),
            *(
                events.DataReceived(around.client, whole[n : n + 90])
                for n in range(0, len(whole), 90)
            ),
        ]
        said = [list(waiting.handle_event(event)) for event in given]
        assert said[:-1] == [[]] * (len(given) - 1)
        (hook,) = said[-1]
        assert isinstance(hook, layer.NextLayerHook)
        assert hook.data.data_client() == whole

    def test_client_leaves_before_the_end(self) -> None:
        around = surroundings()
        waiting = refuse.WholeHello(around)
        for event in (events.Start(), events.DataReceived(around.client, hello("a.test")[:50])):
            assert list(waiting.handle_event(event)) == []
        (closing,) = waiting.handle_event(events.ConnectionClosed(around.client))
        assert isinstance(closing, commands.CloseConnection)
        assert closing.connection is around.client


def test_refused_says_goodbye_and_closes_both_ends() -> None:
    around = surroundings()
    said = list(refuse.Refused(around, b"bye").handle_event(events.Start()))
    assert [type(one).__name__ for one in said] == [
        "SendData",
        "CloseConnection",
        "CloseConnection",
    ]
    assert {one.connection for one in said} == {around.client, around.server}  # type: ignore[attr-defined]
    late = events.DataReceived(around.client, b"more")
    assert list(refuse.Refused(surroundings()).handle_event(late)) == []
