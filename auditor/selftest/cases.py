"""What a connection can come to, and what the session must say about each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.records import Connection
from auditor.selftest.certificates import DOMAIN
from auditor.selftest.stage import Ports


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of behaviour, recognised in the session by its server name or its port."""

    id: str
    what: str
    expected: str
    port: str = ""
    """Field of `Ports`; empty where the server name tells."""
    detail: str = ""
    """Expression that the connection's detail must hold."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was expected of a case, and what the session says."""

    case: str
    what: str
    expected: str
    reported: tuple[str, ...]
    """One word per connection; empty when the session knows none."""
    detail: str
    good: bool


CASES = (
    Case("stage", "sends its data as it should", "decrypted"),
    Case("refuses", "refuses the proxy's certificate", "refused-by-client"),
    Case("hangs-up", "hangs up at the certificate", "refused-by-client"),
    Case("pins", "accepts it, then says nothing", "established-silent"),
    Case("raw", "speaks raw TCP, Spotify partner", "not-http", "raw", "product partner"),
    Case("quic", "speaks QUIC that is not HTTP/3", "quic"),
    Case("quic-refuses", "refuses it over QUIC", "quic", detail="(?i)certificate"),
    Case("http2", "speaks HTTP/2", "decrypted"),
    Case("http3", "speaks HTTP/3", "decrypted"),
    Case("dead", "calls a port that is closed", "refused-by-server", port="dead"),
    Case("stranger", "meets an untrusted server", "refused-by-server"),
    Case("passed", "goes to a host left alone", "passed-through"),
    Case("leaves", "opens a way out and leaves", "failed", port="quiet"),
    Case("dies", "is killed in a conversation", "decrypted"),
)


def judge(
    cases: Iterable[Case], connections: Iterable[Connection], ports: Ports
) -> tuple[Outcome, ...]:
    """Return one outcome per case, in their order."""
    known = tuple(connections)
    return tuple(
        _judge(case, [one for one in known if belongs(case, one, ports)]) for case in cases
    )


def belongs(case: Case, connection: Connection, ports: Ports) -> bool:
    """Say whether a connection is the doing of a case."""
    if case.port:
        return connection.address == f"127.0.0.1:{getattr(ports, case.port)}"
    return connection.sni == f"{case.id}.{DOMAIN}"


def unexplained(
    cases: Iterable[Case], connections: Iterable[Connection], ports: Ports
) -> tuple[Connection, ...]:
    """Return the connections that no case made."""
    known = tuple(cases)
    return tuple(one for one in connections if not any(belongs(case, one, ports) for case in known))


def _judge(case: Case, found: list[Connection]) -> Outcome:
    detail = next((one.detail for one in found if one.detail), "")
    right = {one.outcome for one in found} == {case.expected}
    return Outcome(
        case=case.id,
        what=case.what,
        expected=case.expected,
        reported=tuple(one.outcome for one in found),
        detail=detail,
        good=right and bool(re.search(case.detail, detail)),
    )
