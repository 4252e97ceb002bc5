"""Turn mitmproxy's flows into our records; pure, nothing is decoded here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mitmproxy import dns, flow, http, tcp, udp, websocket

from auditor.records import NOT_SENT, Exchange, Message
from auditor.session.notes import INTERVENTION, OMITTED, PROCESS


def read_exchange(source: flow.Flow, number: int) -> Exchange | None:
    """Return the record of a flow, or None for a kind that carries no content of interest (DNS)."""
    if isinstance(source, http.HTTPFlow):
        return _http(source, number)
    if isinstance(source, tcp.TCPFlow | udp.UDPFlow):
        return _stream(source, number)
    if isinstance(source, dns.DNSFlow):
        return None
    return None


def _headers(fields: http.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in fields.items(multi=True))


def _body(part: http.Request | http.Response, omitted: dict[str, Any] | None) -> Message:
    body = part.raw_content
    declared = (
        part.headers.get("content-encoding", ""),
        part.headers.get("x-transfer-encoding", ""),
    )
    encodings = tuple(
        name
        for value in declared
        for name in (one.strip().lower() for one in value.split(","))
        if name
    )
    why = (
        str(omitted.get("why", "left out")) if omitted else "" if body is not None else "not stored"
    )
    return Message(
        direction="out" if isinstance(part, http.Request) else "in",
        body=body or b"",
        size=int(omitted.get("size", 0)) if omitted else _size(part, body),
        content_type=part.headers.get("content-type", ""),
        encodings=encodings,
        time=part.timestamp_start,
        omitted=why,
        digest=str(omitted.get("sha256", "")) if omitted else "",
    )


def _size(part: http.Request | http.Response, body: bytes | None) -> int:
    """Return the bytes of a body; of one that was not stored, what its head declares."""
    declared = part.headers.get("content-length", "")
    if body is None:
        return int(declared) if declared.isascii() and declared.isdigit() else 0
    return len(body)


def _frame(message: websocket.WebSocketMessage) -> Message:
    return Message(
        direction="out" if message.from_client else "in",
        body=b"" if message.dropped else message.content,
        size=len(message.content),
        time=message.timestamp,
        text=message.is_text,
        omitted=NOT_SENT if message.dropped else "",
    )


def _http(source: http.HTTPFlow, number: int) -> Exchange:
    request = source.request
    omitted: dict[str, Any] = source.metadata.get(OMITTED, {})
    messages = [_body(request, omitted.get("request"))]
    if source.metadata.get(INTERVENTION) and not source.websocket:
        messages = [replace(messages[0], body=b"", omitted=NOT_SENT)]
    if source.response:
        messages.append(_body(source.response, omitted.get("response")))
    if source.websocket:
        messages.extend(_frame(one) for one in source.websocket.messages)
    path, _, query = request.path.partition("?")
    return Exchange(
        number=number,
        id=source.id,
        kind="websocket" if source.websocket else "http",
        started=request.timestamp_start,
        method=request.method,
        scheme=request.scheme,
        host=request.pretty_host.lower(),
        port=request.port,
        path=path,
        query=query,
        headers=_headers(request.headers),
        messages=tuple(messages),
        status=source.response.status_code if source.response else None,
        connection=source.client_conn.id,
        process=str(source.metadata.get(PROCESS, "")),
        error=source.error.msg if source.error else "",
    )


def _stream(source: tcp.TCPFlow | udp.UDPFlow, number: int) -> Exchange:
    address = source.server_conn.address or ("", 0)
    host = source.client_conn.sni or source.server_conn.sni or address[0]
    return Exchange(
        number=number,
        id=source.id,
        kind="tcp" if isinstance(source, tcp.TCPFlow) else "udp",
        started=source.timestamp_created,
        method=source.type.upper(),
        scheme=source.type,
        host=str(host).lower(),
        port=int(address[1]),
        path="",
        query="",
        headers=(),
        messages=tuple(
            Message(
                direction="out" if one.from_client else "in",
                body=one.content,
                size=len(one.content),
                time=one.timestamp,
            )
            for one in source.messages
        ),
        connection=source.client_conn.id,
        process=str(source.metadata.get(PROCESS, "")),
        error=source.error.msg if source.error else "",
    )
