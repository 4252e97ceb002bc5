"""Read socket.io messages, in WebSocket frames and in the bodies of its HTTP polling.

`42["deck",{…}]`: the message type of engine.io, that of socket.io, then JSON. Paths: `event`,
`args[]`, `namespace`, `ack`; several messages in one body are items of a list.
Format: https://github.com/socketio/socket.io-protocol
"""

from __future__ import annotations

import re

from auditor.decode import json
from auditor.decode.limits import DAMAGED
from auditor.decode.tree import Entries, Gap, Key, Node, Raw, Reading

STARTS = b"0123456789"
_RECORD = "\x1e"
_PACKET = re.compile(
    r"(?P<engine>[0-6])(?:(?P<type>[0-6])(?:(?P<binary>\d{1,4})-)?"
    r"(?:(?P<namespace>/[^,\[\]{}\"\s]{0,200}),)?(?P<ack>\d{1,18})?)?(?=[\[{])"
)
_COUNTED = re.compile(r"(\d{1,7}):(?=[0-6])")
_MESSAGE = "4"
_EVENTS = frozenset("25")
_ACKS = frozenset("36")
_LONGEST_HEAD = 256


def read(raw: Raw) -> Reading | None:
    """Read a body of packets."""
    head = raw.data[:_LONGEST_HEAD]
    if (b"[" not in head and b"{" not in head) or raw.text is None:
        return None
    return structure(raw.text)


def structure(text: str) -> Reading | None:
    """Read a text that consists of packets and of nothing else."""
    packets = _packets(text)
    found = [packet(one) for one in packets]
    if not found or found[0] is None:
        return None
    members: list[tuple[Key, Node]] = []
    for number, one in enumerate(found):
        place: Key = (number,) if len(found) > 1 else ()
        gap = Gap(DAMAGED, len(packets[number]), "no socket.io packet")
        members.extend([((*place, *key), node) for key, node in one] if one else [(place, gap)])
    return Reading(0.9, ("socket.io",), Entries(members))


def _packets(text: str) -> list[str]:
    """Take the packets of one HTTP body apart: by mark (version 4), by length (version 3)."""
    if _RECORD in text:
        return [one for one in text.split(_RECORD) if not _is_signal(one)]
    found: list[str] = []
    start = 0
    while counted := _COUNTED.match(text, start):
        start = counted.end() + int(counted.group(1))
        if start > len(text):
            return []
        found.append(text[counted.end() : start])
    if found and start == len(text):
        return [one for one in found if not _is_signal(one)]
    return [text]


def _is_signal(packet: str) -> bool:
    """Say whether a packet only keeps the connection alive."""
    return packet.isdigit() and len(packet) <= 2  # noqa: PLR2004 - two types, no content


def packet(text: str) -> list[tuple[Key, Node]] | None:
    """Return what one packet says."""
    match = _PACKET.match(text)
    if not match:
        return None
    if match["engine"] != _MESSAGE and (match["engine"] != "0" or match["type"]):
        return None
    content = json.structure(text[match.end() :])
    if content is None:
        return None
    members: list[tuple[Key, Node]] = []
    if match["namespace"]:
        members.append((("namespace",), match["namespace"]))
    if match["ack"]:
        members.append((("ack",), int(match["ack"])))
    return [*members, *_content(match["type"] or "", content)]


def _content(kind: str, content: Node) -> list[tuple[Key, Node]]:
    if isinstance(content, list) and kind in _EVENTS and content:
        rest = [(("args", number), one) for number, one in enumerate(content[1:])]
        return [(("event",), content[0]), *rest]
    if isinstance(content, list) and kind in _ACKS:
        return [(("args", number), one) for number, one in enumerate(content)]
    return [((), content)]
