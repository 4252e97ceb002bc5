"""Write exchanges when they end, and frames as they come."""

from __future__ import annotations

from typing import Any

from mitmproxy import dns, flow, http, tcp, udp

from auditor.recorder import netstring, streams
from auditor.recorder.conversations import Conversations
from auditor.recorder.recording import Recording, counted
from auditor.session import media
from auditor.session.marks import HOST
from auditor.session.notes import OMITTED, TRIMMED


class FlowStore:
    """mitmproxy hooks that keep what passed; requests to `auditor.invalid` are no traffic."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._conversations = Conversations(recording)

    @counted
    def finish(self) -> None:
        """Write what is still open."""
        self.recording.add_unfinished(self._write)

    # ---- HTTP

    @counted
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        streams.watch_request(flow, self.recording.failed)

    @counted
    def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST:
            self.recording.open_flows[flow.id] = flow

    @counted
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        streams.watch_response(flow, self.recording.failed)

    @counted
    def response(self, flow: http.HTTPFlow) -> None:
        known = flow.id in self.recording.open_flows or flow.request.pretty_host != HOST
        if known and flow.websocket is None:
            self._save(flow)

    error = response

    # ---- conversations

    @counted
    def websocket_start(self, flow: http.HTTPFlow) -> None:
        self._conversations.begin(flow)

    @counted
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket:
            frames = flow.websocket.messages
            self._conversations.frame(flow, frames, frames[-1].is_text)

    @counted
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self._save(flow)

    @counted
    def tcp_start(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self.recording.open_flows[flow.id] = flow
        self._conversations.begin(flow)

    @counted
    def tcp_message(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._conversations.frame(flow, flow.messages)

    @counted
    def tcp_end(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        self._save(flow)

    tcp_error = tcp_end
    udp_start, udp_message, udp_end, udp_error = tcp_start, tcp_message, tcp_end, tcp_end

    @counted
    def dns_response(self, flow: dns.DNSFlow) -> None:
        self._save(flow)

    dns_error = dns_response

    # ---- writing

    def _save(self, flow: flow.Flow) -> None:
        self._write(flow)
        self.recording.open_flows.pop(flow.id, None)
        self.recording.talks.pop(flow.id, None)

    def _write(self, flow: flow.Flow) -> None:
        """Write a flow; what is left out leaves its state, never the flow on its way."""
        if not self.recording.writer:
            return
        state: dict[str, Any] = flow.get_state()
        noted: dict[str, Any] = {}
        if isinstance(flow, http.HTTPFlow):
            for name, part in (("request", flow.request), ("response", flow.response)):
                body, omitted = _kept(part) if part else (None, {})
                if part and body is not part.raw_content:
                    state[name] = {**state[name], "content": body}
                if omitted:
                    noted.setdefault(OMITTED, {})[name] = omitted
        talk = self.recording.talks.get(flow.id)
        if talk and talk.dropped:
            noted[TRIMMED] = talk.dropped
        if noted:
            state["metadata"] = {**state["metadata"], **noted}
        self.recording.add_flow(netstring.dumps(state))


def _kept(part: http.Message) -> tuple[bytes | None, dict[str, Any]]:
    """Return the body to write, and of one that is left out its size and SHA-256."""
    body = part.raw_content
    if body is None and isinstance(part.stream, streams.Tally):
        body = part.stream.so_far()  # still open, or the connection broke before the body ended
        if body is None:
            return b"", part.stream.omission()
    if not body:
        return body, {}
    why = media.media_kind(part.headers.get("content-type", ""), body)
    if not why and len(body) > media.BODY_LIMIT:
        why = "over limit"
    return (b"", media.omission(why, body)) if why else (body, {})
