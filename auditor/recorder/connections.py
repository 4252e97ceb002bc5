"""Watch every connection, so that each ends in the journal with an outcome."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from mitmproxy import connection, ctx, http, tcp, tls, udp
from mitmproxy.proxy import events, layer, layers, server_hooks
from mitmproxy.proxy.layers.tls import parse_client_hello

from auditor.recorder.recording import Recording, counted
from auditor.session.ledger import Ledger, Trace
from auditor.session.marks import HOST


class ConnectionWatch:
    """mitmproxy hooks that keep the ledger of client connections."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._ledger = Ledger()
        self._hellos: dict[str, tls.ClientHelloData] = {}
        self._last: SimpleNamespace | None = None

    @counted
    def running(self) -> None:
        # Scripts are asked before mitmproxy has chosen a layer, the end of the chain after.
        self._last = SimpleNamespace(name="auditor_capture_last", next_layer=self.pass_on)
        ctx.master.addons.add(self._last)

    @counted
    def finish(self) -> None:
        """Write down the connections that are still open."""
        for client in self._ledger.open():
            self._end(client, None)
        if self._last:
            ctx.master.addons.remove(self._last)
            self._last = None

    # ---- what passed

    @counted
    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host == HOST:
            self._trace(flow.client_conn).seen.add("mark")
        else:
            self._passed(flow.client_conn, "request", up=_size(flow.request))

    @counted
    def response(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST:
            self._passed(flow.client_conn, "response", down=_size(flow.response))

    @counted
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket:
            self._frame(flow.client_conn, flow.websocket.messages[-1])

    @counted
    def tcp_start(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._passed(flow.client_conn, "stream")

    @counted
    def tcp_message(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._frame(flow.client_conn, flow.messages[-1])

    udp_start, udp_message = tcp_start, tcp_message

    def _frame(self, client: connection.Client, message: Any) -> None:
        size = len(message.content)
        up, down = (size, 0) if message.from_client else (0, size)
        self._passed(client, "", up, down)

    # ---- how connections came up and ended

    @counted
    def client_connected(self, client: connection.Client) -> None:
        self._trace(client)

    @counted
    def client_disconnected(self, client: connection.Client) -> None:
        trace = self._trace(client)
        trace.sni = trace.sni or client.sni or ""
        self._end(client.id, time.time())

    @counted
    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        host, port = (data.server.address or ("", 0))[:2]
        self._trace(data.client).address = f"{host}:{port}"

    @counted
    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        self._passed(data.client, "server-failed", detail=data.server.error or "")

    @counted
    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        # Another addon may still decide to let it pass: `ignore_connection` is read at the end.
        self._hellos[data.context.client.id] = data
        trace = self._trace(data.context.client)
        trace.sni = data.client_hello.sni or ""
        if data.context.client.transport_protocol == "udp":
            trace.seen.add("quic")

    @counted
    def tls_established_client(self, data: tls.TlsData) -> None:
        self._trace(data.context.client).seen.add("client-tls")

    @counted
    def tls_failed_client(self, data: tls.TlsData) -> None:
        client, detail = data.context.client, data.conn.error or ""
        # mitmproxy's words for a handshake that ended without a TLS alert.
        left = detail.startswith(("The client disconnected", "connection closed"))
        self._passed(client, self._ledger.refused(client.id, alert=not left), detail=detail)

    @counted
    def tls_failed_server(self, data: tls.TlsData) -> None:
        self._passed(data.context.client, "server-failed", detail=data.conn.error or "")

    @counted
    def pass_on(self, data: layer.NextLayer) -> None:
        """Notice what mitmproxy passes on unread, and count its bytes."""
        chosen = data.layer
        if not isinstance(chosen, layers.TCPLayer | layers.UDPLayer) or chosen.flow:
            return
        trace = self._trace(data.context.client)
        trace.seen.add("ignored")
        trace.sni = trace.sni or _server_name(data.data_client())
        handle = chosen.handle_event

        def count(event: events.Event) -> layer.CommandGenerator[None]:
            if isinstance(event, events.DataReceived):
                if event.connection == data.context.client:
                    trace.bytes_up += len(event.data)
                else:
                    trace.bytes_down += len(event.data)
            return handle(event)

        chosen.handle_event = count  # type: ignore[method-assign]

    def _trace(self, client: connection.Client) -> Trace:
        return self._ledger.trace(client.id, client.timestamp_start or time.time())

    def _passed(
        self, client: connection.Client, sign: str, up: int = 0, down: int = 0, detail: str = ""
    ) -> None:
        trace = self._trace(client)
        trace.seen |= {sign} - {""}
        trace.bytes_up += up
        trace.bytes_down += down
        trace.detail = detail or trace.detail

    def _end(self, client: str, ended: float | None) -> None:
        hello = self._hellos.pop(client, None)
        if hello and hello.ignore_connection:
            self._trace(hello.context.client).seen.add("ignored")
        line = self._ledger.end(client, ended)
        if line:
            self.recording.note("connection", **line)


def _size(part: http.Message | None) -> int:
    """Return header and body bytes as HTTP/1 would spell them; framing and TLS are not counted."""
    if part is None:
        return 0
    heads = sum(len(name) + len(value) + 4 for name, value in part.headers.fields)
    return heads + len(part.raw_content or b"")


def _server_name(data: bytes) -> str:
    try:
        hello = parse_client_hello(data)
    except ValueError:
        return ""
    return (hello.sni or "") if hello else ""
