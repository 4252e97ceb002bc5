"""Bytes to leaves: decode bodies and heads of requests, whatever their labels say."""

from __future__ import annotations

from auditor.decode import head, json
from auditor.decode.limits import LEFT_OUT, LIMITS, REASONS, Limits
from auditor.decode.tree import Body
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
        frame = message.body.decode("utf-8", "replace")
        found = json.structure(frame)
        place = root("body")
        if found is None:
            walk.node(frame, place)
        else:
            walk.node(found, place.after(("json",)))
    else:
        walk.message(Body(message.body, message.content_type, message.encodings))
    return walk.decoded(message.size)


def decode_head(exchange: Exchange, limits: Limits = LIMITS) -> Decoded:
    """Return the query, header and cookie leaves of a request; no input raises."""
    return head.read(exchange.query, exchange.headers, limits)
