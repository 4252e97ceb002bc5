"""The planted values: invented facts of a DJ's set in every wire format, each made from a seed.

Nothing in here was captured from an application. `expected=False` marks formats that the
decoders cannot read yet; a test fails when one of them begins to work.
"""

from __future__ import annotations

import plistlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from auditor.selftest import wire
from auditor.selftest.facts import Carrier, Fact, Plant, Protocol, Values

__all__ = ["Fact", "Plant", "as_request", "make_plants"]

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_PROTOBUF = "application/x-protobuf"
_NO_PATH = re.compile("[^a-z0-9+]+")


def make_plants(seed: int) -> tuple[Plant, ...]:
    """Return every plant; the same seed gives the same bytes."""
    values = Values(seed)
    groups = (
        _texts,
        _packed,
        _nested,
        _mislabelled,
        _schemaless,
        _heads,
        _newer,
        _frames,
        _wider,
        _not_yet,
    )
    return tuple(plant for group in groups for plant in group(values))


def as_request(plant: Plant) -> tuple[str, str, tuple[tuple[str, str], ...], bytes]:
    """Return method, path with query, headers and body; ValueError for a WebSocket frame."""
    address = "/plant/" + _NO_PATH.sub("-", plant.id.lower())
    text = plant.content.decode("latin-1")
    match plant.carrier:
        case "body":
            return "POST", address, plant.headers, plant.content
        case "query":
            return "GET", f"{address}?{text}", plant.headers, b""
        case "path":
            return "GET", f"{address}/{text}", plant.headers, b""
        case "header":
            name, _, value = text.partition(": ")
            return "GET", address, (*plant.headers, (name, value)), b""
        case "cookie":
            return "GET", address, (*plant.headers, ("Cookie", text)), b""
    raise ValueError(f"{plant.id} is a WebSocket frame, not a request.")


def _tree(facts: Iterable[Fact]) -> dict[str, Any]:
    """Return the facts as an event object."""
    return {"event": "deck_state", "deck": "A", **_pairs(facts)}


def _pairs(facts: Iterable[Fact]) -> dict[str, Any]:
    return {one.name: one.value for one in facts}


def _json(facts: Iterable[Fact]) -> bytes:
    return wire.json_bytes(_tree(facts))


def _fields(facts: tuple[Fact, ...]) -> wire.Fields:
    """Return the facts as one event of a batch: numbers in order, a time and a name beside them."""
    inner = [(place, one.value) for place, one in enumerate(facts, 2)]
    return [(1, "DeckState"), (2, 1_767_225_600_000), (3, [(1, 7), *inner])]


def _body(
    name: str, facts: tuple[Fact, ...], content: bytes, kind: str, *more: tuple[str, str]
) -> Plant:
    """Return a plant that travels as the body of a request; its id lists the formats."""
    formats = tuple(name.split("+"))
    return Plant(name, formats, "body", content, facts, (("Content-Type", kind), *more))


def _texts(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    yield _body("json", facts, _json(facts), _JSON)
    facts = values.deck()
    lines = [wire.json_bytes({"event": "deck_state", **_pairs([one])}) for one in facts]
    yield _body("ndjson", facts, b"\n".join(lines) + b"\n", "application/x-ndjson")
    facts = values.deck()
    items = [("transaction", _tree(facts[:3])), ("event", _tree(facts[3:]))]
    yield _body("envelope+json", facts, wire.envelope(*items), "application/x-sentry-envelope")
    facts = values.deck()
    yield _body("form", facts, urlencode(_tree(facts)).encode(), _FORM)
    facts = values.deck()
    parts = {one.name: ("text/plain", str(one.value).encode()) for one in facts[:2]}
    body = wire.multipart({**parts, "state": (_JSON, _json(facts[2:]))})
    kind = f"multipart/form-data; boundary={wire.BOUNDARY}"
    yield _body("multipart+json", facts, body, kind)


def _packed(values: Values) -> Iterable[Plant]:
    codings = (
        ("gzip", "gzip", wire.gzipped),
        ("deflate", "deflate", zlib.compress),
        ("deflate raw", "deflate", wire.deflated),
        ("br", "br", wire.brotlied),
        ("zstd", "zstd", wire.zstd_frames),
    )
    for name, label, pack in codings:
        facts = values.deck()
        encoded = ("Content-Encoding", label)
        yield _body(f"{name}+json", facts, pack(_json(facts)), _JSON, encoded)
    facts = values.deck()
    plain = _json(facts)
    body = wire.zstd_frames(plain[:40], plain[40:90], plain[90:])
    yield _body("zstd frames+json", facts, body, _JSON, ("Content-Encoding", "zstd"))
    facts = values.deck()
    encoded = ("X-Transfer-Encoding", "gzip")
    yield _body("x-transfer gzip+json", facts, wire.gzipped(_json(facts)), _JSON, encoded)


def _nested(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    text = _json(facts).decode()
    yield _body("json+json string", facts, wire.json_bytes({"payload": text}), _JSON)
    facts = values.deck()
    text = wire.base64_text(_json(facts))
    yield _body("json+base64", facts, wire.json_bytes({"payload": text}), _JSON)
    facts = values.deck()
    text = wire.base64url_text(_json(facts))
    yield _body("json+base64url", facts, wire.json_bytes({"payload": text}), _JSON)
    facts = values.deck()
    text = wire.base64_text(wire.gzipped(_json(facts)))
    yield _body("json+base64+gzip", facts, wire.json_bytes({"payload": text}), _JSON)
    facts = values.deck()
    yield _body("form+hex", facts, urlencode({"v": 1, "d": _json(facts).hex()}).encode(), _FORM)
    facts = values.deck()
    text = quote(_json(facts))
    yield _body("json+url", facts, wire.json_bytes({"payload": text}), _JSON)
    facts = values.deck()
    yield _body("json+jwt", facts, wire.json_bytes({"ticket": wire.jwt(_tree(facts))}), _JSON)
    facts = values.deck()
    text = urlencode({"Action": "Send", "MessageBody": _json(facts).decode()})
    encoded = ("Content-Encoding", "gzip")
    body = wire.gzipped(text.encode())
    yield _body("gzip+form+json string", facts, body, _FORM, encoded)
    facts = values.deck()
    inner = wire.json_bytes({"payload": _json(facts).decode()})
    body = wire.json_bytes({"batch": [wire.base64_text(wire.gzipped(inner))]})
    yield _body("json+base64+gzip+json string", facts, body, _JSON)
    facts = values.nameless()
    text = wire.base64_text(wire.gzipped(wire.protobuf(_fields(facts))))
    yield _body("json+base64+gzip+protobuf", facts, wire.json_bytes({"payload": text}), _JSON)


def _mislabelled(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    yield _body("json as text/plain", facts, _json(facts), "text/plain;charset=UTF-8")
    facts = values.deck()
    yield _body("json as form", facts, _json(facts), _FORM)
    facts = values.deck()
    yield _body("gzip not declared", facts, wire.gzipped(_json(facts)), "application/octet-stream")
    facts = values.deck()
    encoded = ("Content-Encoding", "gzip")
    yield _body("declared gzip, is plain", facts, _json(facts), _JSON, encoded)
    facts = values.nameless()
    yield _body("protobuf as form", facts, wire.protobuf(_fields(facts)), _FORM)
    facts = values.nameless()
    body = wire.protobuf(_fields(facts))
    yield _body("protobuf as grpc", facts, body, "application/grpc")


def _schemaless(values: Values) -> Iterable[Plant]:
    facts = values.nameless()
    yield _body("protobuf", facts, wire.protobuf(_fields(facts)), _PROTOBUF)
    facts = values.nameless()
    body = wire.gzipped(wire.protobuf(_fields(facts)))
    yield _body("gzip+protobuf", facts, body, _PROTOBUF, ("Content-Encoding", "gzip"))
    facts = values.nameless()
    first, second = wire.protobuf(_fields(facts[:2])), wire.protobuf(_fields(facts[2:]))
    yield _body("grpc+protobuf", facts, wire.grpc(first, second), "application/grpc")
    facts = values.nameless()
    body = wire.grpc(wire.protobuf(_fields(facts)), packed=True)
    encoded = ("grpc-encoding", "gzip")
    yield _body("grpc+gzip+protobuf", facts, body, "application/grpc", encoded)
    facts = values.nameless()
    body = wire.grpc(wire.protobuf(_fields(facts)))
    yield _body("grpc-web+protobuf", facts, body, "application/grpc-web+proto")


def _heads(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    content = urlencode(_pairs(facts)).encode()
    yield Plant("query", ("query",), "query", content, facts)
    facts = values.deck()
    content = urlencode({"v": 2, "data": _json(facts).decode()}).encode()
    yield Plant("query+json string", ("query", "json string"), "query", content, facts)
    facts = (
        Fact("user id", values.number(9), "identity"),
        Fact("track id", values.number(12), ""),
    )
    content = f"users/{facts[0].value}/tracks/{facts[1].value}".encode()
    yield Plant("path", ("path",), "path", content, facts)
    for fact in values.deck()[:2]:
        content = f"X-{fact.name.title().replace('_', '-')}: {fact.value}".encode()
        yield Plant(f"header {fact.category}", ("header",), "header", content, (fact,))
    facts = (values.text("sid", "identity"), values.text("visitor", "identity"))
    content = "; ".join(f"{one.name}={one.value}" for one in facts).encode()
    yield Plant("cookie", ("cookie",), "cookie", content, facts)
    facts = values.deck()
    content = f"Authorization: Bearer {wire.jwt(_tree(facts))}".encode()
    yield Plant("bearer+jwt", ("bearer", "jwt"), "header", content, facts)


def _newer(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    yield _over("HTTP/2", _body("json", facts, _json(facts), _JSON))
    facts = values.deck()
    encoded = ("X-Transfer-Encoding", "gzip")
    body = wire.gzipped(_json(facts))
    yield _over("HTTP/2", _body("x-transfer gzip+json", facts, body, _JSON, encoded))
    facts = values.nameless()
    body = wire.grpc(wire.protobuf(_fields(facts)))
    more = (("te", "trailers"), ("grpc-accept-encoding", "gzip"))
    yield _over("HTTP/2", _body("grpc+protobuf", facts, body, "application/grpc", *more))
    facts = values.deck()
    yield _over("HTTP/3", _body("json", facts, _json(facts), _JSON))
    facts = values.deck()
    encoded = ("Content-Encoding", "zstd")
    body = wire.zstd_frames(_json(facts))
    yield _over("HTTP/3", _body("zstd+json", facts, body, _JSON, encoded))


def _over(protocol: Protocol, plant: Plant) -> Plant:
    """Return a plant that is sent over another protocol than the others."""
    encoding = (protocol, *plant.encoding)
    return replace(plant, id=f"{protocol}: {plant.id}", encoding=encoding, over=protocol)


def _frame(name: str, carrier: Carrier, facts: tuple[Fact, ...], content: bytes) -> Plant:
    word = "WebSocket text" if carrier == "text frame" else "WebSocket binary"
    return Plant(f"{carrier}: {name}", (word, *name.split("+")), carrier, content, facts)


def _frames(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    yield _frame("json", "text frame", facts, _json(facts))
    facts = values.deck()
    content = wire.json_bytes({"type": "state", "payloads": [_json(facts).decode()]})
    yield _frame("json+json string", "text frame", facts, content)
    facts = values.deck()
    yield _frame("json", "binary frame", facts, _json(facts))
    facts = values.deck()
    yield _frame("gzip+json", "binary frame", facts, wire.gzipped(_json(facts)))
    facts = values.deck()
    content = b'42["deck",' + _json(facts) + b"]"
    yield _frame("socket.io", "text frame", facts, content)
    facts = values.nameless()
    yield _frame("protobuf", "binary frame", facts, wire.protobuf(_fields(facts)))
    facts = values.deck()
    yield _over("deflate", _frame("json", "text frame", facts, _json(facts)))


def _wider(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    yield _body("msgpack", facts, wire.message_pack(_tree(facts)), "application/msgpack")
    facts = values.deck()
    yield _body("cbor", facts, wire.cbor(_tree(facts)), "application/cbor")
    facts = values.deck()
    content = plistlib.dumps(_tree(facts), fmt=plistlib.FMT_BINARY)
    yield _body("plist", facts, content, "application/x-plist")
    facts = values.deck()
    content = plistlib.dumps(_tree(facts), fmt=plistlib.FMT_XML)
    yield _body("plist xml", facts, content, "application/x-plist")
    facts = values.deck()
    content = b"event: deck\ndata: " + _json(facts) + b"\n\n"
    yield _body("sse+json", facts, content, "text/event-stream")
    facts = values.deck()
    pairs = [{"key": one.name, "value": {"doubleValue": one.value}} for one in facts]
    content = wire.json_bytes({"resourceLogs": [{"scopeLogs": [{"attributes": pairs}]}]})
    yield _body("otlp json", facts, content, _JSON)
    facts = values.deck()
    attributes = [(6, [(1, one.name), (2, [(4, one.value)])]) for one in facts]
    record = [(2, [(2, [(1, 1_767_225_600_000_000_000), *attributes])])]
    content = wire.protobuf([(1, record)])
    yield _body("otlp protobuf", facts, content, _PROTOBUF)
    facts = values.nameless()
    content = wire.base64_text(wire.grpc(wire.protobuf(_fields(facts)))).encode()
    yield _body("grpc-web-text+protobuf", facts, content, "application/grpc-web-text")
    facts = values.deck()
    yield _frame("msgpack", "binary frame", facts, wire.message_pack(_tree(facts)))
    facts = values.deck()
    content = b'42["deck",' + _json(facts) + b"]"
    yield _body("socket.io", facts, content, "text/plain;charset=UTF-8")


def _not_yet(values: Values) -> Iterable[Plant]:
    """Return what design.md names or clients use, and this version does not read."""
    for plant in _unread(values):
        yield replace(plant, expected=False)


def _unread(values: Values) -> Iterable[Plant]:
    facts = values.deck()
    text = wire.base64_text(wire.message_pack(_tree(facts)))
    yield _body("json+base64+msgpack", facts, wire.json_bytes({"payload": text}), _JSON)


def make_conversation(seed: int, count: int) -> tuple[bytes, ...]:
    """Return the text messages of a client that will not live to end its conversation."""
    values = Values(seed)
    facts = (values.deck()[1] for _ in range(count))
    return tuple(
        wire.json_bytes({"event": "loop_set", "number": number, **_pairs([one])})
        for number, one in enumerate(facts, 1)
    )
