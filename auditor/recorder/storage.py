"""Write exchanges when they end, and frames as they come."""

from __future__ import annotations

from typing import Any

from mitmproxy import dns, flow, http, tcp, udp
from mitmproxy.io import tnetstring

from auditor.flows import OMITTED
from auditor.recorder.recording import Recording, counted
from auditor.session import media
from auditor.session.marks import HOST


class FlowStore:
    """mitmproxy hooks that keep what passed; requests to `auditor.invalid` are no traffic."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._open: dict[str, flow.Flow] = {}

    @counted
    def finish(self) -> None:
        """Write what is still open."""
        for one in list(self._open.values()):
            self._save(one)

    @counted
    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST:
            self._open[flow.id] = flow

    @counted
    def response(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST and flow.websocket is None:
            self._save(flow)

    error = response

    @counted
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket:
            frames = flow.websocket.messages
            self._frame(flow, frames[-1], len(frames) - 1, frames[-1].is_text)

    @counted
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self._save(flow)

    @counted
    def tcp_start(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._open[flow.id] = flow

    @counted
    def tcp_message(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._frame(flow, flow.messages[-1], len(flow.messages) - 1, text=False)

    @counted
    def tcp_end(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._save(flow)

    tcp_error = tcp_end
    udp_start, udp_message, udp_end, udp_error = tcp_start, tcp_message, tcp_end, tcp_end

    @counted
    def dns_response(self, flow: dns.DNSFlow) -> None:
        self._save(flow)

    dns_error = dns_response

    def _save(self, flow: flow.Flow) -> None:
        """Write a flow; sound and pictures leave a copy of it, never the flow on its way."""
        self._open.pop(flow.id, None)
        writer = self.recording.writer
        if not writer:
            return
        kept = _without_media(flow) if isinstance(flow, http.HTTPFlow) else flow
        writer.add_flow(tnetstring.dumps(kept.get_state()))
        self.recording.counts["flows"] += 1

    def _frame(self, flow: Any, message: Any, number: int, text: bool) -> None:
        self.recording.note(
            "frame",
            flow=flow.id,
            number=number,
            direction="out" if message.from_client else "in",
            text=text,
            time=message.timestamp,
            **media.frame_body(message.content, text),
        )


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
