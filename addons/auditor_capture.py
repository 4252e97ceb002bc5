"""mitmproxy addon: record a session folder (flows, journal, facts) and take marks meanwhile.

mitmdump -s addons/auditor_capture.py --set auditor_dir=NEW_FOLDER
"""

from __future__ import annotations

import functools
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Concatenate, ParamSpec

from mitmproxy import (
    command,
    connection,
    ctx,
    dns,
    exceptions,
    flow,
    http,
    io,
    optmanager,
    tcp,
    tls,
    udp,
    version,
)
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy import events, layer, layers, server_hooks
from mitmproxy.proxy.layers.tls import parse_client_hello

from auditor import __version__
from auditor.errors import AuditorError
from auditor.flows import OMITTED
from auditor.records import Mark
from auditor.session import facts, folder, marks, media
from auditor.session.ledger import Ledger, Trace

_LOG = logging.getLogger(__name__)

HOST = "auditor.invalid"
"""Requests to this host are for the addon; the name cannot exist on the internet (RFC 2606)."""

_P = ParamSpec("_P")


def _counted(
    hook: Callable[Concatenate[AuditorCapture, _P], None],
) -> Callable[Concatenate[AuditorCapture, _P], None]:
    """Count a hook's exceptions in the journal and go on: mitmproxy would only log them."""

    @functools.wraps(hook)
    def guarded(self: AuditorCapture, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            hook(self, *args, **kwargs)
        except Exception as error:
            self.failed(hook.__name__, error)

    return guarded


class AuditorCapture:
    """Watch, write, and leave the traffic alone; only requests to `auditor.invalid` are answered."""

    def __init__(self) -> None:
        self._writer: folder.SessionWriter | None = None
        self._flows: io.FlowWriter | None = None
        self._open: dict[str, flow.Flow] = {}
        self._ledger = Ledger()
        self._hellos: dict[str, tls.ClientHelloData] = {}
        self._told: dict[str, Any] = {}
        self._started = 0.0
        self._counts = {"flows": 0, "marks": 0, "errors": 0}

    # ---- start and end

    def load(self, loader: Loader) -> None:
        loader.add_option("auditor_dir", str, "", "New folder that the session is written to.")
        loader.add_option(
            "auditor_session", str, "", "YAML or JSON file with what session.yaml shall say."
        )

    def configure(self, updated: set[str]) -> None:
        if self._writer and updated & {"auditor_dir", "auditor_session"}:
            raise exceptions.OptionsError("A session is being recorded: its folder stays.")
        if not ctx.options.auditor_dir:
            raise exceptions.OptionsError(
                "auditor_dir is empty: say where to record with --set auditor_dir=NEW_FOLDER"
            )
        self._told = _read_facts(ctx.options.auditor_session)

    def running(self) -> None:
        try:
            self._writer = folder.SessionWriter(Path(ctx.options.auditor_dir))
        except AuditorError as error:
            raise exceptions.OptionsError(f"{error.message} {error.hint}") from None
        self._flows = io.FlowWriter(self._writer.flows)
        # Scripts are asked before mitmproxy has chosen a layer, the end of the chain after.
        self._last = SimpleNamespace(name="auditor_capture_last", next_layer=self.pass_on)
        ctx.master.addons.add(self._last)
        self._started = time.time()
        self._write_facts()

    def done(self) -> None:
        if not self._writer:
            return
        self._save_open()
        self._write_facts(time.time())
        self._writer.close()
        self._writer = None
        ctx.master.addons.remove(self._last)

    @_counted
    def _save_open(self) -> None:
        for one in list(self._open.values()):
            self._save(one)
        for client in self._ledger.open():
            self._end(client, None)

    def _write_facts(self, ended: float | None = None) -> None:
        if self._writer:
            changed = {n: o.current() for n, o in ctx.options.items() if o.has_changed()}
            tools = {"auditor": __version__, "mitmproxy": version.VERSION}
            times, errors = (self._started, ended), self._counts["errors"]
            self._writer.write_facts(facts.compose(self._told, times, tools, changed, errors))

    def failed(self, hook: str, error: Exception) -> None:
        """Count an exception and write it down; the capture goes on without what it hit."""
        self._counts["errors"] += 1
        _LOG.error("auditor_capture: %s failed: %s", hook, error)
        if self._writer:
            message = f"{type(error).__name__}: {error}"[:300]
            self._writer.note("error", hook=hook, message=message, time=time.time())

    # ---- marks

    @command.command("auditor.mark")  # type: ignore[untyped-decorator]
    def mark_command(self, action: str, values: str = "") -> None:
        """Note what the tester did; `values` is a JSON object."""
        try:
            told = json.loads(values) if values else {}
            text = json.dumps({"action": action, "values": told})
            self._note_mark(marks.parse_mark(text, time.time()))
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error

    def _note_mark(self, mark: Mark) -> None:
        if not self._writer:
            raise ValueError("No session is being recorded.")
        self._writer.note(
            "mark", action=mark.action, start=mark.start, end=mark.end, values=mark.values
        )
        self._counts["marks"] += 1

    def _answer(self, request: http.Request) -> http.Response:
        status, answer = 200, {"recording": bool(self._writer), "started": self._started}
        try:
            if request.path == "/mark":
                body = request.get_content(strict=False) or b""
                page = "origin" in request.headers
                self._note_mark(marks.read_request(request.method, body, page, time.time()))
            elif request.path != "/" or request.method != "GET":
                raise ValueError("Ask for GET / or POST /mark.")  # noqa: TRY301
            text = json.dumps({**answer, **self._counts})
        except ValueError as error:
            status, text = 400, json.dumps({"error": str(error)})
        return http.Response.make(status, text.encode(), {"content-type": "application/json"})

    # ---- HTTP and WebSocket

    @_counted
    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host == HOST:
            self._trace(flow.client_conn).seen.add("mark")
            flow.response = self._answer(flow.request)
            return
        self._open[flow.id] = flow
        self._passed(flow.client_conn, "request", up=_size(flow.request))

    @_counted
    def response(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host == HOST:
            return
        self._passed(flow.client_conn, "response", down=_size(flow.response))
        if flow.websocket is None:
            self._save(flow)

    @_counted
    def error(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST and flow.websocket is None:
            self._save(flow)

    @_counted
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket:
            frames = flow.websocket.messages
            self._frame(flow, frames[-1], len(frames) - 1, frames[-1].is_text)

    @_counted
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self._save(flow)

    # ---- everything else that carries data

    @_counted
    def tcp_start(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._open[flow.id] = flow
        self._passed(flow.client_conn, "stream")

    @_counted
    def tcp_message(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._frame(flow, flow.messages[-1], len(flow.messages) - 1, text=False)

    @_counted
    def tcp_end(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._save(flow)

    tcp_error = tcp_end
    udp_start, udp_message, udp_end, udp_error = tcp_start, tcp_message, tcp_end, tcp_end

    @_counted
    def dns_response(self, flow: dns.DNSFlow) -> None:
        self._save(flow)

    dns_error = dns_response

    def _save(self, flow: flow.Flow) -> None:
        """Write a flow; sound and pictures leave a copy of it, never the flow on its way."""
        self._open.pop(flow.id, None)
        if not self._flows or not self._writer:
            return
        self._flows.add(_without_media(flow) if isinstance(flow, http.HTTPFlow) else flow)
        self._writer.flows.flush()
        self._counts["flows"] += 1

    def _frame(self, flow: Any, message: Any, number: int, text: bool) -> None:
        size = len(message.content)
        up, down = (size, 0) if message.from_client else (0, size)
        self._passed(flow.client_conn, "", up, down)
        if self._writer:
            self._writer.note(
                "frame",
                flow=flow.id,
                number=number,
                direction="out" if message.from_client else "in",
                text=text,
                time=message.timestamp,
                **media.frame_body(message.content, text),
            )

    # ---- connections

    @_counted
    def client_connected(self, client: connection.Client) -> None:
        self._trace(client)

    @_counted
    def client_disconnected(self, client: connection.Client) -> None:
        trace = self._trace(client)
        trace.sni = trace.sni or client.sni or ""
        self._end(client.id, time.time())

    @_counted
    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        host, port = (data.server.address or ("", 0))[:2]
        self._trace(data.client).address = f"{host}:{port}"

    @_counted
    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:
        self._passed(data.client, "server-failed", detail=data.server.error or "")

    @_counted
    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        # Another addon may still decide to let it pass: `ignore_connection` is read at the end.
        self._hellos[data.context.client.id] = data
        trace = self._trace(data.context.client)
        trace.sni = data.client_hello.sni or ""
        if data.context.client.transport_protocol == "udp":
            trace.seen.add("quic")

    @_counted
    def tls_established_client(self, data: tls.TlsData) -> None:
        self._trace(data.context.client).seen.add("client-tls")

    @_counted
    def tls_failed_client(self, data: tls.TlsData) -> None:
        client, detail = data.context.client, data.conn.error or ""
        # mitmproxy's words for a handshake that ended without a TLS alert.
        left = detail.startswith(("The client disconnected", "connection closed"))
        self._passed(client, self._ledger.refused(client.id, alert=not left), detail=detail)

    @_counted
    def tls_failed_server(self, data: tls.TlsData) -> None:
        self._passed(data.context.client, "server-failed", detail=data.conn.error or "")

    @_counted
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
        if self._writer and line:
            self._writer.note("connection", **line)


def _read_facts(path: str) -> dict[str, Any]:
    try:
        text = Path(path).expanduser().read_text("utf-8") if path else ""
        return facts.check(optmanager.parse(text))
    except (OSError, ValueError) as error:
        raise exceptions.OptionsError(f"auditor_session cannot be read: {error}") from error


def _without_media(source: http.HTTPFlow) -> http.HTTPFlow:
    """Return the flow, or a copy under the same id whose sound and pictures are size and SHA-256."""
    omitted: dict[str, Any] = {}
    for name, part in (("request", source.request), ("response", source.response)):
        body = part.raw_content if part else None
        if part and body:
            why = media.media_kind(part.headers.get("content-type", ""), body)
            if why:
                omitted[name] = media.omission(why, body)
    if not omitted:
        return source
    copy: http.HTTPFlow = source.copy()
    copy.id = source.id
    for name in omitted:
        getattr(copy, name).raw_content = b""
    copy.metadata[OMITTED] = omitted
    return copy


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


addons = [AuditorCapture()]
