"""Say how large a message is, whatever HTTP version carried it."""

from __future__ import annotations

from mitmproxy import http

from auditor.recorder.streams import body_size


def http_size(part: http.Request | http.Response | None) -> int:
    """Return head and body bytes as HTTP/1 would spell them; framing and TLS are not counted."""
    if part is None:
        return 0
    if isinstance(part, http.Request):
        start = len(part.data.method) + len(part.data.path) + len("  HTTP/1.1\r\n")
        # What HTTP/1 says in the header `host`, HTTP/2 says beside the headers.
        start += 0 if "host" in part.headers else len(part.data.authority) + len("host: \r\n")
    else:
        start = len(part.data.reason) + len("HTTP/1.1 200 \r\n")
    heads = sum(len(name) + len(value) + len(": \r\n") for name, value in part.headers.fields)
    return start + heads + len("\r\n") + _body_size(part)


def _body_size(part: http.Message) -> int:
    """Return the bytes of a body; of one that was passed on without keeping it, what its head says."""
    passed = body_size(part)
    if passed or part.raw_content is not None:
        return passed
    told = part.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else 0
