"""End connections so that the application notices at once, and know what to end.

A client that is ignored waits for its time-out. So TLS gets the alert that a server would send,
and QUIC a Version Negotiation packet that offers nothing: RFC 9000 6.2 makes the client give up,
and applications that can do without QUIC turn to TCP.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from mitmproxy import tls
from mitmproxy.proxy import commands, context, events, layer
from mitmproxy.proxy.layers.quic import quic_parse_client_hello_from_datagrams
from mitmproxy.proxy.layers.tls import parse_client_hello

TLS_ALERT = bytes([21, 3, 1, 0, 2, 2, 49])
"""A fatal alert, `access_denied`."""

QUIC_PORT = 443

_LONG_HEADER = 0x80
_SHORTEST = 7
"""Flags, version, and the lengths of two connection ids."""
_LONGEST_ID = 20
_VERSIONS = frozenset({1, 0x6B3343CF, 0x709A50C4})
"""1, and 2 with its draft."""
_DRAFTS = 0xFF0000
_GOOGLE = frozenset({0x51, 0x54})
"""First byte of Google's own versions: Q0xx and T0xx."""
_UNUSED = 0x0A0A0A0A
"""RFC 9000 15 keeps versions of this form from ever being used; clients send them to try a server."""
_NO_VERSION = bytes.fromhex("1a2a3a4a")


@dataclass(frozen=True, slots=True)
class Targets:
    """Receivers to refuse: catalogue ids, host names, and `*.name` for everything below."""

    names: frozenset[str] = frozenset()

    def hit(self, host: str, owner: str) -> str:
        """Return the entry that a host falls under, or nothing."""
        host = host.lower().rstrip(".")
        above = (f"*.{host.split('.', n)[n]}" for n in range(1, host.count(".") + 1))
        return next((one for one in (host, owner, *above) if one and one in self.names), "")


def read_targets(entries: Iterable[str], known: Collection[str]) -> Targets:
    """Return what the entries of an option say; raise ValueError where they say nothing."""
    names = {entry.strip().lower().rstrip(".") for entry in entries}
    for name in sorted(names - set(known)):
        if "*" in name.removeprefix("*.") or not {".", ":"} & set(name.removeprefix("*.")):
            raise ValueError(
                f"`{name}` is no receiver of the catalogue and no host. Write `api.name.com`, "
                f"`*.name.com` or one of: {', '.join(sorted(known))}."
            )
    return Targets(frozenset(names))


def read_categories(entries: Iterable[str], known: Collection[str]) -> frozenset[str]:
    """Return the categories an option names; raise ValueError when there is no such one."""
    names = frozenset(entry.strip().lower() for entry in entries)
    for name in sorted(names - set(known)):
        raise ValueError(f"`{name}` is no kind of data. There are: {', '.join(known)}.")
    return names


class Refused(layer.Layer):
    """Say goodbye and close both ends."""

    def __init__(self, context: context.Context, farewell: bytes = b"") -> None:
        super().__init__(context)
        self._farewell = farewell

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            if self._farewell:
                yield commands.SendData(self.context.client, self._farewell)
            if self.context.server.connected:
                yield commands.CloseConnection(self.context.server)
            yield commands.CloseConnection(self.context.client)


class WholeHello(layer.Layer):
    """Wait for the rest of a ClientHello, then let mitmproxy choose the layer again.

    Today's browsers offer keys so large that the ClientHello comes in two parts. mitmproxy chooses
    at the first part, where the server's name may not have come yet.
    """

    def __init__(self, context: context.Context) -> None:
        super().__init__(context)
        self.context.layers.remove(self)  # mitmproxy chooses by the layers that are there
        self._hello = b""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.ConnectionClosed):
            yield commands.CloseConnection(self.context.client)
        elif isinstance(event, events.DataReceived) and event.connection == self.context.client:
            self._hello += event.data
            if not is_partial_hello(self._hello):
                chosen = layer.NextLayer(self.context)
                self._handle_event = chosen.handle_event  # type: ignore[method-assign]
                yield from chosen.handle_event(events.Start())
                yield from chosen.handle_event(
                    events.DataReceived(self.context.client, self._hello)
                )


def is_partial_hello(data: bytes) -> bool:
    """Say whether more of a TLS ClientHello must come."""
    try:
        return parse_client_hello(data) is None
    except ValueError:
        return False


def tls_name(data: bytes) -> str:
    """Return the server's name in a TLS ClientHello."""
    return _name(lambda: parse_client_hello(data))


def quic_name(datagram: bytes) -> str:
    """Return the server's name in the first datagram of a QUIC connection, if all of it is there."""
    return _name(lambda: quic_parse_client_hello_from_datagrams([datagram]))


def _name(parse: Callable[[], tls.ClientHello | None]) -> str:
    try:
        hello = parse()
    except Exception:  # nothing that a stranger sends may end in an error
        return ""
    return (hello.sni or "") if hello else ""


def is_quic(datagram: bytes) -> bool:
    """Say whether a datagram begins like one that opens a QUIC connection.

    The version is asked for too: RTP and DNS may also begin with a byte above 0x7f.
    """
    if len(datagram) < _SHORTEST or not datagram[0] & _LONG_HEADER:
        return False
    version = int.from_bytes(datagram[1:5], "big")
    return (
        version in _VERSIONS
        or version >> 8 == _DRAFTS
        or version >> 24 in _GOOGLE
        or version & 0x0F0F0F0F == _UNUSED
    )


def quic_farewell(datagram: bytes) -> bytes:
    """Return the Version Negotiation packet that ends a QUIC attempt; nothing for other datagrams."""
    if not is_quic(datagram):
        return b""
    there, rest = _connection_id(datagram[5:])
    here, _ = _connection_id(rest)
    if max(len(there), len(here)) > _LONGEST_ID:
        return b""
    ids = bytes([len(here)]) + here + bytes([len(there)]) + there
    return bytes([_LONG_HEADER | 0x40]) + bytes(4) + ids + _NO_VERSION


def _connection_id(data: bytes) -> tuple[bytes, bytes]:
    size = data[0] if data else 0
    return data[1 : 1 + size], data[1 + size :]
