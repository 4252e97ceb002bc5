"""Turn a flow of mitmproxy's formats 15 to 21 into our record, reading only what the record needs.

It must say what `auditor.flows` says of the flow that mitmproxy makes of the same bytes; the tests
hold the two together. What the formats differ in is what they say of connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, cast

from auditor.records import NOT_SENT, Direction, Exchange, Message
from auditor.session.notes import INTERVENTION, OMITTED, PROCESS
from auditor.sources.authority import host_of, text_of
from auditor.sources.frames import read_chunks, read_frames
from auditor.sources.headers import declared, native, read_fields
from auditor.sources.parts import Part

OLDEST, NEWEST = 15, 21
"""Formats that are read here."""

_CREATED = 16
"""The first format in which every flow says when it was created."""

_HTTP2 = {b"HTTP/2.0", b"HTTP/3"}

Metadata = dict[str, Any]


def read_flow(flow: Part, number: int, metadata: Metadata, replies: bool) -> Exchange | None:
    """Return the record of a flow, or None for a kind that is not audited.

    Without `replies` the bodies of responses are weighed only. Raises what `Part` raises, and
    AttributeError, when the flow makes no sense.
    """
    kind = flow.text(b"4:type")
    if kind == "http":
        return _http(flow, number, metadata, replies)
    if kind in {"tcp", "udp"}:
        return _stream(flow, cast(Literal["tcp", "udp"], kind), number, metadata)
    return None


def _http(flow: Part, number: int, metadata: Metadata, replies: bool) -> Exchange:
    request = flow.part(b"7:request")
    response = flow.part(b"8:response")
    socket = flow.part(b"9:websocket")
    if not request:
        raise TypeError("a request is missing")
    omitted: Metadata = metadata.get(OMITTED, {})
    fields = read_fields(request.raw(b"7:headers"))
    says = declared(fields)
    asked = _message("out", request, says, omitted.get("request"), True)
    if metadata.get(INTERVENTION) and not socket:
        asked = replace(asked, body=b"", omitted=NOT_SENT)
    messages = [asked]
    if response:
        told = declared(read_fields(response.raw(b"7:headers")))
        messages.append(_message("in", response, told, omitted.get("response"), replies))
    if socket:
        messages.extend(read_frames(socket.raw(b"8:messages")))
    path, _, query = native(request.octets(b"4:path")).partition("?")
    return Exchange(
        number=number,
        id=flow.text(b"2:id"),
        kind="websocket" if socket else "http",
        started=request.value(b"15:timestamp_start"),
        method=native(request.octets(b"6:method")).upper(),
        scheme=native(request.octets(b"6:scheme")),
        host=_host(request, says.get("host", "")).lower(),
        port=request.whole(b"4:port"),
        path=path,
        query=query,
        headers=fields,
        messages=tuple(messages),
        status=response.whole(b"11:status_code") if response else None,
        connection=_connection(flow),
        process=str(metadata.get(PROCESS, "")),
        error=_error(flow),
    )


def _host(request: Part, header: str) -> str:
    """Return what mitmproxy calls the pretty host."""
    asked = header
    if request.octets(b"12:http_version") in _HTTP2:
        asked = text_of(request.octets(b"9:authority")) or header
    if asked:
        return host_of(asked)
    host = request.value(b"4:host")
    return host.decode("idna") if isinstance(host, bytes) else str(host)


def _message(
    direction: Direction, part: Part, says: dict[str, str], omitted: Metadata | None, load: bool
) -> Message:
    saved = part.body(b"7:content", load)
    body, size = saved or (b"", _length(says))
    why = str(omitted.get("why", "left out")) if omitted else "" if saved else "not stored"
    return Message(
        direction=direction,
        body=body,
        size=int(omitted.get("size", 0)) if omitted else size,
        content_type=says.get("content-type", ""),
        encodings=_encodings(says.get("content-encoding", ""), says.get("x-transfer-encoding", "")),
        time=part.value(b"15:timestamp_start"),
        omitted=why,
        digest=str(omitted.get("sha256", "")) if omitted else "",
    )


def _length(says: dict[str, str]) -> int:
    """Return the size that the head of a body declares."""
    length = says.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


@lru_cache(maxsize=1024)
def _encodings(*declarations: str) -> tuple[str, ...]:
    names = (name.strip().lower() for one in declarations for name in one.split(","))
    return tuple(name for name in names if name)


def _stream(flow: Part, kind: Literal["tcp", "udp"], number: int, metadata: Metadata) -> Exchange:
    client, server = flow.part(b"11:client_conn"), flow.part(b"11:server_conn")
    if not client or not server:
        raise TypeError("a connection is missing")
    old = flow.whole(b"7:version") < _CREATED
    address: Sequence[Any] = server.value(b"7:address") or ("", 0)
    names = (client.value(b"3:sni"), server.value(b"3:sni"))
    # Formats before 19 say True for a name that is the address.
    host = next((name for name in names if name and name is not True), address[0])
    return Exchange(
        number=number,
        id=flow.text(b"2:id"),
        kind=kind,
        started=client.value(b"15:timestamp_start") if old else flow.value(b"17:timestamp_created"),
        method=kind.upper(),
        scheme=kind,
        host=(
            host.decode(errors="backslashreplace") if isinstance(host, bytes) else str(host)
        ).lower(),
        port=int(address[1]),
        path="",
        query="",
        headers=(),
        messages=tuple(read_chunks(flow.raw(b"8:messages"))),
        connection=client.text(b"2:id"),
        process=str(metadata.get(PROCESS, "")),
        error=_error(flow),
    )


def _connection(flow: Part) -> str:
    client = flow.part(b"11:client_conn", until=b"2:id")
    if not client:
        raise TypeError("a connection is missing")
    return client.text(b"2:id")


def _error(flow: Part) -> str:
    error = flow.part(b"5:error")
    return error.text(b"3:msg") if error else ""
