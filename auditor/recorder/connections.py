"""Watch every connection, so that each ends in the journal with an outcome."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from mitmproxy import connection, ctx, dns, http, tcp, tls, udp
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import layer, layers, server_hooks
from mitmproxy.utils import human

from auditor.recorder import handshakes, wire
from auditor.recorder.processes import process_of
from auditor.recorder.recording import Recording, counted
from auditor.recorder.refuse import Refused, is_quic, quic_name, tls_name
from auditor.recorder.sizes import http_size
from auditor.session.access_point import read_hello
from auditor.session.ledger import Ledger, Trace
from auditor.session.marks import HOST
from auditor.session.notes import PROCESS

# A script that mitmproxy loads again gets a new watch; this module stays loaded.
_left: dict[str, Trace] = {}

_PROXY_REFUSED = ("Upstream proxy ", "Error connecting to ")


class ConnectionWatch:
    """mitmproxy hooks that keep the ledger of client connections.

    Hooks run per request and per message: after the first of a kind they only add up sizes.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._ledger = Ledger()
        self._peers: dict[object, str] = {}
        self._tls: dict[str, Any] = {}
        self._last: SimpleNamespace | None = None
        self._alerts = wire.LateAlerts(self.late_alert)

    @counted
    def running(self) -> None:
        # Scripts are asked before mitmproxy has chosen a layer, the end of the chain after;
        # and there, too, it is final whether an addon lets a connection pass.
        self._last = SimpleNamespace(
            name="auditor_capture_last", next_layer=self.pass_on, tls_clienthello=self.let_pass
        )
        ctx.master.addons.add(self._last)
        self._alerts.start()
        server: Any = ctx.master.addons.get("proxyserver")
        for handler in list(server.connections.values()) if server else ():
            if handler.client.id in _left:
                self._ledger.resume(_left[handler.client.id])
            self.client_connected(handler.client)
        _left.clear()

    @counted
    def finish(self) -> None:
        """Write down the connections that are still open."""
        self._alerts.stop()
        for trace in self._ledger.open():
            _left[trace.id] = trace
            self._end(trace.id, None)
        if self._last:
            ctx.master.addons.remove(self._last)
            self._last = None

    # ---- what passed

    @counted
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        trace = self._trace(flow.client_conn)
        if trace:
            self._sign(trace, "mark" if flow.request.pretty_host == HOST else "request")
            if trace.process:
                flow.metadata[PROCESS] = trace.process

    @counted
    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST:
            self._moved(self._trace(flow.client_conn), up=http_size(flow.request))

    @counted
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        trace = self._trace(flow.client_conn)
        if trace and flow.request.pretty_host != HOST:
            self._sign(trace, "response")

    @counted
    def response(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST:
            self._moved(self._trace(flow.client_conn), down=http_size(flow.response))

    @counted
    def error(self, flow: http.HTTPFlow) -> None:
        trace = self._trace(flow.client_conn)
        if not trace or not flow.error or flow.request.pretty_host == HOST:
            return
        # Of an upstream proxy that refuses, no other hook tells.
        if flow.server_conn.error or flow.error.msg.startswith(_PROXY_REFUSED):
            self._sign(trace, "server-failed", flow.server_conn.error or flow.error.msg)
        elif "server-failed" not in trace.seen:
            trace.note(flow.error.msg)

    @counted
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket:
            self._frame(self._trace(flow.client_conn), flow.websocket.messages[-1])

    @counted
    def tcp_start(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        trace = self._trace(flow.client_conn)
        if trace and trace.process:
            flow.metadata[PROCESS] = trace.process

    @counted
    def tcp_message(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        trace = self._trace(flow.client_conn)
        if trace and "stream" not in trace.seen:
            # Not at the start of the flow: nothing need be said on it.
            hello = read_hello(flow.messages[-1].content)
            self._sign(trace, "stream", str(hello or ""))
        self._frame(trace, flow.messages[-1])

    udp_start, udp_message = tcp_start, tcp_message

    @counted
    def dns_request(self, flow: dns.DNSFlow) -> None:
        trace = self._trace(flow.client_conn)
        if trace:
            self._sign(trace, "stream", "DNS")
            self._moved(trace, up=len(flow.request.packed))

    @counted
    def dns_response(self, flow: dns.DNSFlow) -> None:
        if flow.response:
            self._moved(self._trace(flow.client_conn), down=len(flow.response.packed))

    def _frame(self, trace: Trace | None, message: Any) -> None:
        size = len(message.content)
        self._moved(trace, *((size, 0) if message.from_client else (0, size)))

    # ---- how connections came up and ended

    @counted
    def client_connected(self, client: connection.Client) -> None:
        trace = self._ledger.begin(client.id, client.timestamp_start or time.time())
        trace.process = process_of(client)
        self._peers[_peer(client)] = client.id

    @counted
    def client_disconnected(self, client: connection.Client) -> None:
        self._peers.pop(_peer(client), None)
        trace = self._trace(client)
        if trace:
            trace.note(client.error or "")  # of an addon that does not let the client in
        self._end(client.id, time.time())

    @counted
    def http_connect(self, flow: http.HTTPFlow) -> None:
        trace = self._trace(flow.client_conn)
        if trace:
            trace.asked = human.format_address((flow.request.host, flow.request.port))
            self._sign(trace, "mark" if flow.request.pretty_host == HOST else "connect")

    @counted
    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        trace = self._trace(flow.client_conn)
        # mitmproxy's own 502 follows a failure that is known already; the rest are addons' answers.
        if trace and flow.response and "server-failed" not in trace.seen:
            trace.note(f"CONNECT was answered with {flow.response.status_code}")

    @counted
    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        trace = self._trace(data.client)
        if trace and data.server.address:
            trace.dial(human.format_address(data.server.address))
            self._sign(trace, "dialled")

    @counted
    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        trace = self._trace(data.client)
        if not trace:
            return
        if data.server.timestamp_start is None:  # an addon forbade it: nobody refused
            trace.forbid(human.format_address(data.server.address))
            trace.note(data.server.error or "")
        else:
            self._sign(trace, "server-failed", data.server.error or "")

    @counted
    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        trace = self._trace(data.context.client)
        if not trace:
            return
        trace.sni = data.client_hello.sni or ""
        self._sign(trace, "mark" if trace.sni == HOST else "hello")

    @counted
    def tls_established_client(self, data: tls.TlsData) -> None:
        trace = self._trace(data.context.client)
        if trace:
            self._tls[trace.id] = getattr(data, "ssl_conn", None)
            self._ledger.accepted(trace)
            self._sign(trace, "client-tls")

    @counted
    def tls_failed_client(self, data: tls.TlsData) -> None:
        trace = self._trace(data.context.client)
        if not trace:
            return
        how = handshakes.how_client_failed(data)
        sign = {"refused": "client-refused", "left": "client-left"}.get(how)
        if "quic" in trace.seen:
            # Browsers refuse our certificate over QUIC and take it over TCP: `quic` says more.
            sign = "client-left"
        self._sign(trace, sign or self._ledger.hung_up(trace), data.conn.error or "")

    @counted
    def late_alert(self, peer: Any, message: str) -> None:
        """Note an alert after the handshake, which is how some programs refuse a certificate."""
        trace = self._ledger.get(self._peers.get(("tcp", peer), ""))
        # The log does not say which end it was.
        if trace and "alert" in message and handshakes.has_closed(self._tls.get(trace.id)):
            refused = not trace.seen & {"request", "stream", "ignored"}
            self._sign(trace, "client-refused" if refused else "client-left", message)

    @counted
    def tls_failed_server(self, data: tls.TlsData) -> None:
        trace = self._trace(data.context.client)
        if trace:
            self._sign(trace, "server-failed", data.conn.error or "")

    @counted
    def pass_on(self, data: layer.NextLayer) -> None:
        """Notice what mitmproxy passes on unread, and QUIC that it does not even begin to read."""
        trace, chosen = self._trace(data.context.client), data.layer
        if not trace or not chosen or "ignored" in trace.seen:
            return
        said = data.data_client()
        if isinstance(chosen, layers.TCPLayer | layers.UDPLayer):
            self._pass_on(trace, data, bool(chosen.flow))
        elif isinstance(chosen, Refused):
            trace.sni = trace.sni or tls_name(said) or quic_name(said)
            trace.note("refused by auditor_block")
        if data.context.client.transport_protocol == "udp" and is_quic(said):
            self._sign(trace, "quic")

    def _pass_on(self, trace: Trace, data: layer.NextLayer, kept: bool) -> None:
        said = data.data_client()
        # With the option show_ignored_hosts the flow is kept, and holds TLS.
        if kept and not starts_like_tls_record(said):
            return
        trace.sni = trace.sni or tls_name(said) or quic_name(said)
        self._sign(trace, "ignored", str(read_hello(said) or ""))
        if not kept:
            self._moved(trace, len(said), len(data.data_server()))
            wire.count_bytes(data.context.client, lambda *size: self._moved(trace, *size))

    @counted
    def let_pass(self, data: tls.ClientHelloData) -> None:
        """Notice that an addon lets a connection pass by its ClientHello."""
        trace = self._trace(data.context.client)
        if trace and data.ignore_connection:
            self._sign(trace, "ignored")
            self._moved(trace, up=wire.held_back(data.context))
            wire.count_bytes(data.context.client, lambda *size: self._moved(trace, *size))

    # ---- the ledger

    def _trace(self, client: connection.Client) -> Trace | None:
        """Return the trace of a connection; None for clients that are none, as in a replay.

        Streams of QUIC are given a client of their own, which only its addresses betray.
        """
        trace = self._ledger.get(client.id)
        if trace is None and client.tls_version == "QUICv1":
            trace = self._ledger.get(self._peers.get(_peer(client), ""))
        return trace

    def _sign(self, trace: Trace, sign: str, reason: str = "") -> None:
        trace.note(reason)
        if sign not in trace.seen:
            trace.seen.add(sign)
            self._tell(trace)

    def _moved(self, trace: Trace | None, up: int = 0, down: int = 0) -> None:
        if trace:
            trace.bytes_up += up
            trace.bytes_down += down
            if trace.bytes_up + trace.bytes_down >= trace.due:
                self._tell(trace)

    def _tell(self, trace: Trace) -> None:
        line = self._ledger.news(trace.id)
        if line:
            self.recording.note("connection", **line)

    def _end(self, client: str, ended: float | None) -> None:
        self._tls.pop(client, None)
        line = self._ledger.end(client, ended)
        if line:
            self.recording.note("connection", **line)


def _peer(client: connection.Client) -> object:
    if client.transport_protocol == "tcp" and client.tls_version != "QUICv1":
        return "tcp", client.peername
    return "udp", client.peername, client.sockname
