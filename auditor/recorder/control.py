"""Answer the requests of the positive control, and keep them apart from the traffic."""

from __future__ import annotations

from pathlib import Path

from mitmproxy import http, io, tls

from auditor.session.marks import HOST
from auditor.session.private import open_private

PREFIX = "/control"
NAME = "control.mitm"


class ControlAnswer:
    """mitmproxy hooks for `https://auditor.invalid/control/…`: nothing of it leaves this computer."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def http_connect(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host == HOST:
            # An answer that is there already keeps mitmproxy from looking for the far end.
            flow.response = http.Response.make(200)

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        if data.client_hello.sni == HOST:
            data.establish_server_tls_first = False

    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host == HOST and flow.request.path.startswith(PREFIX):
            flow.response = http.Response.make(204)
            with open_private(self._path) as file:
                io.FlowWriter(file).add(flow)
