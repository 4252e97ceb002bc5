"""mitmproxy addon: refuse receivers, kinds of data or QUIC, and see whether the application still plays.

mitmdump -s addons/auditor_block.py --set auditor_block_receivers=tidal
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from types import SimpleNamespace

from mitmproxy import connection, ctx, exceptions, flow, http
from mitmproxy.addonmanager import Loader
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import layer, server_hooks

from auditor.catalogue import load_catalogue
from auditor.flows import read_exchange
from auditor.pipeline import Pipeline
from auditor.recorder import refuse
from auditor.recorder.guard import Guarded, guarded
from auditor.recorder.labels import latest, note_refusal
from auditor.session.marks import HOST

_LOG = logging.getLogger(__name__)

_OPTIONS = {"auditor_block_receivers", "auditor_block_categories", "auditor_block_quic"}
_COMMAND = "auditor.note"
_MEMORY = 10_000
_ANSWER = b"Refused by auditor_block: the tester wants to know whether it works without.\n"


class AuditorBlock(Guarded):
    """Refuse what the options name, as early and as plainly as the protocol allows.

    A receiver is refused where its name is first known: CONNECT and plain HTTP get 403, TLS an
    alert, a connection by address is not opened. A kind of data is known when the body has been
    read: the request gets 403, a WebSocket message is dropped.
    """

    def __init__(self) -> None:
        self._catalogue = load_catalogue()
        self._pipeline = Pipeline(self._catalogue)
        self._targets = refuse.Targets()
        self._categories: frozenset[str] = frozenset()
        self._quic = False
        self._attempts: dict[tuple[object, str], None] = {}
        self._told: set[str] = set()
        self._first: SimpleNamespace | None = None

    def load(self, loader: Loader) -> None:
        loader.add_option(
            "auditor_block_receivers",
            Sequence[str],
            [],
            "Receivers of the catalogue (tidal), hosts, or *.host for all below, to refuse.",
        )
        loader.add_option(
            "auditor_block_categories",
            Sequence[str],
            [],
            "Kinds of data (cue, loop, …); requests and WebSocket messages with them are refused.",
        )
        loader.add_option(
            "auditor_block_quic", bool, False, "Refuse QUIC, so that applications turn to TCP."
        )

    def configure(self, updated: set[str]) -> None:
        if not updated & _OPTIONS:
            return
        try:
            targets = refuse.read_targets(
                ctx.options.auditor_block_receivers, self._catalogue.receivers
            )
            categories = refuse.read_categories(
                ctx.options.auditor_block_categories, self._catalogue.categories
            )
        except ValueError as error:
            raise exceptions.OptionsError(f"auditor_block: {error}") from error
        self._targets, self._categories = targets, categories
        self._quic = ctx.options.auditor_block_quic

    def running(self) -> None:
        # A script is asked before mitmproxy chooses a layer, an addon that is added later is not.
        # The chain is replaced, not changed: mitmproxy walks along it just now.
        self._first = SimpleNamespace(name="auditor_block_first", next_layer=self.judge_layer)
        manager = ctx.master.addons
        manager.chain = [manager.register(self._first), *manager.chain]
        if not (self._targets.names or self._categories or self._quic):
            _LOG.warning(
                "auditor_block refuses nothing yet: set %s.", " or ".join(sorted(_OPTIONS))
            )

    def done(self) -> None:
        if self._first:
            ctx.master.addons.remove(self._first)
            self._first = None

    # ---- receivers, and QUIC

    @guarded
    def http_connect(self, flow: http.HTTPFlow) -> None:
        name = self._hit(flow.request.host)
        if name and not flow.response:
            flow.response = _answer()
            self._note("block-receiver", flow.request.host, name, flow)

    @guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        request = flow.request
        if not flow.live or flow.response or request.pretty_host == HOST:
            return
        name = self._hit(request.pretty_host, request.host)
        if self._categories or name:
            request.stream = False  # a body that is passed on meanwhile can be refused no more
        if name:
            flow.response = _answer()
            self._note("block-receiver", request.pretty_host, name, flow)

    @guarded
    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        hosts = (_host(data.server), data.server.sni or "", data.client.sni or "")
        name = self._hit(*hosts)
        if name:
            data.server.error = "refused by auditor_block"
            target = _far_end(data.server, hosts[1] or hosts[2])
            self._note("block-receiver", target, name, data.client)

    @guarded
    def judge_layer(self, data: layer.NextLayer) -> None:
        """Refuse by the first bytes of a connection, before a layer is chosen for it."""
        if data.layer:
            return
        if data.context.client.transport_protocol == "udp":
            self._judge_datagram(data)
        elif self._targets.names and starts_like_tls_record(data.data_client()):
            self._judge_hello(data)

    def _judge_hello(self, data: layer.NextLayer) -> None:
        hello = data.data_client()
        if refuse.is_partial_hello(hello):
            data.layer = refuse.WholeHello(data.context)
            return
        host = refuse.tls_name(hello)
        name = self._hit(host)
        if name:
            data.layer = refuse.Refused(data.context, refuse.TLS_ALERT)
            self._note("block-receiver", host, name, data.context.client)

    def _judge_datagram(self, data: layer.NextLayer) -> None:
        datagram, server = data.data_client(), data.context.server
        is_quic = refuse.is_quic(datagram)
        to_quic_port = bool(server.address and server.address[1] == refuse.QUIC_PORT)
        if not is_quic and not (self._quic and to_quic_port):
            return
        host = refuse.quic_name(datagram) if is_quic else ""
        name = self._hit(host)
        if not self._quic and not name:
            return
        data.layer = refuse.Refused(data.context, refuse.quic_farewell(datagram))
        target = _far_end(server, host)
        # The client repeats its first datagram until it gives up: that is one attempt.
        attempt = (data.context.client.peername, target)
        if attempt not in self._attempts:
            if len(self._attempts) >= _MEMORY:
                self._attempts.clear()
            self._attempts[attempt] = None
            what = "block-receiver" if name else "block-quic"
            self._note(what, target, name, data.context.client)

    def _hit(self, *hosts: str) -> str:
        """Return the entry of the option that one of the hosts falls under."""
        if not self._targets.names:
            return ""
        found = (self._targets.hit(host, self._pipeline.owner(host)) for host in hosts if host)
        return next((name for name in found if name), "")

    # ---- kinds of data

    @guarded
    def request(self, flow: http.HTTPFlow) -> None:
        if not self._categories or not flow.live or flow.response:
            return
        if flow.request.pretty_host == HOST:
            return
        if flow.request.raw_content is None:
            self._tell_once("A body was passed on unread: it came in chunks and was streamed.")
        found = self._found(flow, first=0)
        if found:
            flow.response = _answer()
            self._note("block-category", found, found, flow)

    @guarded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if not self._categories or not flow.live or not flow.websocket:
            return
        message = flow.websocket.messages[-1]
        if message.from_client and not message.dropped:
            found = self._found(flow, first=1)
            if found:
                message.drop()
                self._note("block-category", found, found, flow)

    def _found(self, flow: http.HTTPFlow, first: int) -> str:
        """Return the chosen kinds that the newest message shows; mere hints do not count."""
        exchange = read_exchange(latest(flow), 0)
        _, sent = self._pipeline.run(exchange) if exchange else (None, ())
        seen = {
            one.category
            for message in sent
            if message.index >= first
            for one in message.observations
            if one.strength != "weak"
        }
        return " ".join(one for one in self._catalogue.categories if one in seen & self._categories)

    # ---- what was done

    def _note(self, what: str, target: str, name: str, on: flow.Flow | connection.Client) -> None:
        entry: dict[str, object] = {"what": what, "target": target, "time": time.time()}
        if isinstance(on, flow.Flow):
            note_refusal(on, what, name)
            entry |= {"flow": on.id, "connection": on.client_conn.id}
        else:
            entry |= {"flow": None, "connection": on.id}
        _LOG.info("auditor_block: %s %s", what, name or target)
        if _COMMAND in ctx.master.commands.commands:
            ctx.master.commands.call(_COMMAND, "intervention", json.dumps(entry))
        else:
            self._tell_once("Nobody writes down what is refused: load auditor_capture.py as well.")

    def _tell_once(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            _LOG.warning("auditor_block: %s", what)


def _answer() -> http.Response:
    return http.Response.make(403, _ANSWER, {"content-type": "text/plain"})


def _host(server: connection.Server) -> str:
    return str(server.address[0]) if server.address else ""


def _far_end(server: connection.Server, name: str) -> str:
    port = server.address[1] if server.address else 0
    return f"{name or _host(server)}:{port}"


addons = [AuditorBlock()]
