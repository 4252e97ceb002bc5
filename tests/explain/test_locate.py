"""Ranges in bodies of every format: each holds the value it is said to hold."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import brotli
import pytest

from auditor.decode import decode_head, decode_message
from auditor.explain.locate import locate
from auditor.explain.records import Range
from auditor.records import Exchange, Leaf, Message

Post = Callable[..., Exchange]

EVENTS = {"a": 1, "b": [1, {"a": "1", "c d": 'x"é\u2028', "n": None}, [1.5e3, True]], "e": {}}
DOCUMENT = json.dumps(EVENTS)
PACKED = base64.b64encode(json.dumps({"deck": 1, "cue": [12.5, 1]}).encode()).decode()
TOKEN = ".".join(
    base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
    for one in ({"alg": "none", "typ": "JWT"}, {"sub": "INVENTED-1", "n": 1}, "signed")
)
PROTOBUF = bytes.fromhex(
    "0801 1204 64656572 1a06 0801 1202 6f6b 1a04 0805 1001 2001".replace(" ", "")
)


def sent(post: Post, body: bytes, kind: str = "", *encodings: str, text: bool = False) -> Exchange:
    message = Message("out", body, len(body), kind, encodings, text=text)
    return post("collect.example", "/v1/deck%20one/x", messages=(message,))


def leaves(exchange: Exchange) -> list[Leaf]:
    return list(decode_message(exchange.messages[0]).leaves)


def by_path(exchange: Exchange, found: list[Leaf]) -> dict[tuple[str, tuple[int, ...]], Range]:
    every = {}
    for leaf in found:
        ranges = locate(exchange, 0, leaf)
        assert ranges, leaf
        every[leaf.path, leaf.at] = ranges[-1]
    return every


BODIES: dict[str, Any] = {
    "json": (DOCUMENT.encode(), "application/json"),
    "blanks": (json.dumps(EVENTS, indent=2, ensure_ascii=False).encode(), ""),
    "mark": (b"\xef\xbb\xbf" + DOCUMENT.encode(), ""),
    "gzip": (gzip.compress(DOCUMENT.encode()), "application/json"),
    "brotli": (brotli.compress(DOCUMENT.encode()), "application/json", "br"),
    "ndjson": (b'{"a":1}\n{"a":1,"b":[1]}\n', ""),
    "form": (f"a=1&b%5B%5D=1&b%5B%5D=2&c={quote_plus(DOCUMENT)}".encode(), "application/x-www-form-urlencoded"),
    "lines": (b"en=play&ep=1\nen=seek&ep=1", ""),
    "url": (f"v=1&data={quote(quote(DOCUMENT))}".encode(), ""),
    "base64": (f"v=1&data={quote(PACKED)}".encode(), ""),
    "string": (json.dumps({"v": 1, "inner": DOCUMENT}).encode(), ""),
    "token": (json.dumps({"t": TOKEN, "n": 1}).encode(), ""),
    "envelope": (b'{"sent_at":"1"}\n{"type":"event","length":7}\n{"a":1}\n\n{"type":"event"}\n{"a":1}', ""),
    "protobuf": (PROTOBUF, "application/x-protobuf"),
    "text": (b"deck one is playing", "text/plain"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_every_value_has_its_own_place(name: str, post: Post) -> None:
    body, kind, *encodings = BODIES[name]
    exchange = sent(post, body, kind, *encodings)
    found = leaves(exchange)
    assert found
    places = by_path(exchange, found)
    assert len(places) == len(found)
    assert {(one.places, one.how) for one in places.values()} <= {(1, "path"), (1, "search")}
    spots = {
        tuple((one.inside, one.start, one.end) for one in locate(exchange, 0, leaf))
        for leaf in found
    }
    assert len(spots) == len(found), "two values cannot stand at one place"


def test_equal_numbers_are_told_apart_by_their_path(post: Post) -> None:
    exchange = sent(post, DOCUMENT.encode())
    places = by_path(exchange, leaves(exchange))
    first, second = places["a", ()], places["b[]", (0,)]
    assert (first.start, second.start) == (DOCUMENT.index("1"), DOCUMENT.index("[1") + 1)
    assert places['b[]["c d"]', (1,)].spelling == json.dumps(EVENTS["b"][1]["c d"]).encode()  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "inside"), [("gzip", "body after gzip"), ("brotli", "body after br")]
)
def test_ranges_of_compressed_bodies_are_in_the_plain_bytes(
    name: str, inside: str, post: Post
) -> None:
    body, kind, *encodings = BODIES[name]
    exchange = sent(post, body, kind, *encodings)
    (only,) = locate(exchange, 0, leaves(exchange)[0])
    assert (only.inside, only.data) == (inside, DOCUMENT.encode())


def test_a_value_in_a_value_has_a_range_at_both_levels(post: Post) -> None:
    exchange = sent(post, *BODIES["base64"])
    leaf = next(one for one in leaves(exchange) if one.path == "data>cue[]" and one.at == (0,))
    outer, inner = locate(exchange, 0, leaf)
    assert outer.spelling.decode() == quote(PACKED)
    assert (inner.inside, inner.steps) == ("value of data", ("base64", "json"))
    assert inner.spelling == b"12.5"


def test_protobuf_by_its_tags(post: Post) -> None:
    exchange = sent(post, *BODIES["protobuf"])
    places = by_path(exchange, leaves(exchange))
    assert places["2", (0,)].spelling == b"deer"
    assert places["3.1", (1, 0)].start == PROTOBUF.index(b"\x08\x05") + 1
    assert all(one.how == "path" for one in places.values())


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nseven\r\n--x--\r\n",
        b'event: play\ndata: {"deck":7}\n\nevent: play\ndata: {"deck":8}\n\n',
        b"\x82\xa4deck\x01\xa3cue\xcb\x40\x29\x00\x00\x00\x00\x00\x00",
        b'{"a":1}\n{"a":\n{"a":2}\n',
    ],
)  # fmt: skip
def test_other_formats_say_how_sure_they_are(body: bytes, post: Post) -> None:
    exchange = sent(post, body)
    for leaf in leaves(exchange):
        last = locate(exchange, 0, leaf)[-1]
        assert last.places != 1 or last.spelling
        if last.places > 1:
            assert last.how == "search"
        if last.how == "search" and last.places == 0:
            assert (last.start, last.end) == (0, len(last.data))


def test_what_cannot_be_told_apart_is_counted(post: Post) -> None:
    body = b"\x83\xa1a\x01\xa1b\x02\xa1c\xc4\x03\x01\x02\x07"
    exchange = sent(post, body, "application/msgpack")
    one = next(one for one in leaves(exchange) if one.value == 2)
    assert locate(exchange, 0, one)[-1].places == 2


def test_heads(post: Post) -> None:
    headers = (
        ("authorization", f"Bearer {TOKEN}"),
        ("x-id", "one"),
        ("x-id", "two"),
        ("cookie", 'a=1; sid="INVENTED"; b=1'),
    )
    exchange = post("h.example", "/v1/deck%20one/x", headers=headers, query="a=1&b=x+y&b=2&c=1")
    found = list(decode_head(exchange).leaves)
    assert len(found) >= 9
    for leaf in found:
        last = locate(exchange, 0, leaf)[-1]
        assert last.places == 1, leaf
        spelling = last.spelling.decode().replace("+", " ").strip('"')
        assert spelling == str(leaf.value), leaf
    (of_path,) = locate(exchange, 0, Leaf.of("path", "name", "deck one"))
    assert of_path.spelling == b"deck%20one"


def test_frames(post: Post) -> None:
    exchange = sent(post, b'42["deck",{"position":12.5}]', text=True)
    for leaf in leaves(exchange):
        assert locate(exchange, 0, leaf)[-1].places == 1


def test_what_has_no_bytes(post: Post) -> None:
    message = Message("out", b"", 9, omitted="audio")
    exchange = post("h.example", "/", messages=(message,))
    assert locate(exchange, 0, Leaf.of("body", "a", 1)) == ()
    assert locate(exchange, 3, Leaf.of("body", "a", 1)) == ()


def test_a_value_that_is_not_there_has_no_place(post: Post) -> None:
    exchange = sent(post, DOCUMENT.encode())
    (only,) = locate(exchange, 0, Leaf.of("body", "q", "elsewhere", steps=("json",)))
    assert (only.places, only.start, only.end) == (0, 0, len(DOCUMENT))
