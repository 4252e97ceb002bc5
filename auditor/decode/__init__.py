"""Bytes to leaves: decode bodies and heads of requests, whatever their labels say."""

from __future__ import annotations

from auditor.decode import head, json, socketio
from auditor.decode.limits import LEFT_OUT, LIMITS, REASONS, Limits
from auditor.decode.tree import Body, Reading
from auditor.decode.walk import Walk
from auditor.places import root
from auditor.records import Decoded, Exchange, Message, Unread

__all__ = ["LIMITS", "REASONS", "Limits", "decode_head", "decode_message"]


def decode_message(message: Message, limits: Limits = LIMITS) -> Decoded:
    """Return the leaves of a body and what of it stayed unread; no input raises.

    Sizes of unread parts are bytes as they were on the wire, estimated where the part was
    compressed.
    """
    if message.omitted:
        return Decoded(unread=(Unread(LEFT_OUT, message.size, message.omitted),))
    walk = Walk(limits)
    if message.text:
        reading = _read_frame(message.body.decode("utf-8", "replace"))
        walk.node(reading.node, root("body").after(reading.steps))
    else:
        walk.message(Body(message.body, message.content_type, message.encodings))
    return walk.decoded(message.size)


def _read_frame(frame: str) -> Reading:
    """Read a text frame of a WebSocket: JSON, socket.io packets, or one text."""
    found = json.structure(frame)
    if found is not None:
        return Reading(1, ("json",), found)
    return socketio.structure(frame) or Reading(1, (), frame)


def decode_head(exchange: Exchange, limits: Limits = LIMITS) -> Decoded:
    """Return the query, header and cookie leaves of a request; no input raises."""
    return head.read(exchange.query, exchange.headers, limits)
