"""Make an exchange from an example of the catalogue, so that it can be classified like traffic."""

from __future__ import annotations

from urllib.parse import urlsplit

from auditor.catalogue.model import Example
from auditor.records import Exchange, Message

MOMENT = 1_700_000_000.0
"""When examples happen; any fixed time will do."""


def to_exchange(example: Example) -> Exchange:
    """Return the exchange that the example's request would be."""
    url = urlsplit(example.url)
    headers = dict(example.headers)
    encodings = tuple(
        headers[name] for name in ("content-encoding", "x-transfer-encoding") if name in headers
    )
    body = Message(
        direction="out",
        body=example.body,
        size=len(example.body),
        content_type=headers.get("content-type", ""),
        encodings=encodings,
        time=MOMENT,
    )
    return Exchange(
        number=0,
        id=example.id,
        kind="http",
        started=MOMENT,
        method=example.method,
        scheme=url.scheme,
        host=url.hostname or "",
        port=url.port or 443,
        path=url.path,
        query=url.query,
        headers=example.headers,
        messages=(body,) if example.body else (),
    )
