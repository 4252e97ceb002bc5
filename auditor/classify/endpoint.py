"""Find out where an exchange went: receiver and endpoint, or the bare address of strangers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, unquote

from auditor.catalogue.model import Catalogue, Endpoint, Receiver
from auditor.classify.guess import guess
from auditor.records import Exchange, Site

UNKNOWN = "unknown"
"""Role of a receiver that nobody has catalogued."""

ANYWHERE = "*"
"""Host of addresses that only one format uses, on whatever host."""

VENDOR = "analytics vendor"
_SIDELINES = frozenset({"ads", "config", "device", "diagnostics", "identity", "analytics"})
"""What a vendor of telemetry gets besides its main thing; it gets no searches and no audio."""

_MEMORY = 5_000
_ID = re.compile(
    r"\d{3,}|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|(?=\D*\d)[0-9a-fA-F]{8,}"
    r"|(?=\D*\d)[\w-]{16,}|[\w=-]{32,}|.*[:@].*|(?=.*\d)(?:[a-z]+[_-])?\d[\w-]{5,}"
)
_PEOPLE = frozenset(
    ["account", "accounts", "member", "members", "profile", "profiles", "user", "users"]
)
"""Segments that are followed by the id of a person."""
_Address = tuple[str, str, str, str]
"""Kind of exchange, method, host, path."""
_Found = tuple[Endpoint, tuple[tuple[str, str], ...]]
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class _Choice:
    """What an address leads to where the query decides."""

    asking: tuple[_Found, ...]
    """Endpoints that ask for a query, those that ask for most first."""
    otherwise: _Found | None

    def of(self, query: str) -> _Found | None:
        """Return what a raw query leads to."""
        given = frozenset(parse_qsl(query, keep_blank_values=True))
        for found in self.asking:
            wanted = found[0].match.query
            if all(any((name, one) in given for one in values) for name, values in wanted):
                return found
        return self.otherwise


class Directory:
    """The catalogue's addresses, indexed once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._owners: dict[str, Receiver] = {}
        self._names: dict[str, Receiver] = {}
        self._routes: dict[str, list[_Route]] = {}
        self._shapes: dict[str, Endpoint] = {}
        self._known: dict[_Address, _Found | _Choice | None] = {}
        self._words = catalogue.lexicon.addresses
        for receiver in catalogue.receivers.values():
            self._names[receiver.id] = receiver
            for host in receiver.hosts:
                self._owners[host] = receiver
            for endpoint in receiver.endpoints:
                self._add(endpoint)
        for routes in self._routes.values():
            routes.sort(key=lambda route: route.order)

    def find(self, exchange: Exchange, body_keys: frozenset[str] = frozenset()) -> Site:
        """Return where an exchange went.

        `body_keys` are the first keys of the decoded body: some messages are recognised by their
        shape alone, also on hosts that nobody knows, and some by an address that nobody else
        uses. The host then stays the receiver, and the endpoint is named with the id of whoever
        made the format: `tidal/event-batch`.

        Without a rule the category is a guess from the words of the address (basis `name`, see
        `auditor.classify.guess`): it makes the picture right and decides nothing.
        """
        host = exchange.host.lower().rstrip(".")
        method, path = exchange.method.upper(), exchange.path or "/"
        asks = is_preflight(exchange)
        found = None if asks else self._route((exchange.kind, method, host, path), exchange.query)
        owner = self._owner(host)
        if found is not None:
            endpoint, parameters = found
            receiver = self._names[endpoint.receiver]
            return _site(receiver, endpoint.id, endpoint.category, parameters)
        for key in sorted(body_keys & self._shapes.keys()):
            return self._by_format(host, owner, (self._shapes[key], ()))
        found = (
            None if asks else self._route((exchange.kind, method, ANYWHERE, path), exchange.query)
        )
        if found is not None:
            return self._by_format(host, owner, found)
        folded, parameters = fold(path)
        address = f"{method} {folded}".strip()
        category = "metadata" if asks else self._guessed(owner, method, host, path)
        if owner is not None:
            return Site(owner.id, owner.name, owner.role, address, category, False, parameters)
        return Site(host, host, UNKNOWN, address, category, False, parameters)

    def receiver_of(self, host: str) -> Receiver | None:
        """Return who owns a host, also where no endpoint is known."""
        return self._owner(host.lower().rstrip("."))

    def _add(self, endpoint: Endpoint) -> None:
        for host in endpoint.match.hosts:
            for path in endpoint.match.paths:
                route = _Route(endpoint, path)
                self._routes.setdefault(host, []).append(route)
        if endpoint.match.body:
            self._shapes[endpoint.match.body] = endpoint

    def _guessed(self, owner: Receiver | None, method: str, host: str, path: str) -> str:
        """Return what an address without a rule is about; that of a vendor is like its others."""
        category, _ = guess(self._words, method, host, path)
        vendor = owner is not None and owner.role == VENDOR and bool(owner.endpoints)
        if owner is None or not vendor or category in _SIDELINES:
            return category
        return owner.endpoints[0].category

    def _by_format(self, host: str, owner: Receiver | None, found: _Found) -> Site:
        """Return a site whose message shows who made its format, but not who gets it."""
        endpoint, values = found
        if owner is not None and owner.id == endpoint.receiver:
            return _site(owner, endpoint.id, endpoint.category, values)
        name = f"{endpoint.receiver}/{endpoint.id}"
        if owner is not None:
            return Site(owner.id, owner.name, owner.role, name, endpoint.category, True, values)
        return Site(host, host, UNKNOWN, name, endpoint.category, True, values)

    def _owner(self, host: str) -> Receiver | None:
        return next((self._owners[h] for h in _hosts(host) if h in self._owners), None)

    def _route(self, address: _Address, query: str) -> _Found | None:
        if address not in self._known:
            if len(self._known) >= _MEMORY:
                self._known.clear()
            self._known[address] = self._match(address)
        found = self._known[address]
        return found.of(query) if isinstance(found, _Choice) else found

    def _match(self, address: _Address) -> _Found | _Choice | None:
        """Return the first endpoint that takes an address, or the choice that a query makes."""
        asking: list[_Found] = []
        for found in self._matches(address):
            if not found[0].match.query:
                return _Choice(tuple(asking), found) if asking else found
            asking.append(found)
        return _Choice(tuple(asking), None) if asking else None

    def _matches(self, address: _Address) -> Iterable[_Found]:
        """Yield every endpoint that takes an address, the closest first."""
        _, _, host, path = address
        for name in _hosts(host):
            for route in self._routes.get(name, ()):
                if not route.takes(address):
                    continue
                found = route.expression.fullmatch(path)
                if found:
                    values = zip(route.names, found.groups(), strict=True)
                    yield route.endpoint, tuple((n, unquote(v)) for n, v in values)


def is_preflight(exchange: Exchange) -> bool:
    """Say whether a browser only asks if it may send something (CORS); it carries no content."""
    names = {name for name, _ in exchange.headers}
    return exchange.method.upper() == "OPTIONS" and "access-control-request-method" in names


class _Route:
    """One path template of an endpoint."""

    def __init__(self, endpoint: Endpoint, template: str) -> None:
        self.endpoint = endpoint
        self.names = tuple(_PLACE.findall(template))
        rest = template.endswith("**")
        parts = _PLACE.split(template.removesuffix("**"))
        literal = [re.escape(part) for part in parts[::2]]
        body = "([^/]+)".join(literal)
        if rest:
            body = body.removesuffix("/") + "(?:/.*)?"
        self._expression = body if rest else body.removesuffix("/") + "/?"
        spelled = -sum(map(len, literal))
        places = 0 if rest else len(self.names)
        self.order = (rest, places, spelled, -len(endpoint.match.query))
        """Whole addresses first, of them those without placeholders; then what spells out most.
        Of the same addresses those that ask for more of the query."""

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """What the whole path must be; most are never asked for."""
        return re.compile(self._expression, re.DOTALL)

    def takes(self, address: _Address) -> bool:
        """Say whether kind and method fit."""
        match = self.endpoint.match
        kind, method, _, _ = address
        return match.kind in {"", kind} and (not match.methods or method in match.methods)


def fold(path: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Replace what looks like an id by `{id}`; return the template and the values.

    A value is named `id`, or `user_id` behind a segment such as `users`, so that it is hidden.
    """
    values: list[tuple[str, str]] = []
    parts = path.split("/")
    for place, part in enumerate(parts):
        stem, dot, ending = part.rpartition(".")
        stem, tail = (
            (stem, dot + ending) if stem and ending.isalnum() and "@" not in part else (part, "")
        )
        if stem and _ID.fullmatch(stem):
            name = "user_id" if parts[place - 1].lower() in _PEOPLE else "id"
            values.append((f"{name}{len(values) + 1}" if values else name, unquote(stem)))
            parts[place] = "{id}" + tail
    return "/".join(parts), tuple(values)


def _hosts(host: str) -> Iterable[str]:
    """Yield the host and the wildcards above it, the nearest first."""
    yield host
    while "." in host:
        host = host.partition(".")[2]
        yield f"*.{host}"


def _site(
    receiver: Receiver, endpoint: str, category: str, parameters: tuple[tuple[str, str], ...]
) -> Site:
    return Site(receiver.id, receiver.name, receiver.role, endpoint, category, True, parameters)
