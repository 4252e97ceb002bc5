"""Turn one entry of a HAR file into an exchange, whoever exported it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from auditor.records import NOT_SENT, Exchange, Kind, Loss, Message
from auditor.sources import har_body
from auditor.sources.moments import moment
from auditor.sources.tally import note

BAD = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What an entry raises that makes no sense."""

_STATUS = 999
_LONGEST_S = 366 * 86400.0
_MILLISECONDS = 1e11
"""Numbers from here on count milliseconds: as seconds they are in the year 5138."""
_SCHEMES = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_CACHED = "not sent: the exporter took the answer from its cache"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_ZONE_SPACE = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")


class ForeignError(ValueError):
    """An address that is no traffic, such as `data:` or `blob:`; the message is its scheme."""


@dataclass(slots=True)
class Reader:
    """Reads entries one after the other; one without a time gets the time of the one before."""

    losses: list[Loss]
    replies: bool = True
    """Whether the bodies of responses are wanted, not only their sizes."""
    before: float = field(default=0.0)

    def exchange(self, entry: Any, position: int, number: int) -> Exchange:
        """Return the exchange of an entry; raises one of BAD when it makes no sense."""
        request = entry["request"]
        url = _address(request["url"])
        started = self._started(entry.get("startedDateTime"))
        response = entry.get("response") or {}
        status = _status(response)
        headers = _headers(request)
        asked = har_body.request(request, headers, started)
        if har_body.spoiled(asked):
            note(self.losses, Loss("request body with bytes that the exporter replaced"))
        cached = bool(entry.get("_fromCache"))
        if cached:
            asked = replace(asked, body=b"", omitted=NOT_SENT)
        messages = [asked]
        if status is not None or (response.get("content") or {}).get("text"):
            ended = started + _seconds(entry.get("time"))
            told = _headers(response)
            messages.append(har_body.response(response, told, moment(ended), self.replies))
        messages.extend(self._frames(entry.get("_webSocketMessages")))
        talk: Kind = "websocket" if _talks(entry, url) else "http"
        self.before = started
        return Exchange(
            number=number,
            id=f"har-{position}",
            kind=talk,
            started=started,
            method=str(request.get("method") or "GET").upper(),
            scheme=url.scheme.replace("ws", "http"),
            host=_host(url),
            port=url.port or _SCHEMES[url.scheme],
            path=_ascii(url.path) or "/",
            query=_ascii(url.query),
            headers=_with_cookies(headers, request.get("cookies")),
            messages=tuple(messages),
            status=status,
            connection=str(entry.get("connection") or ""),
            error=_CACHED if cached else _error(response),
        )

    def _started(self, told: object) -> float:
        try:
            when = _time(told)
        except (TypeError, ValueError, OverflowError):
            reason = "time of an entry that is missing: the time of the one before stands for it"
            note(self.losses, Loss(reason))
            return self.before
        return moment(when)

    def _frames(self, frames: object) -> list[Message]:
        found = []
        for one in frames if isinstance(frames, list) else ():
            try:
                message = har_body.frame(one)
            except BAD as error:
                note(
                    self.losses,
                    Loss(
                        "message of a WebSocket that could not be read", detail=type(error).__name__
                    ),
                )
                continue
            if message:
                found.append(message)
        return found


def _time(told: object) -> float:
    """Return seconds since 1970; a time without a zone is taken as UTC."""
    if isinstance(told, int | float) and not isinstance(told, bool):
        return told / 1000 if told > _MILLISECONDS else float(told)
    if not isinstance(told, str):
        raise TypeError("a time is a text")
    text = _ZONE_SPACE.sub("", told.strip())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _seconds(told: object) -> float:
    """Return how long an entry took; nothing, -1 and nonsense mean that nobody knows."""
    try:
        found = float(told or 0) / 1000  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return found if math.isfinite(found) and 0 < found < _LONGEST_S else 0.0


def _address(told: object) -> SplitResult:
    url = urlsplit(str(told).strip())
    if url.scheme not in _SCHEMES:
        raise ForeignError(url.scheme[:20] or "no scheme")
    if not url.hostname:
        raise ValueError("an address without a host")
    return url


def _host(url: SplitResult) -> str:
    """Return the host as it is on the wire: names in other scripts in their ASCII form."""
    host = (url.hostname or "").lower()
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _ascii(part: str) -> str:
    """Return a path or query as it is on the wire."""
    return quote(part, safe=_PRINTABLE, errors="surrogateescape") if not part.isascii() else part


def _headers(part: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return headers without those of HTTP/2 that repeat the address; pairs may be lists too."""
    found = []
    for one in part.get("headers") or ():
        told, value = (one["name"], one.get("value")) if isinstance(one, dict) else one[:2]
        name = str(told).lower()
        if name[:1] not in {":", ""}:
            found.append((name, "" if value is None else str(value)))
    return tuple(found)


def _with_cookies(
    headers: tuple[tuple[str, str], ...], cookies: object
) -> tuple[tuple[str, str], ...]:
    """Add the header that some exporters leave out when they list cookies."""
    if not isinstance(cookies, list) or any(name == "cookie" for name, _ in headers):
        return headers
    pairs = [
        f"{one['name']}={'' if one.get('value') is None else one['value']}"
        for one in cookies
        if isinstance(one, dict) and "name" in one
    ]
    return (*headers, ("cookie", "; ".join(pairs))) if pairs else headers


def _status(response: Mapping[str, Any]) -> int | None:
    status = int(response.get("status") or 0)
    if not -1 <= status <= _STATUS:
        raise ValueError("no status of HTTP")
    return status if status > 0 else None


def _error(response: Mapping[str, Any]) -> str:
    told = response.get("_error")
    return told[:200] if isinstance(told, str) else ""


def _talks(entry: Mapping[str, Any], url: SplitResult) -> bool:
    return url.scheme in {"ws", "wss"} or bool(entry.get("_webSocketMessages"))
