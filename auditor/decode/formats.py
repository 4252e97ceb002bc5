"""The one ordered list of body formats; the surest reading wins.

Most readers can only apply to bodies that begin with certain bytes. A body is shown to those
that its first byte admits, so that plain JSON never meets the binary formats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from auditor.decode import (
    cbor,
    envelope,
    form,
    grpc,
    json,
    media,
    mercury,
    msgpack,
    multipart,
    otlp,
    otlpjson,
    plist,
    protobuf,
    replay,
    socketio,
    sse,
    text,
)
from auditor.decode.tree import Raw, Reading

_ANY = bytes(range(256))
_TEXT_ONLY = b'{["'
"""No file, and no message in a binary format, is met that begins with these."""


class Format(NamedTuple):
    """A reader, and the first bytes of what it can read."""

    name: str
    read: Callable[[Raw], Reading | None]
    starts: bytes = _ANY


FORMATS: tuple[Format, ...] = (
    Format("media", media.read, bytes(set(_ANY) - set(_TEXT_ONLY))),
    Format("replay", replay.read, replay.STARTS),
    Format("envelope", envelope.read, b"{"),
    Format("otlp json", otlpjson.read, otlpjson.STARTS),
    Format("json", json.read),
    Format("plist", plist.read, plist.STARTS),
    Format("multipart", multipart.read),
    Format("mercury", mercury.read, mercury.STARTS),
    Format("grpc", grpc.read, grpc.STARTS),
    Format("grpc-web-text", grpc.read_text),
    Format("sse", sse.read),
    Format("socket.io", socketio.read, socketio.STARTS),
    Format("otlp", otlp.read, otlp.STARTS),
    Format("msgpack", msgpack.read, msgpack.STARTS),
    Format("cbor", cbor.read, cbor.STARTS),
    Format("protobuf", protobuf.read),
    Format("form", form.read),
    Format("text", text.read),
)
"""Of two readings that are equally sure the earlier one wins."""

_BY_START = tuple(tuple(one.read for one in FORMATS if byte in one.starts) for byte in range(256))

_CERTAIN = 0.96
"""From here on the remaining formats are not asked."""


def read(raw: Raw) -> Reading | None:
    """Return the surest reading of a body, or None when no format fits."""
    if not raw.data:
        return text.read(raw)
    best: Reading | None = None
    for reader in _BY_START[raw.data[0]]:
        reading = reader(raw)
        if reading is not None and (best is None or reading.sure > best.sure):
            best = reading
            if best.sure >= _CERTAIN:
                break
    return best
