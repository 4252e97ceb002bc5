"""Parts of the connection watch that a proxy on loopback cannot show."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mitmproxy.proxy import context as proxy_context
from mitmproxy.proxy import layer
from mitmproxy.proxy.layers import TCPLayer
from mitmproxy.test import taddons, tflow

from auditor.flows import read_exchange
from auditor.recorder.connections import ConnectionWatch
from auditor.recorder.recording import Recording
from auditor.recorder.refuse import TLS_ALERT, Refused
from auditor.session.notes import PROCESS


class Notes:
    """A recording that keeps its lines here."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def note(self, kind: str, **entry: Any) -> None:
        self.lines.append(entry)

    def failed(self, hook: str, error: Exception) -> None:
        raise AssertionError(hook) from error


class Proxy:
    """The handlers of open connections, as mitmproxy's proxy server keeps them."""

    name = "proxyserver"

    def __init__(self) -> None:
        self.connections: dict[str, Any] = {}

    def open(self, process: str = "") -> Any:
        client = tflow.tclient_conn()
        client.id = f"client {len(self.connections)}"
        client.peername = ("127.0.0.1", 1000 + len(self.connections))
        writer = SimpleNamespace(get_extra_info=lambda name, default: process or default)
        handler = SimpleNamespace(
            client=client, transports={client: SimpleNamespace(writer=writer)}, server_event=None
        )
        self.connections[client.id] = handler
        return client


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with taddons.context() as tctx:
        server = Proxy()
        tctx.master.addons.add(server)
        yield server
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def watch(proxy: Proxy) -> Iterator[ConnectionWatch]:
    started = start()
    yield started
    started.finish()


def start() -> ConnectionWatch:
    started = ConnectionWatch(cast("Recording", Notes()))
    started.running()
    return started


def lines(watch: ConnectionWatch) -> list[dict[str, Any]]:
    return cast("Notes", watch.recording).lines


def exchange(watch: ConnectionWatch, client: Any) -> Any:
    flow = tflow.tflow(resp=True)
    flow.client_conn = client
    watch.requestheaders(flow)
    watch.request(flow)
    watch.responseheaders(flow)
    watch.response(flow)
    return flow


def test_program_is_on_the_line_and_on_the_flow(proxy: Proxy, watch: ConnectionWatch) -> None:
    client = proxy.open("/Applications/djay.app/Contents/MacOS/djay")
    watch.client_connected(client)
    assert exchange(watch, client).metadata[PROCESS] == "djay"
    stream = tflow.ttcpflow()
    stream.client_conn = client
    watch.tcp_start(stream)
    assert stream.metadata[PROCESS] == "djay"
    assert getattr(read_exchange(stream, 0), "process", "") == "djay"
    watch.client_disconnected(client)
    assert {line["process"] for line in lines(watch)} == {"djay"}


def test_no_program_leaves_nothing_on_the_flow(proxy: Proxy, watch: ConnectionWatch) -> None:
    client = proxy.open()
    watch.client_connected(client)
    assert PROCESS not in exchange(watch, client).metadata


def test_replayed_flow_makes_no_connection(proxy: Proxy, watch: ConnectionWatch) -> None:
    client = proxy.open()
    watch.client_connected(client)
    again = client.copy()
    exchange(watch, again)
    assert lines(watch) == []


def test_script_that_is_loaded_again_goes_on(proxy: Proxy) -> None:
    first = start()
    client, ended = proxy.open(), proxy.open()
    for one in (client, ended):
        first.client_connected(one)
        exchange(first, one)
    first.client_disconnected(ended)
    del proxy.connections[ended.id]
    before = next(line for line in lines(first) if line["id"] == ended.id and line["ended"])
    first.finish()
    second = start()
    second.client_disconnected(client)
    (line,) = lines(second)
    assert (line["outcome"], line["ended"] is not None) == ("decrypted", True)
    assert (line["bytes_up"], line["bytes_down"]) == (before["bytes_up"], before["bytes_down"])
    second.finish()
    assert lines(second) == [line]


def test_connection_older_than_the_watch_is_listed(proxy: Proxy) -> None:
    client = proxy.open()
    late = start()
    exchange(late, client)
    late.client_disconnected(client)
    assert lines(late)[-1]["outcome"] == "decrypted"
    late.finish()


@pytest.mark.parametrize(
    ("shutdown", "outcome"), [(2, "refused-by-client"), (0, "established-silent")]
)
def test_late_alert_of_the_far_end_is_not_the_clients(
    proxy: Proxy, watch: ConnectionWatch, shutdown: int, outcome: str
) -> None:
    client = proxy.open()
    watch.client_connected(client)
    ssl_conn = SimpleNamespace(get_shutdown=lambda: shutdown)
    context = SimpleNamespace(client=client)
    watch.tls_established_client(cast("Any", SimpleNamespace(context=context, ssl_conn=ssl_conn)))
    watch.late_alert(client.peername, "[('SSL routines', '', 'tlsv1 alert unknown ca')]")
    watch.client_disconnected(client)
    assert lines(watch)[-1]["outcome"] == outcome


def test_late_alert_after_a_request_is_a_reason_only(proxy: Proxy, watch: ConnectionWatch) -> None:
    client = proxy.open()
    watch.client_connected(client)
    ssl_conn = SimpleNamespace(get_shutdown=lambda: 2)
    context = SimpleNamespace(client=client)
    watch.tls_established_client(cast("Any", SimpleNamespace(context=context, ssl_conn=ssl_conn)))
    exchange(watch, client)
    watch.late_alert(client.peername, "alert internal error")
    watch.client_disconnected(client)
    assert lines(watch)[-1]["outcome"] == "decrypted"
    assert lines(watch)[-1]["detail"] == "alert internal error"


def test_quic_client_that_refuses_is_quic_whatever_it_says(
    proxy: Proxy, watch: ConnectionWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = proxy.open()
    client.transport_protocol = "udp"
    watch.client_connected(client)
    asked = layer.NextLayer(proxy_context.Context(client, cast("Any", None)))
    monkeypatch.setattr(asked, "data_client", lambda: b"\xc0\x00\x00\x00\x01" + bytes(1200))
    asked.layer = layer.NextLayer(asked.context)
    watch.pass_on(asked)
    client.error = "TLS handshake failure (ENCRYPTION_HANDSHAKE) 46: certificate unknown"
    context = SimpleNamespace(client=client)
    watch.tls_failed_client(cast("Any", SimpleNamespace(context=context, conn=client)))
    watch.client_disconnected(client)
    assert lines(watch)[-1]["outcome"] == "quic"
    assert lines(watch)[-1]["detail"] == client.error


def test_body_that_was_not_kept_counts_as_its_head_says(
    proxy: Proxy, watch: ConnectionWatch
) -> None:
    client = proxy.open()
    watch.client_connected(client)
    flow = tflow.tflow(resp=True)
    flow.client_conn, flow.response.raw_content = client, None
    flow.response.headers["content-length"] = "123456"
    watch.responseheaders(flow)
    watch.response(flow)
    assert 123_456 < lines(watch)[-1]["bytes_down"] < 123_600


def test_what_auditor_block_ends_says_so(proxy: Proxy, watch: ConnectionWatch) -> None:
    client = proxy.open()
    watch.client_connected(client)
    asked = layer.NextLayer(proxy_context.Context(client, cast("Any", None)))
    asked.layer = Refused(asked.context, TLS_ALERT)
    watch.pass_on(asked)
    watch.client_disconnected(client)
    assert lines(watch)[-1]["outcome"] == "failed"
    assert lines(watch)[-1]["detail"] == "refused by auditor_block"


@pytest.mark.parametrize("ignore", [True, False])
def test_ignored_tls_is_passed_through_whether_or_not_it_is_shown(
    proxy: Proxy, watch: ConnectionWatch, monkeypatch: pytest.MonkeyPatch, ignore: bool
) -> None:
    client = proxy.open()
    watch.client_connected(client)
    asked = layer.NextLayer(proxy_context.Context(client, cast("Any", None)))
    monkeypatch.setattr(asked, "data_client", lambda: b"\x16\x03\x01\x02\x00\x01\x00")
    asked.layer = TCPLayer(asked.context, ignore=ignore)
    watch.pass_on(asked)
    assert lines(watch)[-1]["outcome"] == "passed-through"
