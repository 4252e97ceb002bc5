"""mitmproxy addon: record a session folder (flows, journal, facts) and take marks meanwhile.

mitmdump -s addons/auditor_capture.py --set auditor_dir=NEW_FOLDER
"""

from __future__ import annotations

import functools
import json
import logging
import platform
import re
import time
from collections.abc import Callable
from importlib import metadata
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

from auditor.errors import AuditorError
from auditor.flows import OMITTED
from auditor.session import folder, marks, media
from auditor.session.ledger import Ledger, Trace

_LOG = logging.getLogger(__name__)

HOST = "auditor.invalid"
"""Requests to this host are for the addon; the name cannot exist on the internet (RFC 2606)."""

MARK_LIMIT = 1 << 16
"""Bytes of a mark."""

_TOLD = re.compile(
    "mode|connection_strategy|http[23]|rawtcp|websocket|anticomp|strip_ech|ssl_insecure"
    "|.*_hosts|stream.*|store_streamed_bodies|body_size_limit|block_list|modify_.*"
)
"""Options that shape what a capture can show; others may hold paths or passwords."""

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
        self._writer.write_facts(self._facts())

    def done(self) -> None:
        if not self._writer:
            return
        for one in list(self._open.values()):
            self._save(one)
        for client in self._ledger.open():
            self._end(client, None)
        self._writer.write_facts(self._facts(time.time()))
        self._writer.close()
        self._writer = None
        ctx.master.addons.remove(self._last)

    def _facts(self, ended: float | None = None) -> dict[str, Any]:
        return {
            "format": 1,
            "app": {},
            "services": [],
            "system": f"{platform.system()} {platform.release()}",
            "synthetic": False,
            **self._told,
            "started": round(self._started, 3),
            **({} if ended is None else {"ended": round(ended, 3)}),
            "tools": {
                "auditor": metadata.version("dj-privacy-auditor"),
                "mitmproxy": version.VERSION,
                "python": platform.python_version(),
            },
            "mitmproxy_options": {
                name: option.current()
                for name, option in ctx.options.items()
                if _TOLD.fullmatch(name) and option.has_changed()
            },
            "addon_errors": self._counts["errors"],
        }

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
            self._mark(json.dumps({"action": action, "values": told}))
        except ValueError as error:
            raise exceptions.CommandError(str(error)) from error

    def _mark(self, text: str | bytes) -> dict[str, Any]:
        if not self._writer:
            raise ValueError("No session is being recorded.")
        mark = marks.parse_mark(text, time.time())
        self._writer.note(
            "mark", action=mark.action, start=mark.start, end=mark.end, values=mark.values
        )
        self._counts["marks"] += 1
        return {"ok": True, "action": mark.action, "start": mark.start, "end": mark.end}

    def _answer(self, request: http.Request) -> http.Response:
        status = 200
        answer: dict[str, Any] = {
            "recording": bool(self._writer),
            "started": self._started,
            **self._counts,
        }
        try:
            if request.path == "/mark":
                answer = self._mark(_mark_text(request))
            elif request.path != "/" or request.method != "GET":
                raise ValueError("Ask for GET / or POST /mark.")  # noqa: TRY301
        except ValueError as error:
            status, answer = 400, {"ok": False, "error": str(error)}
        body = json.dumps(answer).encode()
        return http.Response.make(status, body, {"content-type": "application/json"})

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
        detail = data.conn.error or ""
        client = data.context.client
        self._passed(client, "", detail=detail)
        self._trace(client).seen.add(self._ledger.refused(client.id, "does not trust" in detail))

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
    if not path:
        return {}
    try:
        facts = optmanager.parse(Path(path).expanduser().read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise exceptions.OptionsError(f"auditor_session cannot be read: {error}") from error
    if not isinstance(facts, dict):
        raise exceptions.OptionsError("auditor_session: a mapping of names and values is needed")
    reserved = sorted(set(facts) & set(folder.RESERVED))
    if reserved:
        raise exceptions.OptionsError(
            f"auditor_session must not set {', '.join(reserved)}: the addon knows that itself"
        )
    return facts


def _mark_text(request: http.Request) -> bytes:
    if request.method != "POST":
        raise ValueError("A mark comes by POST.")
    if "origin" in request.headers:
        raise ValueError("Marks come from the tester, not from a web page.")
    body = request.get_content(strict=False) or b""
    if len(body) > MARK_LIMIT:
        raise ValueError(f"A mark has at most {MARK_LIMIT} bytes.")
    return body


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
