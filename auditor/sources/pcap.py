"""Read network captures: a list of all connections, and what of them can be read.

What is encrypted stays so, unless the keys are there and tshark is installed
(`auditor.sources.pcap_keys`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.errors import SourceError
from auditor.records import Connection, Exchange, Loss
from auditor.sources import pcap_keys, pcap_names
from auditor.sources.pcap_file import Packet, PacketFile, looks_like
from auditor.sources.pcap_http import Http1, Where
from auditor.sources.pcap_http2 import PREFACE, Http2
from auditor.sources.pcap_ledger import Ledger, Trace, name_of
from auditor.sources.pcap_link import LINKS, TCP, Place, Segment, segment
from auditor.sources.tally import note

__all__ = ["looks_like", "read"]


Talk = Http1 | Http2
Calls = dict[frozenset[Place], list[Trace]]


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a capture says; `exchanges` may be read for as long as `folder` is there."""

    exchanges: Iterator[Exchange]
    connections: tuple[Connection, ...]
    losses: list[Loss]


def read(path: Path, first: int, folder: Path, beside: Path | None = None) -> Traffic:
    """List the connections of a capture; its exchanges are read when they are asked for.

    `folder` is where files for the meantime go. `beside` is the file next to which keys may lie,
    where `path` is an unpacked copy of it.
    Raises SourceError when the capture holds no packet that can be read.
    """
    file, ledger = PacketFile(path), Ledger()
    named = beside or path
    packets = 0
    for packet in file.packets():
        packets += 1
        if found := _segment(packet, file.losses):
            ledger.add(found)
    for _ in ledger.drain():
        pass
    if not packets:
        raise SourceError(
            f"{named.name} holds no packet that can be read.",
            "Was the capture ended before anything passed? Capture again.",
        )
    if ledger.unlisted:
        reason = "packet of a connection beyond the first 200,000"
        file.losses.append(Loss(reason, count=ledger.unlisted))
    calls: Calls = {}
    for trace in ledger.traces:
        if trace.protocol == TCP:
            calls.setdefault(frozenset((trace.ours, trace.theirs)), []).append(trace)
    opened = folder / "opened.pcapng"
    keys = pcap_keys.beside(named)
    read_too = bool(keys or file.keys) and pcap_keys.decrypt(path, keys, opened, file.losses)
    inside = set(_inside(opened, calls)) if read_too else set()
    return Traffic(
        exchanges=_numbered(
            _exchanges(path, ledger, calls, opened if inside else None, file.losses), first
        ),
        connections=tuple(
            replace(one, outcome="decrypted") if one.id in inside else one
            for one in ledger.connections()
        ),
        losses=file.losses,
    )


def _segment(packet: Packet, losses: list[Loss]) -> Segment | None:
    if packet.link in LINKS:
        return segment(packet)
    reason, detail = "packet of a network that is not read", f"link type {packet.link}"
    note(losses, Loss(reason, size=packet.size, detail=detail))
    return None


def _numbered(exchanges: Iterator[Exchange], first: int) -> Iterator[Exchange]:
    for number, one in enumerate(exchanges, first):
        yield replace(one, number=number)


def _exchanges(
    path: Path, known: Ledger, calls: Calls, opened: Path | None, losses: list[Loss]
) -> Iterator[Exchange]:
    """Yield what was sent in plain words, then what tshark opened."""
    plain = {one.number for one in known.traces if pcap_names.is_http(one.beginning)}
    if plain:
        yield from _plain(path, plain, losses)
    if opened:
        yield from _opened(opened, calls, losses)


def _plain(path: Path, plain: set[int], losses: list[Loss]) -> Iterator[Exchange]:
    """Go through the capture a second time, for the connections that can be read."""
    ledger, talks = Ledger(), dict[int, Http1]()
    for packet in PacketFile(path).packets():
        found = segment(packet)
        taken = ledger.add(found) if found else None
        if found and taken and taken[0].number in plain:
            trace, out, gap, data = taken
            yield from _told(_talk(talks, trace, losses), out, (gap, data), found.time)
    for trace, out, gap, data in ledger.drain():
        if trace.number in plain:
            yield from _told(_talk(talks, trace, losses), out, (gap, data), trace.ended)
    for talk in talks.values():
        yield from talk.end()


def _talk(talks: dict[int, Http1], trace: Trace, losses: list[Loss]) -> Http1:
    if trace.number not in talks:
        talks[trace.number] = Http1(_where(trace, "http"), losses)
    return talks[trace.number]


def _told(talk: Talk, out: bool, what: tuple[int, bytes], time: float) -> Iterator[Exchange]:
    gap, data = what
    if gap:
        yield from talk.lose(gap + len(data))
    elif data:
        yield from talk.feed(out, data, time)


def _inside(opened: Path, calls: Calls) -> Iterator[str]:
    for one in pcap_keys.opened(opened, []):
        trace = _called(calls, one)
        if trace:
            yield trace.id


def _opened(opened: Path, calls: Calls, losses: list[Loss]) -> Iterator[Exchange]:
    talks: dict[int, Talk] = {}
    for one in pcap_keys.opened(opened, losses):
        trace = _called(calls, one)
        if trace is None:
            note(losses, Loss("opened bytes of no connection in the list", size=len(one.data)))
            continue
        if trace.number not in talks:
            kind = Http2 if one.data.startswith(PREFACE) else Http1
            talks[trace.number] = kind(_where(trace, "https"), losses)
        yield from talks[trace.number].feed(one.source == trace.ours, one.data, one.time)
    for talk in talks.values():
        yield from talk.end()


def _called(calls: Calls, one: pcap_keys.Opened) -> Trace | None:
    """Return the connection that bytes belong to: of those between the same ports, the last begun."""
    traces = calls.get(frozenset((one.source, one.target)), [])
    return next((trace for trace in reversed(traces) if trace.started <= one.time), None)


def _where(trace: Trace, scheme: str) -> Where:
    return Where(trace.id, scheme, name_of(trace) or trace.theirs[0], trace.theirs[1])
