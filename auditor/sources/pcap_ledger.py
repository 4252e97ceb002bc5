"""List the connections of a network capture: who called whom, when, how much, and in which language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from auditor.records import Connection
from auditor.sources import pcap_names, pcap_quic
from auditor.sources.pcap_link import ACK, FIN, RST, SYN, TCP, Place, Segment
from auditor.sources.pcap_tcp import Half

_BEGINNING = 16 << 10
"""Bytes of a client's stream in which its name is looked for."""
_SIGN = 16
"""Bytes that tell a language."""
_NAMES = 50_000
"""Addresses whose names are remembered."""
_MOST = 200_000
"""Connections of one capture."""
_DNS = 53
_UDP_PAUSE_S = 300.0
"""Silence after which the same ports are taken for another conversation."""


@dataclass(slots=True)
class Trace:
    """What is known of one connection so far."""

    number: int
    protocol: int
    ours: Place
    theirs: Place
    started: float
    ended: float
    up: Half = field(default_factory=Half)
    down: Half = field(default_factory=Half)
    bytes_up: int = 0
    bytes_down: int = 0
    beginning: bytes = b""
    """The first bytes that we sent."""
    signs: set[str] = field(default_factory=set)
    """`syn`, `answer`, `refused`, `closed`, `quic`, `tls`, `http`."""
    name: str = ""
    """What a hello of TLS or QUIC says."""
    dns_name: str = ""
    """What an earlier answer of DNS called the far end."""
    first: int | None = None
    """Sequence number of our SYN."""
    hello: dict[int, bytes] = field(default_factory=dict)
    quic_id: bytes = b""

    @property
    def id(self) -> str:
        """Return the name under which exchanges refer to it."""
        return f"pcap-{self.number}"


class Ledger:
    """Takes segments in the order of the capture; the same capture gives the same numbers."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []
        self.unlisted = 0
        """Segments of connections that were too many."""
        self._open: dict[tuple[int, Place, Place], Trace] = {}
        self._names: dict[str, str] = {}

    def add(self, one: Segment) -> tuple[Trace, bool, int, bytes] | None:
        """Take a segment. Return its connection, whether we sent it, and bytes lost and in order."""
        trace = self._trace(one)
        if trace is None:
            self.unlisted += 1
            return None
        out = _endpoint(one, one.source, one.target) == trace.ours
        trace.ended = max(trace.ended, one.time)
        gap, data = _ordered(trace, one, out) if one.protocol == TCP else (0, one.data)
        if one.protocol != TCP:
            self._datagram(trace, one, out)
        if out and data and not trace.name and len(trace.beginning) < _BEGINNING:
            _remember(trace, data)
        return trace, out, gap, data

    def drain(self) -> Iterator[tuple[Trace, bool, int, bytes]]:
        """Yield what still waited for missing bytes, when the capture is at its end."""
        for trace in self.traces:
            for out, half in ((True, trace.up), (False, trace.down)):
                while (found := half.flush()) != (0, b""):
                    _weigh(trace, out, *found)
                    yield trace, out, *found

    def connections(self) -> Iterator[Connection]:
        """Yield what was found, in the order in which it began."""
        for trace in self.traces:
            name = name_of(trace)
            yield Connection(
                id=trace.id,
                outcome=_outcome(trace),
                started=trace.started,
                ended=trace.ended,
                sni=name or trace.dns_name,
                address=_written(trace.theirs),
                bytes_up=trace.bytes_up,
                bytes_down=trace.bytes_down,
                detail=_detail(trace, name),
            )

    def _trace(self, one: Segment) -> Trace | None:
        source, target = (
            _endpoint(one, one.source, one.target),
            _endpoint(one, one.target, one.source),
        )
        key = (one.protocol, *sorted((source, target)))
        known = self._open.get(key)  # type: ignore[arg-type]
        if known and not _another(known, one, source):
            return known
        if len(self.traces) >= _MOST:
            return None
        ours, theirs = (source, target) if _from_us(one) else (target, source)
        made = Trace(len(self.traces), one.protocol, ours, theirs, one.time, one.time)
        made.dns_name = self._names.get(theirs[0], "")
        self.traces.append(made)
        self._open[key] = made  # type: ignore[index]
        return made

    def _datagram(self, trace: Trace, one: Segment, out: bool) -> None:
        if out:
            trace.bytes_up += one.size
        else:
            trace.bytes_down += one.size
            trace.signs.add("answer")
        if one.source[1] == _DNS:
            for address, name in pcap_names.dns_answers(one.data):
                if len(self._names) < _NAMES:
                    self._names[address] = name
        if out and not trace.name and pcap_quic.is_quic(one.data):
            trace.signs.add("quic")
            parts, trace.quic_id = pcap_quic.crypto_parts(one.data, trace.quic_id)
            trace.hello |= parts
            trace.name = pcap_names.hello_name(_joined(trace.hello))


def _remember(trace: Trace, data: bytes) -> None:
    """Keep what a client says first, until it has said whom it calls."""
    trace.beginning += data[:_BEGINNING]
    if trace.protocol == TCP and pcap_names.is_tls(trace.beginning):
        trace.name = pcap_names.tls_name(trace.beginning)
        if trace.name:
            trace.beginning = trace.beginning[:_SIGN]


def _endpoint(one: Segment, place: Place, other: Place) -> Place:
    """Return a place; all questions to one DNS server count as one connection."""
    dns = one.protocol != TCP and other[1] == _DNS and place[1] != _DNS
    return (place[0], 0) if dns else place


def _another(known: Trace, one: Segment, source: Place) -> bool:
    """Say whether the same ports begin a new connection."""
    if one.protocol != TCP:
        return one.time - known.ended > _UDP_PAUSE_S and known.theirs[1] != _DNS
    called = one.flags & (SYN | ACK) == SYN
    return called and (
        "closed" in known.signs or known.first != one.sequence or source != known.ours
    )


def _from_us(one: Segment) -> bool:
    """Say whether the first segment that was seen goes out: its sender called, or is at home here."""
    if one.protocol == TCP and one.flags & SYN:
        return not one.flags & ACK
    here, there = (not ip_address(one_end[0]).is_global for one_end in (one.source, one.target))
    if here != there:
        return here
    if _DNS in (one.source[1], one.target[1]):
        return one.target[1] == _DNS
    return True


def _ordered(trace: Trace, one: Segment, out: bool) -> tuple[int, bytes]:
    half = trace.up if out else trace.down
    if one.flags & SYN:
        half.begin(one.sequence)
        trace.signs.add("syn" if out else "answer")
        trace.first = one.sequence if out else trace.first
        return 0, b""
    gap, data = half.add(one.sequence, one.data)
    _weigh(trace, out, gap, data)
    if one.flags & RST and not out and not trace.bytes_down:
        trace.signs.add("refused")
    if one.flags & (FIN | RST):
        trace.signs.add("closed")
    return gap, data


def _weigh(trace: Trace, out: bool, gap: int, data: bytes) -> None:
    if out:
        trace.bytes_up += gap + len(data)
    else:
        trace.bytes_down += gap + len(data)


def _joined(parts: dict[int, bytes]) -> bytes:
    """Return the pieces that follow each other from the beginning."""
    found = b""
    for place in sorted(parts):
        if place <= len(found):
            found += parts[place][len(found) - place :]
    return found


def name_of(trace: Trace) -> str:
    """Return the name that the client itself gave, on its first bytes."""
    if trace.name or trace.protocol != TCP:
        return trace.name
    if pcap_names.is_tls(trace.beginning):
        return pcap_names.tls_name(trace.beginning)
    if pcap_names.is_http(trace.beginning):
        return pcap_names.http_host(trace.beginning)
    return pcap_names.tunnel_host(trace.beginning)


def _outcome(trace: Trace) -> str:
    if trace.protocol != TCP:
        return "quic" if "quic" in trace.signs else "not-http"
    if "refused" in trace.signs and not trace.bytes_down:
        return "refused-by-server"
    if not trace.bytes_up and not trace.bytes_down:
        return "established-silent" if "answer" in trace.signs else "failed"
    if pcap_names.is_tls(trace.beginning):
        return "passed-through" if trace.bytes_down else "failed"
    if pcap_names.tunnel_host(trace.beginning):
        return "passed-through"
    return "decrypted" if pcap_names.is_http(trace.beginning) else "not-http"


def _detail(trace: Trace, name: str) -> str:
    parts = [] if trace.protocol != TCP or "syn" in trace.signs else ["began before the capture"]
    if trace.dns_name and not name:
        parts.append("name from an answer of DNS")
    if trace.theirs[1] == _DNS:
        parts.append("questions for addresses (DNS)")
    return "; ".join(parts)


def _written(place: Place) -> str:
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
