"""Let long bodies and sound pass without holding them: count them, and keep what is short.

A body of known length that is short is left to mitmproxy, which hands it over whole. So is every
request body that is no sound and has no known great length: mitmproxy dials the server before it
streams a request, and with an unreachable server there would be no body to audit. A reply
of unknown length passes at once, chunk by chunk, and is put back into its flow at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from mitmproxy import http
from mitmproxy.net.http.http1 import expected_http_body_size

from auditor.session import media
from auditor.session.marks import HOST

_UPGRADE = 101
_TYPE, _LENGTH = len("content-type"), len("content-length")
_DIGITS = 19
"""A longer number is no length."""

Failed = Callable[[str, Exception], None]
"""Gets the name of what failed, and the exception."""


class Tally:
    """A body on its way: every chunk passes on at once, the first megabytes are remembered."""

    def __init__(self, part: http.Message, failed: Failed) -> None:
        self._part = part
        self._failed = failed
        self._kept: bytearray | None = bytearray()
        self._digest = hashlib.sha256()
        self.size = 0
        """Bytes that have passed."""
        self._known = False
        self._why = ""

    def __call__(self, chunk: bytes) -> bytes:
        """Take a chunk, or the end of the body (`b""`), and return it whatever happens."""
        try:
            if chunk:
                self._take(chunk)
            else:
                self._end()
        except Exception as error:
            # mitmproxy would drop the connection: it calls this outside its addons' hooks.
            self._failed("body", error)
        return chunk

    def _take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self._kept is None:
            self._digest.update(chunk)
            return
        self._kept += chunk
        if len(self._kept) >= media.LOOK:
            self._look(self._kept)

    def _look(self, kept: bytearray) -> None:
        """Drop what must not be kept: sound, known by its first bytes, and what is too long."""
        if not self._known:
            self._known = True
            label = self._part.headers.get("content-type", "")
            self._why = media.media_kind(label, bytes(kept[: media.LOOK]))
        if not self._why and len(kept) > media.BODY_LIMIT:
            self._why = "over limit"
        if self._why:
            self._digest.update(kept)
            self._kept = None

    def _end(self) -> None:
        """Put a body that was kept into its message, as if mitmproxy had not streamed it."""
        if self._kept is not None:
            self._look(self._kept)
        if self._kept is not None:
            self._part.raw_content = bytes(self._kept)
            self._kept = None

    def so_far(self) -> bytes | None:
        """Return what has passed of a body that is kept; None of one that is left out."""
        return None if self._kept is None else bytes(self._kept)

    def omission(self) -> dict[str, Any]:
        """Return what is kept of a body that was left out; nothing when it was kept."""
        if not self._why:
            return {}
        return {"why": self._why, "size": self.size, "sha256": self._digest.hexdigest()}


def watch_request(flow: http.HTTPFlow, failed: Failed) -> None:
    """Stream a request body that is sound or known to be long."""
    request = flow.request
    label, length = _heads(request)
    if not media.labelled(label) and length <= media.BODY_LIMIT:
        return
    if request.stream or flow.response or request.pretty_host == HOST:
        return
    request.stream = Tally(request, failed)


def watch_response(flow: http.HTTPFlow, failed: Failed) -> None:
    """Stream a reply that is sound, long, or of unknown length."""
    reply = flow.response
    if reply is None or reply.stream or reply.status_code == _UPGRADE:
        return
    label, length = _heads(reply)
    if not media.labelled(label):
        if length < 0:
            length = _length(flow)
        if 0 <= length <= media.BODY_LIMIT:
            return
    reply.stream = Tally(reply, failed)


def body_size(part: http.Message) -> int:
    """Return the bytes of a body that passed, also of one that was not held."""
    if part.raw_content is None and isinstance(part.stream, Tally):
        return part.stream.size
    return len(part.raw_content or b"")


def _heads(part: http.Message) -> tuple[str, int]:
    """Return content type and content length, -1 without one.

    In one pass over the header: mitmproxy looks through all of it for every name, and this is done
    for every message.
    """
    label, length = b"", b""
    for name, value in part.headers.fields:
        if len(name) == _TYPE and name.lower() == b"content-type":
            label = value
        elif len(name) == _LENGTH and name.lower() == b"content-length":
            length = value
    known = length.isdigit() and len(length) < _DIGITS
    return label.decode("latin-1"), int(length) if known else -1


def _length(flow: http.HTTPFlow) -> int:
    """Return the declared length of a body that is about to come; -1 when nobody knows it."""
    try:
        length = expected_http_body_size(flow.request, flow.response)
    except ValueError:
        return -1
    return -1 if length is None else length
