"""Read the endpoints of a receiver's file."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import replace
from urllib.parse import urlencode

from auditor.catalogue.entries import check_keys, check_known, chosen, text, texts
from auditor.catalogue.model import (
    SECRETS,
    STATUSES,
    Endpoint,
    Evidence,
    Example,
    Expectation,
    FieldRule,
    Match,
)
from auditor.catalogue.rules import RuleReader, read_event_data
from auditor.catalogue.yamlfile import Entry

_NEEDED = {"id", "name", "match", "purpose", "category", "evidence", "status"}
_MORE = {"wire", "event_name", "event_data", "events", "fields", "examples"}
_BODIES = ("form", "json", "body", "base64")


def read_endpoints(
    file: Entry, receiver: str, categories: frozenset[str], evidence: dict[str, Evidence]
) -> tuple[Endpoint, ...]:
    """Return the endpoints of one file."""
    member = file.members().get("endpoints")
    if member is None:
        return ()
    return tuple(_read_endpoint(e, receiver, categories, evidence) for e in member.items())


def _read_endpoint(
    entry: Entry, receiver: str, categories: frozenset[str], evidence: dict[str, Evidence]
) -> Endpoint:
    check_keys(entry, required=_NEEDED, optional=_MORE)
    default = chosen(entry, "evidence", evidence, "evidence")
    reader = RuleReader(receiver, text(entry, "id"), categories, evidence, default)
    members = entry.members()
    one = Endpoint(
        id=text(entry, "id"),
        receiver=receiver,
        name=text(entry, "name"),
        match=_read_match(members["match"]),
        wire=text(entry, "wire"),
        purpose=text(entry, "purpose"),
        category=chosen(entry, "category", categories, "category"),
        evidence=evidence[default],
        status=chosen(entry, "status", STATUSES, "status"),
        event_name=texts(entry, "event_name"),
        fields=(),
        examples=read_examples(entry, categories),
        place=f"{entry.file}:{entry.line}",
        event_data=read_event_data(members["event_data"]) if "event_data" in members else (),
    )
    return with_rules(entry, one, reader)


def with_rules(entry: Entry, endpoint: Endpoint, reader: RuleReader) -> Endpoint:
    """Return the endpoint with the rules of `events` and `fields` added."""
    members = entry.members()
    events: tuple[tuple[str, str], ...] = ()
    rules: tuple[FieldRule, ...] = ()
    if "events" in members:
        events, rules = reader.read_events(
            members["events"], endpoint.event_name, endpoint.event_data
        )
    if "fields" in members:
        rules += reader.read_blocks(members["fields"])
    return replace(endpoint, fields=endpoint.fields + rules, events=endpoint.events + events)


def _read_match(entry: Entry) -> Match:
    check_keys(entry, required={"hosts"}, optional={"methods", "paths", "kind", "body", "query"})
    paths = texts(entry, "paths") or ("/**",)
    for path in paths:
        if not path.startswith("/") or "**" in path.removesuffix("**"):
            raise entry.error(
                f"`{path}` is no path template", "Write `/v1/things/{id}` or `/v1/**`."
            )
    hosts = texts(entry, "hosts")
    for host in hosts:
        bare = "" if host == "*" else host.removeprefix("*.")
        if host != host.lower() or "*" in bare or "/" in host:
            raise entry.error(f"`{host}` is no host", "Write `api.name.com` or `*.name.com`.")
    methods = tuple(method.upper() for method in texts(entry, "methods"))
    kind = chosen(entry, "kind", ("http", "websocket", "tcp"), "kind of exchange")
    return Match(methods, hosts, paths, kind, text(entry, "body"), _read_query(entry))


def _read_query(entry: Entry) -> tuple[tuple[str, tuple[str, ...]], ...]:
    member = entry.members().get("query")
    if member is None:
        return ()
    query = tuple((name, values.texts()) for name, values in member.members().items())
    if not query or not all(values for _, values in query):
        raise member.error("a query must ask for something", "Write `query: {name: value}`.")
    return query


def read_examples(entry: Entry, categories: frozenset[str]) -> tuple[Example, ...]:
    """Return the examples of an endpoint, or of a part that adds to it."""
    member = entry.members().get("examples")
    if member is None:
        return ()
    examples = [_read_example(item, categories) for item in member.items()]
    if len({one.id for one in examples}) < len(examples):
        raise member.error("two examples have the same id", "Give each its own.")
    return tuple(examples)


def _read_example(entry: Entry, categories: frozenset[str]) -> Example:
    check_keys(entry, required={"id", "request", "expect"})
    expect = entry.members()["expect"]
    nothing = expect.value == "none"
    return replace(
        read_request(text(entry, "id"), entry.members()["request"]),
        expect=() if nothing else tuple(_expected(e, categories) for e in expect.items()),
    )


def read_request(name: str, request: Entry) -> Example:
    """Return the request of an example, expecting nothing."""
    check_keys(request, required={"url"}, optional={"method", "headers", *_BODIES})
    headers = request.members().get("headers")
    return Example(
        id=name,
        method=text(request, "method", "POST"),
        url=text(request, "url"),
        headers=_read_headers(headers) if headers is not None else (),
        body=_read_body(request),
        expect=(),
    )


def _read_headers(entry: Entry) -> tuple[tuple[str, str], ...]:
    return tuple((key.lower(), value.text()) for key, value in entry.members().items())


def _read_body(request: Entry) -> bytes:
    kinds = [key for key in _BODIES if key in request.members()]
    if not kinds:
        return b""
    if len(kinds) > 1:
        raise request.error(f"{' and '.join(kinds)} cannot both be the body", "Keep one.")
    member = request.members()[kinds[0]]
    if kinds[0] == "json":
        return json.dumps(member.plain(), ensure_ascii=False).encode()
    if kinds[0] == "form":
        return urlencode([(k, _form_value(v)) for k, v in member.members().items()]).encode()
    if kinds[0] == "body":
        return member.text().encode()
    try:
        return base64.b64decode("".join(member.text().split()), validate=True)
    except binascii.Error as error:
        raise member.error("this is not base64", "Encode it again.") from error


def _form_value(entry: Entry) -> str:
    """Return the value of a form field; names with values become JSON in the field."""
    value = entry.plain()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _expected(entry: Entry, categories: frozenset[str]) -> Expectation:
    check_keys(
        entry,
        required={"path", "category"},
        optional={"context", "event", "value", "secret", "strength"},
    )
    value = entry.members().get("value")
    secret = entry.members().get("secret")
    return Expectation(
        path=text(entry, "path"),
        category=chosen(entry, "category", categories, "category"),
        context=text(entry, "context", "body"),
        event=text(entry, "event"),
        value=value.scalar() if value is not None else None,
        secret=check_known(secret, secret.text(), SECRETS, "secret") if secret is not None else "",
        strength=text(entry, "strength"),
    )
