"""Collect what unknown endpoints have in common: addresses, fields, how often each is there."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from auditor import paths
from auditor.catalogue import pattern
from auditor.catalogue.model import Catalogue, Endpoint
from auditor.draft.address import domain, merge, template
from auditor.draft.shape import is_name
from auditor.look import Field, Looked
from auditor.records import Connection, Exchange, Value
from auditor.redact import Redactor

_MOST_FIELDS = 400
"""Fields of one endpoint; in more the keys are data, not names."""

_KEPT = 20
"""Different values counted for a field."""

_STANDARD = frozenset({"header", "cookie"})
_ID_KEY = re.compile(r"\d{3,}|[0-9a-fA-F-]{16,}|(?=.*\d)[\w-]{20,}")


_EVENT_KEY = re.compile(r"(?i)(?:event|action)(?:[_-]?(?:name|type))?")


@dataclass(slots=True)
class Profile:
    """One field of an unknown endpoint, over all its requests."""

    context: str
    path: str
    present: int = 0
    """Requests that have it."""
    most: int = 0
    """Most values in one request."""
    kinds: Counter[str] = field(default_factory=Counter)
    values: set[int] = field(default_factory=set)
    """Hashes of different values, up to a limit."""
    told: int = 0
    """Values in all."""
    first: Value = None
    category: str = "other"
    why: str = ""
    secret: str = ""


@dataclass(slots=True)
class Learned:
    """One unknown endpoint, or a known one with unknown fields."""

    receiver: str
    """Id of the receiver when the catalogue knows it, else empty."""
    endpoint: str
    """Id of a known endpoint whose fields are not all known, else empty."""
    method: str
    kind: str
    path: str
    hosts: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    answered_empty: int = 0
    """Requests whose answer had no or hardly any content."""
    fields: dict[tuple[str, str], Profile] = field(default_factory=dict)
    dropped: int = 0
    """Fields beyond the limit."""
    events: Counter[str] = field(default_factory=Counter)
    event_places: Counter[str] = field(default_factory=Counter)
    formats: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Decode steps of the body."""
    guesses: Counter[str] = field(default_factory=Counter)
    """What the address was taken for."""
    sample: tuple[Field, ...] = ()
    """Of the request with most fields, under their general paths."""
    day: float = 0.0
    """When it was first seen."""


class Learner:
    """Takes exchanges one by one; what has a rule is left out."""

    def __init__(self, catalogue: Catalogue, redactor: Redactor) -> None:
        self._redactor = redactor
        self._found: dict[tuple[str, ...], Learned] = {}
        self._known = {
            f"{owner.id}/{one.id}": one
            for owner in catalogue.receivers.values()
            for one in owner.endpoints
        }
        self._owners = frozenset(catalogue.receivers)
        self.seen = 0
        """Exchanges that were looked at."""
        self.skipped: Counter[str] = Counter()
        """Reason to number of exchanges that cannot be drafted."""
        self.sealed: set[str] = set()
        """Hosts of connections whose content was not seen."""

    def add(self, exchange: Exchange, looked: Looked) -> None:
        """Learn from one exchange."""
        self.seen += 1
        site = looked.site
        if exchange.kind not in {"http", "websocket"} or not exchange.host:
            self.skipped["neither HTTP nor a WebSocket"] += 1
            return
        if exchange.method.upper() == "OPTIONS":
            self.skipped["a question of the browser"] += 1
            return
        if site.known:
            known = self._known.get(f"{site.receiver}/{site.endpoint}")
            if known is not None:
                self._learn_fields(exchange, looked, known)
            return
        path, _ = template(exchange.path, self._redactor)
        owner = site.receiver if site.receiver in self._owners else ""
        key = (owner or domain(exchange.host), exchange.method.upper(), exchange.kind, path)
        one = self._found.setdefault(key, Learned(owner, "", key[1], exchange.kind, path))
        one.guesses[site.category] += 1
        self._count(one, exchange, looked.fields)

    def add_connection(self, connection: Connection) -> None:
        """Note a host that was called though nothing of it could be read."""
        if connection.outcome != "decrypted":
            self.sealed.add(self._redactor.address(connection.sni.lower()))

    def learned(self) -> dict[str, list[Learned]]:
        """Return what was learned by owner: id of a known receiver, or a domain."""
        owners: dict[str, list[Learned]] = {}
        for (owner, *_), one in self._found.items():
            owners.setdefault(owner, []).append(one)
        return {owner: _merged(ones) for owner, ones in sorted(owners.items())}

    def _learn_fields(self, exchange: Exchange, looked: Looked, known: Endpoint) -> None:
        unknown = tuple(
            one
            for one in looked.fields
            if one.rule in {"", "lexicon"}
            and one.context in {"body", "query"}
            and not _ruled(one, known)
        )
        if unknown:
            key = (known.receiver, known.id)
            one = self._found.setdefault(
                key, Learned(known.receiver, known.id, exchange.method, exchange.kind, "")
            )
            self._count(one, exchange, unknown)

    def _count(self, one: Learned, exchange: Exchange, fields: tuple[Field, ...]) -> None:
        own = tuple(
            replace(each, path=self._general(each.path))
            for each in fields
            if each.context not in _STANDARD
        )
        one.hosts[exchange.host.lower().rstrip(".")] += 1
        one.requests += 1
        one.day = min(one.day or exchange.started, exchange.started)
        replies = [message for message in exchange.messages if message.direction == "in"]
        one.answered_empty += bool(replies) and sum(reply.size for reply in replies) < 64  # noqa: PLR2004
        counts: Counter[tuple[str, str]] = Counter()
        for each in own:
            place = (each.context, each.path)
            if place not in one.fields and len(one.fields) >= _MOST_FIELDS:
                one.dropped += 1
                continue
            counts[place] += 1
            _profile(one.fields.setdefault(place, Profile(*place)), each)
            if each.raw == each.event != "" or _may_name_event(each):
                one.events[each.value] += 1
                one.event_places[each.path] += 1
        for place, count in counts.items():
            one.fields[place].present += 1
            one.fields[place].most = max(one.fields[place].most, count)
        bodies = [each.steps for each in own if each.context == "body"]
        if bodies:
            one.formats[min(bodies, key=len)] += 1
        if len(own) > len(one.sample):
            one.sample = own

    def _general(self, path: str) -> str:
        """Return a path in which keys that are ids, or may be secrets, stand as `*`."""
        parts: list[str] = []
        for part in pattern.split(path):
            bare = part.strip('.[]"')
            if bare and (_ID_KEY.fullmatch(bare) or self._redactor.path(bare) != bare):
                parts.append("*" if not parts or parts[-1] == ">" else ".*")
            else:
                parts.append(part)
        return "".join(parts)


def _may_name_event(one: Field) -> bool:
    """Say whether a field seems to say what happened; names of people and things must not pass."""
    keys = paths.keys(one.path)
    if one.context != "body" or not keys or not isinstance(one.raw, str) or not is_name(one.raw):
        return False
    if _EVENT_KEY.fullmatch(keys[-1]):
        return True
    inside = any("event" in key.lower() for key in keys[:-1])
    return inside and keys[-1].lower() in {"name", "type", "key"} and " " not in one.raw


def _ruled(one: Field, known: Endpoint) -> bool:
    """Say whether a rule is about this place though it leaves the judgement to the words."""
    return any(
        rule.context == one.context and pattern.compiled(rule.path).fullmatch(one.path)
        for rule in known.fields
    )


def _profile(profile: Profile, one: Field) -> None:
    profile.told += 1
    profile.kinds[kind(one.raw)] += 1
    if len(profile.values) < _KEPT:
        profile.values.add(hash(one.raw))
    if profile.first in {None, ""}:
        profile.first = one.raw
    if profile.category == "other" and one.category != "other":
        profile.category, profile.why = one.category, one.why
    profile.secret = profile.secret or one.secret


def kind(value: Value) -> str:
    """Return what a value is, in words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "whole number"
    if isinstance(value, float):
        return "number"
    if isinstance(value, bytes):
        return "bytes"
    return "nothing" if value in {None, ""} else "text"


def _merged(ones: list[Learned]) -> list[Learned]:
    """Join endpoints of one owner whose addresses differ in a word that varies."""
    fresh = [one for one in ones if not one.endpoint]
    result = [one for one in ones if one.endpoint]
    for method in sorted({(one.method, one.kind) for one in fresh}):
        group = [one for one in fresh if (one.method, one.kind) == method]
        templates = merge(one.path for one in group)
        joined: dict[str, Learned] = {}
        for one in group:
            one.path = templates[one.path]
            if one.path in joined:
                _join(joined[one.path], one)
            else:
                joined[one.path] = one
        result += joined.values()
    return result


def _join(one: Learned, other: Learned) -> None:
    one.hosts.update(other.hosts)
    one.events.update(other.events)
    one.event_places.update(other.event_places)
    one.formats.update(other.formats)
    one.guesses.update(other.guesses)
    one.requests += other.requests
    one.answered_empty += other.answered_empty
    one.dropped += other.dropped
    one.day = min(one.day, other.day)
    if len(other.sample) > len(one.sample):
        one.sample = other.sample
    for place, profile in other.fields.items():
        mine = one.fields.setdefault(place, profile)
        if mine is not profile:
            mine.present += profile.present
            mine.told += profile.told
            mine.most = max(mine.most, profile.most)
            mine.kinds.update(profile.kinds)
            mine.values |= profile.values
            if mine.category == "other":
                mine.category, mine.why = profile.category, profile.why
