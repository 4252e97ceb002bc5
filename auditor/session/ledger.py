"""Keep the ledger of client connections: what was noticed on each, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_WORDS = 200
"""Characters of one reason; mitmproxy's own words may hold a whole ClientHello in hex."""
_REASONS = 3
_FIRST_NEWS = 4096
"""Bytes after which a line is written again; then at every fourfold."""


@dataclass(slots=True)
class Trace:
    """What the hooks have noted about one client connection so far."""

    id: str
    started: float
    sni: str = ""
    asked: str = ""
    """`host:port` that the client asked the proxy for."""
    bytes_up: int = 0
    bytes_down: int = 0
    process: str = ""
    addresses: list[str] = field(default_factory=list)
    """Far ends in the order they were dialled."""
    reasons: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Words of `_RULES` and `_TRAFFIC`, and `mark`, `hello`, `dialled`, `client-left`."""
    written: tuple[str, ...] = ()
    """What the last line said, without its sizes."""
    due: int = _FIRST_NEWS
    """Bytes from which the line is worth writing again."""

    def note(self, reason: str) -> None:
        """Keep a reason in one line of limited length, once."""
        reason = " ".join(reason.split())[:_WORDS]
        if reason and reason not in self.reasons and len(self.reasons) < _REASONS:
            self.reasons.append(reason)

    def dial(self, address: str) -> None:
        """Keep a far end, once."""
        if address not in self.addresses:
            self.addresses.append(address)

    def forbid(self, address: str) -> None:
        """Forget a far end that was not dialled after all."""
        if address in self.addresses:
            self.addresses.remove(address)


_RULES = (
    (frozenset({"ignored", "server-failed"}), "refused-by-server"),
    (frozenset({"ignored"}), "passed-through"),
    (frozenset({"client-refused"}), "refused-by-client"),
    (frozenset({"response"}), "decrypted"),
    (frozenset({"server-failed"}), "refused-by-server"),
    (frozenset({"request"}), "decrypted"),
    (frozenset({"quic"}), "quic"),
    (frozenset({"stream"}), "not-http"),
    (frozenset({"client-tls"}), "established-silent"),
)

_TRAFFIC = frozenset({"connect", "request", "stream", "ignored"})
"""Signs that a connection is more than marks and controls for the recorder itself."""


def outcome(seen: set[str]) -> str:
    """Return how a connection ended: the first rule whose signs were all seen, else `failed`.

    One connection can show several signs, so the order says which of them counts.
    What nobody could read comes first, or it would hide behind what could be read: a client may
    send plain requests and then CONNECT on the same connection. An ignored host that was not even
    reached is the exception: nothing was passed through.
    An answer makes a connection `decrypted` although another request on it failed: the failed one
    is in the flows with its error. Without any answer a failed server counts more than a request,
    because nothing arrived anywhere. A request alone was read and sent, though its answer is missing.
    A client that refuses outranks a server that failed: mitmproxy tries the server first, but the
    client would have refused our certificate in any case.
    `quic` comes before `not-http`: QUIC streams that are no HTTP/3 are TCP flows in mitmproxy.
    """
    return next((result for signs, result in _RULES if signs <= seen), "failed")


class Ledger:
    """The open connections; each leaves a line when it ends, and before that when there is news."""

    def __init__(self) -> None:
        self._traces: dict[str, Trace] = {}
        self._accepted: set[tuple[str, str]] = set()

    def begin(self, client: str, started: float) -> Trace:
        """Return the trace of a connection that opens, or that is known already."""
        return self._traces.setdefault(client, Trace(client, started))

    def get(self, client: str) -> Trace | None:
        """Return what is known of an open connection."""
        return self._traces.get(client)

    def resume(self, trace: Trace) -> None:
        """Go on with a connection that another ledger has ended, because its recorder was replaced."""
        self._traces[trace.id] = trace

    def open(self) -> list[Trace]:
        """Return the connections that have not ended."""
        return list(self._traces.values())

    def accepted(self, trace: Trace) -> None:
        """Remember who accepted our certificate for which name."""
        self._accepted.add(_who(trace))

    def hung_up(self, trace: Trace) -> str:
        """Return the sign of a client that left the TLS handshake without a word.

        That is how some systems refuse a certificate, and how browsers drop a spare connection:
        where the same program accepted our certificate for the same name, it is the latter.
        """
        return "client-left" if _who(trace) in self._accepted else "client-refused"

    def news(self, client: str) -> dict[str, Any] | None:
        """Return the line of an open connection if it would say something new, else None.

        A killed recorder leaves no other lines. Sizes alone are news at every fourfold only.
        """
        trace = self._traces.get(client)
        if trace is None or _only_marks(trace):
            return None
        size = trace.bytes_up + trace.bytes_down
        said = _said(trace)
        if said == trace.written and size < trace.due:
            return None
        trace.written, trace.due = said, max(4 * size, _FIRST_NEWS)
        return _line(trace, None)

    def end(self, client: str, ended: float | None) -> dict[str, Any] | None:
        """Forget a connection and return its last line for the journal.

        None when nobody knows it, or when it carried nothing but the tester's marks.
        """
        trace = self._traces.pop(client, None)
        return None if trace is None or _only_marks(trace) else _line(trace, ended)


def _who(trace: Trace) -> tuple[str, str]:
    return trace.process, trace.sni or trace.asked


def _only_marks(trace: Trace) -> bool:
    return "mark" in trace.seen and not trace.seen & _TRAFFIC


def _said(trace: Trace) -> tuple[str, ...]:
    return outcome(trace.seen), trace.sni, _detail(trace), *trace.addresses[:1]


def _detail(trace: Trace) -> str:
    """Return the reasons in words, and the far ends that `address` has no room for."""
    parts = list(trace.reasons)
    named, more = trace.addresses[1:3], trace.addresses[3:]
    if named:
        parts.append(f"also to {', '.join(named)}" + (f" and {len(more)} more" if more else ""))
    if trace.asked and trace.asked not in trace.addresses:  # of a proxy behind ours, or not at all
        parts.append(f"asked for {trace.asked}")
    return "; ".join(parts)


def _line(trace: Trace, ended: float | None) -> dict[str, Any]:
    """Return one line for the whole client connection, because `Exchange.connection` names it.

    A client of a plain proxy can reach several far ends on one connection: `address` is the first
    of them, the sizes are those of all.
    """
    return {
        "id": trace.id,
        "started": trace.started,
        "ended": ended,
        "sni": trace.sni,
        "address": trace.addresses[0] if trace.addresses else "",
        "bytes_up": trace.bytes_up,
        "bytes_down": trace.bytes_down,
        "detail": _detail(trace),
        "outcome": outcome(trace.seen),
        "process": trace.process,
    }
