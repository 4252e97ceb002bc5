"""mitmproxy addon: the content view “DJ data”, the fields of a body with their kind of data.

mitmweb -s addons/auditor_view.py         then choose the view “DJ data” above a body

It shows captured values as they are. It runs in your own mitmproxy, which shows the raw body beside
it; nothing of it is written anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from mitmproxy import contentviews, flow, http

from auditor.catalogue import load_catalogue
from auditor.decode import decode_message
from auditor.flows import read_exchange
from auditor.pipeline import Pipeline
from auditor.recorder.labels import latest
from auditor.records import Exchange, Leaf, Message, Observation, Site, Unread, Value

_LONGEST = 200
_MOST = 2000
_Row = tuple[str, Leaf]
# mypy sees one version of mitmproxy at a time, and they differ in what they export, with which types.
_REGISTRY: Any = contentviews


class DjData:
    """A view in the spelling of mitmproxy 12 (`prettify`) and of mitmproxy 11 (`__call__`).

    The classes to inherit from differ and neither is needed; both versions look at names only.
    """

    name = "DJ data"
    syntax_highlight = "none"

    def __init__(self) -> None:
        self._pipeline = Pipeline(load_catalogue())

    def __lt__(self, other: Any) -> bool:
        return bool(self.name < other.name)

    def render_priority(self, data: bytes, *metadata: Any, **more: Any) -> float:
        """Never be chosen by mitmproxy, only by the user."""
        return -1

    def prettify(self, data: bytes, metadata: Any) -> str:
        """Return the text that mitmproxy 12 shows."""
        parts = vars(metadata)
        return "\n".join(self._lines(data, parts.get("flow"), parts))

    def __call__(self, data: bytes, **metadata: Any) -> tuple[str, Iterator[Any]]:
        """Return the lines that mitmproxy 11 shows."""
        lines = self._lines(data, metadata.get("flow"), metadata)
        return self.name, iter([[("text", line)] for line in lines])

    def _lines(self, data: bytes, flow: flow.Flow | None, given: dict[str, Any]) -> Iterator[str]:
        kinds = ("http", "websocket", "tcp", "udp")
        found = (given.get(f"{kind}_message") for kind in kinds)
        shown = next((one for one in found if one is not None), None)
        message = _message(data, shown)
        exchange = read_exchange(latest(flow, messages=0), 0) if flow else None
        if exchange is None or message.direction == "in":
            decoded = decode_message(message)
            yield "What came in is decoded, not classified." if exchange else "Decoded only."
            yield from _table([("", leaf) for leaf in decoded.leaves], decoded.unread)
            return
        site, seen, unread = self._classified(exchange, message, isinstance(shown, http.Request))
        yield f"To {site.name} ({site.role}): {site.endpoint}"
        yield from _table(((_kind(one), one.leaf) for one in seen), unread)

    def _classified(
        self, exchange: Exchange, message: Message, is_request: bool
    ) -> tuple[Site, list[Observation], tuple[Unread, ...]]:
        before = () if is_request else exchange.messages
        site, sent = self._pipeline.run(replace(exchange, messages=(*before, message)))
        last = sent[-1]
        return site, [one for one in last.observations if one.leaf.context == "body"], last.unread


def _message(data: bytes, shown: Any) -> Message:
    """Return the message as it is shown: mitmproxy has undone its content encoding."""
    from_client = isinstance(shown, http.Request) or getattr(shown, "from_client", False)
    headers = shown.headers if isinstance(shown, http.Message) else {}
    return Message(
        direction="out" if from_client else "in",
        body=data,
        size=len(data),
        content_type=headers.get("content-type", ""),
        text=bool(getattr(shown, "is_text", False)),
    )


def _kind(one: Observation) -> str:
    return f"{one.category} ({one.strength})" if one.category != "other" else ""


def _table(rows: Iterable[_Row], unread: Iterable[Unread]) -> Iterator[str]:
    rows = list(rows)
    width = max((len(kind) for kind, _ in rows), default=0)
    for kind, leaf in islice(rows, _MOST):
        steps = f"   [{' → '.join(leaf.steps)}]" if leaf.steps else ""
        yield f"{kind:{width}}  {leaf.path} = {_shown(leaf.value)}{steps}".lstrip()
    if len(rows) > _MOST:
        yield f"… and {len(rows) - _MOST} more fields"
    for one in unread:
        place = f" at {one.path}" if one.path else ""
        yield f"Not read: {one.size} bytes{place}, {one.reason} {one.detail}".rstrip()
    if not rows and not list(unread):
        yield "No fields."


def _shown(value: Value) -> str:
    text = value.hex(" ") if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


class AuditorView:
    """Offer the view as long as the script is loaded."""

    def load(self, loader: Any) -> None:
        _REGISTRY.add(_VIEW)

    def done(self) -> None:
        if hasattr(_REGISTRY, "views"):  # mitmproxy 11 refuses to add a name twice
            _REGISTRY.remove(_VIEW)


_VIEW = DjData()

addons = [AuditorView()]
