"""What a script sends: records with a time, and how to spell common ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from auditor.selftest import wire

Kind = Literal["request", "access point", "refuse", "pass"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Send:
    """One thing the client does on the network."""

    at: float
    """Seconds since the session began."""
    host: str
    path: str = "/"
    body: bytes = b""
    kind: Kind = "request"
    """`refuse`: the proxy's certificate is not accepted. `pass`: the proxy was told to let it through."""
    method: str = ""
    """Empty: GET without a body, else POST."""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def verb(self) -> str:
        """The method of the request."""
        return self.method or ("POST" if self.body else "GET")


def get(at: float, host: str, path: str, /, **query: object) -> Send:
    """Return a GET request."""
    return Send(at, host, path + (f"?{urlencode(query)}" if query else ""))


def post(at: float, host: str, path: str, value: object, kind: str = JSON) -> Send:
    """Return a POST request with JSON in it."""
    return Send(at, host, path, wire.json_bytes(value), headers=(("Content-Type", kind),))


def post_form(at: float, host: str, path: str, values: Mapping[str, object]) -> Send:
    """Return a POST request with a form in it."""
    return Send(at, host, path, urlencode(values).encode(), headers=(("Content-Type", FORM),))


def batches(
    events: Iterable[tuple[float, object]], every: float, end: float
) -> list[tuple[float, Sequence[object]]]:
    """Return what a client that uploads every so many seconds has at each upload, empty ones too."""
    rest = sorted(events, key=lambda one: one[0])
    found: list[tuple[float, Sequence[object]]] = []
    due = every
    while due <= end:
        found.append((due, [event for at, event in rest if due - every <= at < due]))
        due += every
    return found


def ms(moment: float) -> int:
    """Return seconds as whole milliseconds."""
    return round(moment * 1000)
