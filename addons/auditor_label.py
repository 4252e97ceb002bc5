"""mitmproxy addon: label flows with the kinds of data that left, so that filters find them.

mitmweb -s addons/auditor_label.py        then filter by ~marked or ~comment cue
"""

from __future__ import annotations

from mitmproxy import ctx, flow, http, tcp, udp
from mitmproxy.addonmanager import Loader

from auditor.catalogue import load_catalogue
from auditor.flows import read_exchange
from auditor.pipeline import Pipeline
from auditor.recorder.guard import Guarded, guarded
from auditor.recorder.labels import Labels, latest
from auditor.session.marks import HOST


class AuditorLabel(Guarded):
    """Look at what left with every exchange, and change nothing but its labels."""

    def __init__(self) -> None:
        catalogue = load_catalogue()
        self._pipeline = Pipeline(catalogue)
        self._labels = Labels(catalogue)

    def load(self, loader: Loader) -> None:
        loader.add_option(
            "auditor_label_weak", bool, False, "Comments also name kinds that a word only hints at."
        )

    @guarded
    def request(self, flow: http.HTTPFlow) -> None:
        self._labels.clear(flow)

    @guarded
    def response(self, flow: http.HTTPFlow) -> None:
        # Of a flow from a file the frames are all here now, and come once more one by one.
        if flow.request.pretty_host != HOST:
            self._look(flow, latest(flow, messages=0))

    error = response

    @guarded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket and flow.websocket.messages[-1].from_client:
            self._look(flow, latest(flow))

    @guarded
    def tcp_start(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._labels.clear(flow)

    @guarded
    def tcp_message(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        if flow.messages[-1].from_client:
            self._look(flow, latest(flow))

    udp_start, udp_message = tcp_start, tcp_message

    def _look(self, flow: flow.Flow, at: flow.Flow) -> None:
        exchange = read_exchange(at, 0)
        if exchange:
            site, sent = self._pipeline.run(exchange)
            seen = (one for message in sent for one in message.observations)
            self._labels.put(flow, site, seen, weak=ctx.options.auditor_label_weak)


addons = [AuditorLabel()]
