"""Our reader of mitmproxy files says what mitmproxy says of the same flows."""

from __future__ import annotations

import copy
import random
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mitmproxy import flow, http, io, tcp, websocket
from mitmproxy.io import tnetstring
from mitmproxy.net.http import url
from mitmproxy.test import tflow, tutils

from auditor import flows
from auditor.errors import SourceError
from auditor.records import Exchange, Loss
from auditor.session import notes
from auditor.sources import mitm
from auditor.sources.authority import host_of

SAMPLES = sorted(
    path
    for path in (Path(__file__).parents[2] / "samples").glob("*/flows.mitm")
    if path.parent.name != "synthetic-damaged"  # mitmproxy reads none of what is behind the damage
)
State = dict[str, Any]


def theirs(path: Path) -> list[Exchange]:
    found: list[Exchange] = []
    with path.open("rb") as file:
        for one in io.FlowReader(file).stream():
            exchange = flows.read_exchange(one, len(found))
            found += [exchange] if exchange else []
    return found


def ours(path: Path, **options: Any) -> list[Exchange]:
    return list(mitm.read(path, 0, **{"replies": True, **options})[0])


def losses(path: Path, first: int = 0) -> list[Loss]:
    exchanges, found = mitm.read(path, first)
    assert list(exchanges)
    return found


def save(path: Path, states: Iterable[State]) -> Path:
    path.write_bytes(b"".join(tnetstring.dumps(state) for state in states))
    return path


def asked(**changes: Any) -> flow.Flow:
    return tflow.tflow(req=tutils.treq(**changes), resp=True)


def noted(metadata: State, one: flow.Flow | None = None) -> flow.Flow:
    found = one or tflow.tflow(resp=True)
    found.metadata = metadata
    return found


def host(header: bytes, **changes: Any) -> flow.Flow:
    return asked(headers=http.Headers([(b"Host", header)]), **changes)


def stream(address: Any, client: str | None, server: str | None) -> tcp.TCPFlow:
    one = tflow.ttcpflow()
    one.server_conn.address = address
    one.client_conn.sni, one.server_conn.sni = client, server
    return one


def frames(*times: float) -> flow.Flow:
    """Frames with the bytes of frames in them; the second was dropped, the third made up."""
    contents = (b"", b",16:1763150640.123^5:false!5:false!]", b"1:1#4:true!3:abc,", bytes(999))
    one = tflow.twebsocketflow()
    assert one.websocket
    one.websocket.messages = [
        websocket.WebSocketMessage(number % 2 + 1, number % 3 == 0, content, time)
        for time in times
        for number, content in enumerate(contents)
    ]
    one.websocket.messages[1].drop()
    one.websocket.messages[2].injected = True
    return one


ODD = [
    (b"X-Caf\xc3\xa9", b"\xe9\xff latin"),
    (b"a,b", b"name with a comma"),
    (b"List", b"a,],],3:1:a,1:b,]"),
    (b"", b""),
    (b"X" * 2000, b"y" * 70000),
    (b"Content-Type", b"text/plain"),
    (b"content-type", b"text/html"),
    (b"Content-Encoding", b"gzip,, br"),
    (b"X-Transfer-Encoding", b" GZIP "),
]
FLOWS: dict[str, Callable[[], flow.Flow]] = {
    "http": lambda: tflow.tflow(resp=True),
    "no response": tflow.tflow,
    "error": lambda: tflow.tflow(err=True),
    "websocket": tflow.twebsocketflow,
    "websocket without frames": lambda: tflow.tflow(ws=True, resp=True),
    "tcp": tflow.ttcpflow,
    "tcp error": lambda: tflow.ttcpflow(err=True),
    "udp": tflow.tudpflow,
    "dns": lambda: tflow.tdnsflow(resp=True),
    "no bodies": lambda: tflow.tflow(
        req=tutils.treq(content=None, headers=http.Headers(content_length="4711")),
        resp=tutils.tresp(content=None),
    ),
    "odd length": lambda: asked(content=None, headers=http.Headers(content_length="٣")),
    "empty bodies": lambda: tflow.tflow(
        req=tutils.treq(content=b""), resp=tutils.tresp(content=b"")
    ),
    "odd headers": lambda: tflow.tflow(
        req=tutils.treq(headers=http.Headers(ODD)), resp=tutils.tresp(headers=http.Headers(ODD))
    ),
    "bytes in path": lambda: asked(path=b"/caf\xe9?a=\xff?b", method=b"post\xe9"),
    "ipv6": lambda: host(b"[2001:db8::1]:8443", host="2001:db8::1"),
    "bare ipv6": lambda: host(b"2001:db8::1"),
    "host with port": lambda: host(b"Api.Example.com:8080", host="192.0.2.1"),
    "host that is none": lambda: host(b"not a host!:99999"),
    "empty host": lambda: host(b"", host="192.0.2.1"),
    "authority form": lambda: asked(
        method=b"CONNECT", authority=b"a.example:443", path=b"", scheme=b"", headers=http.Headers()
    ),
    "http2": lambda: asked(http_version=b"HTTP/2.0", authority=b"xn--bcher-kva.example:1"),
    "http3": lambda: asked(http_version=b"HTTP/3", authority=b"\xff\xfe", headers=http.Headers()),
    "http2 by its host": lambda: host(b"h.example", http_version=b"HTTP/2.0", authority=b""),
    "left out": lambda: noted(
        {notes.OMITTED: {"response": {"why": "audio", "size": 9, "sha256": "ab"}, "request": {}}}
    ),
    "refused": lambda: noted({notes.INTERVENTION: {"what": "x"}, notes.PROCESS: "dj.exe"}),
    "refused websocket": lambda: noted({notes.INTERVENTION: [1]}, tflow.twebsocketflow()),
    "address": lambda: stream(("192.0.2.1", 443), None, None),
    "server name": lambda: stream(("192.0.2.1", 443), None, "S.example"),
    "client name": lambda: stream(("192.0.2.1", 443), "C.example", "S.example"),
    "no address": lambda: stream(None, None, None),
    "frames": lambda: frames(1763150640.123, 1763150641.5),
    "frames of odd times": lambda: frames(1763150640.123, 1763150641, 1e-05, 1.5),
}


class TestEqual:
    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
    def test_samples(self, path: Path) -> None:
        assert ours(path) == theirs(path)

    @pytest.mark.parametrize("make", FLOWS.values(), ids=FLOWS)
    def test_kinds_of_flows(self, tmp_path: Path, make: Callable[[], flow.Flow]) -> None:
        state = make().get_state()
        path = save(tmp_path / "flows.mitm", [state, tflow.tflow(resp=True).get_state()])
        expected = theirs(path)
        assert len(expected) == (1 if state["type"] == "dns" else 2)
        assert ours(path) == expected

    def test_flow_that_is_longer_than_a_window(self, tmp_path: Path) -> None:
        def long(content: bytes) -> State:
            one = tflow.tflow(
                req=tutils.treq(content=content, headers=http.Headers(ODD)),
                resp=tutils.tresp(content=content),
            )
            return one.get_state()

        socket = tflow.twebsocketflow()
        assert socket.websocket
        socket.websocket.messages *= 20_000
        states = [long(b"x"), long(bytes(400_000)), long(b"y"), socket.get_state(), long(b"z")]
        path = save(tmp_path / "flows.mitm", states)
        assert ours(path) == theirs(path)
        assert losses(path) == []

    @given(st.text(st.sampled_from("aZ0-_.:[]üß\udc80 "), max_size=12) | st.text(max_size=30))
    @example("[::1]:80")
    @example("a" * 64 + ".example")
    @example("a.example:65536")
    @example("٣.example:٣")
    @example("a.example:" + "9" * 5000)
    @settings(max_examples=500, derandomize=True, deadline=None)
    def test_host_of_an_authority(self, authority: str) -> None:
        assert host_of(authority) == url.parse_authority(authority, check=False)[0]


class TestReplies:
    def test_are_weighed_unless_somebody_wants_them(self, tmp_path: Path) -> None:
        states = [make().get_state() for make in FLOWS.values()]
        path = save(tmp_path / "flows.mitm", states)
        assert ours(path, replies=False) == [
            replace(
                one,
                messages=tuple(
                    replace(message, body=b"")
                    if message.direction == "in"
                    and number == 1
                    and one.kind in {"http", "websocket"}
                    else message
                    for number, message in enumerate(one.messages)
                ),
            )
            for one in theirs(path)
        ]

    def test_cost_no_memory(self, tmp_path: Path) -> None:
        one = tflow.tflow(resp=tutils.tresp(content=bytes(30_000_000)))
        path = save(tmp_path / "flows.mitm", [one.get_state()] * 2)
        list(mitm.read(path, 0)[0])
        tracemalloc.start()
        try:
            found = list(mitm.read(path, 0)[0])
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert [one.messages[1].size for one in found] == [30_000_000] * 2
        assert peak < 2_000_000


class TestParts:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        states = [make().get_state() for make in FLOWS.values() for _ in range(3)]
        damaged = bytearray(save(tmp_path / "flows.mitm", states).read_bytes())
        damaged[9000:9100] = bytes(100)
        (tmp_path / "flows.mitm").write_bytes(damaged[:-50])
        return tmp_path / "flows.mitm"

    def test_index_names_every_flow(self, path: Path) -> None:
        data = path.read_bytes()
        found = mitm.index(path)
        assert len(found) > 80
        for offset, length in found:
            head, tag = data[offset : offset + 13], data[offset + length - 1]
            assert int(head[: head.index(b":")]) + head.index(b":") + 2 == length
            assert tag == ord("}")

    @pytest.mark.parametrize("shards", [1, 2, 3, 7, 40])
    def test_ranges_give_what_the_whole_gives(self, path: Path, shards: int) -> None:
        exchanges, lost = mitm.read(path, 0, replies=True)
        whole = list(exchanges)
        offsets = [offset for offset, _ in mitm.index(path)]
        dice = random.Random(shards)  # noqa: S311
        cuts = [0, *sorted(dice.sample(offsets[1:], shards - 1)), path.stat().st_size]
        parts: list[Exchange] = []
        told: list[Loss] = []
        for start, end in pairwise(cuts):
            one, damage = mitm.read(path, len(parts), replies=True, start=start, end=end)
            parts += list(one)
            told += damage
        assert parts == whole
        assert sum(loss.count for loss in told) == sum(loss.count for loss in lost)
        assert sum(loss.size for loss in told) == sum(loss.size for loss in lost)


def older(state: State, version: int) -> State:
    """Undo what mitmproxy's migration does, down to a format from 14."""
    found = copy.deepcopy(state)
    client, server = found["client_conn"], found["server_conn"]
    found["version"] = version
    if version < 20:
        client["state"] = server["state"] = 0
    if version < 19:
        older_connections(client, server)
    if version < 18:
        client.pop("proxy_mode")
    if version < 17:
        found["mode"] = "regular"
    if version < 16:
        found.pop("timestamp_created")
    if version < 15:
        for one in (found.get("websocket") or {"messages": []})["messages"]:
            one.pop()
    return found


def older_connections(client: State, server: State) -> None:
    client["address"] = client.pop("peername")
    client["tls_extensions"] = None
    server["ip_address"], server["source_address"] = server.pop("peername"), server.pop("sockname")
    server["via2"], server["via"] = server.pop("via"), None
    for one in (client, server):
        one["tls_established"], one["cipher_name"] = True, one.pop("cipher")
        one.pop("transport_protocol")


class TestFormats:
    @pytest.mark.parametrize("version", range(14, 22))
    def test_what_mitmproxy_still_reads(self, tmp_path: Path, version: int) -> None:
        made = [make() for name, make in FLOWS.items() if name != "dns"]
        states = [tnetstring.loads(tnetstring.dumps(one.get_state())) for one in made]
        if version < 19:
            for state in states[::2]:
                state["server_conn"]["sni"] = state["server_conn"]["address"] and True
        path = save(tmp_path / "flows.mitm", [older(state, version) for state in states])
        assert ours(path) == theirs(path)
        assert losses(path) == []

    def test_an_older_one_is_read_in_one_piece_when_flows_need_each_other(
        self, tmp_path: Path
    ) -> None:
        states = [{**tflow.tflow().get_state(), "version": 11} for _ in range(3)]
        path = save(tmp_path / "flows.mitm", states)
        assert mitm.index(path) == [(0, path.stat().st_size)]

    def test_a_newer_one_says_so(self, tmp_path: Path) -> None:
        known = tflow.tflow(resp=True).get_state()
        newer = {"brand_new": [1], **tflow.tflow().get_state(), "version": 22}
        path = save(tmp_path / "flows.mitm", [newer, known, newer])
        assert [one.id for one in ours(path)] == [known["id"]]
        (loss,) = losses(path)
        assert (loss.reason, loss.count, loss.detail) == (
            "flow of a newer mitmproxy",
            2,
            "format 22",
        )
        save(path, [newer])
        with pytest.raises(SourceError, match="newer mitmproxy") as caught:
            ours(path)
        assert "Update" in caught.value.hint

    def test_keys_that_nobody_knows_are_left_alone(self, tmp_path: Path) -> None:
        state = tflow.tflow(resp=True).get_state()
        plain = ours(save(tmp_path / "flows.mitm", [state]))
        for part in (state, state["request"], state["response"], state["client_conn"]):
            part["brand_new2"] = {"a": [None, "b"]}
        assert ours(save(tmp_path / "flows.mitm", [state])) == plain

    def test_mitmproxy_is_not_loaded(self, tmp_path: Path) -> None:
        import subprocess
        import sys

        path = save(tmp_path / "flows.mitm", [tflow.tflow(resp=True).get_state()])
        code = (
            "import sys; from pathlib import Path; from auditor.sources import mitm;"
            "print(len(list(mitm.read(Path(sys.argv[1]), 0)[0])), 'mitmproxy' in sys.modules)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
        )
        assert run.stdout.split() == ["1", "False"]
