"""Keep the ledger of client connections: what was noticed on each, and how it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Trace:
    """What the hooks have noted about one client connection so far."""

    id: str
    started: float
    sni: str = ""
    address: str = ""
    bytes_up: int = 0
    bytes_down: int = 0
    detail: str = ""
    seen: set[str] = field(default_factory=set)
    """Words of `_RULES`, and `mark`."""


_RULES = (
    ("ignored", "passed-through"),
    ("response", "decrypted"),
    ("server-failed", "refused-by-server"),
    ("request", "decrypted"),
    ("client-refused", "refused-by-client"),
    ("stream", "not-http"),
    ("quic", "quic"),
    ("client-tls", "established-silent"),
)


def outcome(seen: set[str]) -> str:
    """Return how a connection ended: the first rule whose sign was seen, else `failed`."""
    return next((result for sign, result in _RULES if sign in seen), "failed")


class Ledger:
    """The open connections; each leaves one line when it ends."""

    def __init__(self) -> None:
        self._traces: dict[str, Trace] = {}

    def trace(self, client: str, started: float) -> Trace:
        """Return what is known of a client connection; `started` counts the first time only."""
        if client not in self._traces:
            self._traces[client] = Trace(client, started)
        return self._traces[client]

    def refused(self, client: str, alert: bool) -> str:
        """Return the sign of a TLS handshake that the client did not finish.

        A close without an alert is how some systems refuse a certificate, and how browsers drop
        a spare connection: where the same server name was accepted before, it is the latter.
        """
        name = self._traces[client].sni if client in self._traces else ""
        accepted = any(
            one.sni == name and "client-tls" in one.seen for one in self._traces.values()
        )
        return "client-refused" if alert or not accepted else "client-left"

    def open(self) -> list[str]:
        """Return the connections that have not ended."""
        return list(self._traces)

    def end(self, client: str, ended: float | None) -> dict[str, Any] | None:
        """Forget a connection and return its line for the journal.

        None when nobody knows it, or when it carried nothing but the tester's marks.
        """
        trace = self._traces.pop(client, None)
        if trace is None or trace.seen == {"mark"}:
            return None
        entry = asdict(trace)
        del entry["seen"]
        return {**entry, "outcome": outcome(trace.seen), "ended": ended, "process": ""}
