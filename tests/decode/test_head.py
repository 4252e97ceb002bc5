from __future__ import annotations

import base64
import json
from dataclasses import replace
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import paths
from auditor.decode import Limits, decode_head
from auditor.places import root
from auditor.records import Decoded, Exchange, Leaf


def decode(query: str = "", **headers: str) -> Decoded:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return head(query, pairs)


EXCHANGE = Exchange(
    number=0,
    id="x",
    kind="http",
    started=0.0,
    method="GET",
    scheme="https",
    host="api.example.test",
    port=443,
    path="/track",
    query="",
    headers=(),
    messages=(),
)


def head(query: str, headers: tuple[tuple[str, str], ...]) -> Decoded:
    return decode_head(replace(EXCHANGE, query=query, headers=headers))


def test_query_values() -> None:
    assert decode("en=cue_set&epn.ms=61234&ids[]=1&ids[]=2&flag").leaves == (
        Leaf.of("query", "en", "cue_set"),
        Leaf.of("query", "ids[]", "1", (0,)),
        Leaf.of("query", "ids[]", "2", (1,)),
        Leaf.of("query", "flag", ""),
        Leaf.of("query", "epn.ms", "61234"),
    )
    assert decode("just-a-word").leaves == (Leaf.of("query", "", "just-a-word"),)


def test_events_in_the_url() -> None:
    event = base64.b64encode(json.dumps({"event": "cue_set", "properties": {"ms": 7}}).encode())
    steps = ("base64", "json")
    assert decode("data=" + quote(event.decode()) + "&ip=1").leaves == (
        Leaf.of("query", "ip", "1"),
        Leaf.of("query", "data>event", "cue_set", (), steps),
        Leaf.of("query", "data>properties.ms", 7, (), steps),
    )


def test_credentials_lose_their_scheme_word() -> None:
    login = base64.b64encode(b"write-key:").decode()
    assert decode(authorization=f"Basic {login}").leaves == (
        Leaf.of("header", "authorization", "write-key:", (), ("basic",)),
    )
    assert decode(authorization="bearer abc.def").leaves == (
        Leaf.of("header", "authorization", "abc.def", (), ("bearer",)),
    )
    assert decode(authorization="Signature x=1").leaves == (
        Leaf.of("header", "authorization", "Signature x=1"),
    )
    assert decode(authorization="Basic !!").leaves == (
        Leaf.of("header", "authorization", "Basic !!"),
    )


def test_claims_of_a_bearer_token() -> None:
    parts = ('{"alg":"ES256"}', '{"sub":"user-7"}')
    token = ".".join(base64.urlsafe_b64encode(one.encode()).decode().rstrip("=") for one in parts)
    assert decode(authorization=f"Bearer {token}.sig").leaves == (
        Leaf.of("header", "authorization", f"{token}.sig", (), ("bearer",)),
        Leaf.of("header", "authorization>sub", "user-7", (), ("bearer", "jwt")),
    )


def test_cookies_are_single_values() -> None:
    assert decode(cookie='sp_dc=AQB; ajs_id="u-7"; seen; prefs=%7B%22a%22%3A1%7D').leaves == (
        Leaf.of("cookie", "sp_dc", "AQB"),
        Leaf.of("cookie", "ajs_id", "u-7"),
        Leaf.of("header", "cookie", "seen"),
        Leaf.of("cookie", "prefs>a", 1, (), ("url", "json")),
    )


def test_headers_with_json_inside() -> None:
    packed = base64.urlsafe_b64encode(b'{"heartbeats":[{"agent":"dj/1"}]}').decode()
    assert decode(x_firebase_client=packed, user_agent="DJ/1.0").leaves == (
        Leaf.of("header", "x-firebase-client>heartbeats[].agent", "dj/1", (0,), ("base64", "json")),
        Leaf.of("header", "user-agent", "DJ/1.0"),
    )


def test_long_tokens_are_values_not_gaps() -> None:
    token = base64.b64encode(bytes((index * 197 + 91) % 256 for index in range(600))).decode()
    decoded = decode(x_token=token)
    assert decoded.unread == ()
    assert decoded.leaves == (Leaf.of("header", "x-token", token),)


NAMES = st.sampled_from(["authorization", "cookie", "x-a", "Proxy-Authorization", ""]) | st.text()


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.text(),
    st.lists(st.tuples(NAMES, st.text() | st.text("Basicer eyJ.=;%7B{}", max_size=30)), max_size=4),
)
def test_no_head_raises(query: str, headers: list[tuple[str, str]]) -> None:
    for leaf in head(query, tuple(headers)).leaves:
        assert len(leaf.at) == paths.levels(leaf.path)


ODD = (
    ("authorization", "Basic " + base64.b64encode(b"dj:secret").decode()),
    ("authorization", "Bearer abc"),
    ("cookie", "sid=1; alone; e={}"),
    ("cookie", "sid=2"),
    ("cookie", ""),
    ("x-event", json.dumps({"deck": {"ms": [1, 2]}, "on": True})),
    ("x-event", base64.b64encode(b"\x00" * 500 + bytes(range(256)) * 2).decode()),
    ("x-sealed", "A" * 1200),
    ("accept", "*/*"),
)


def test_a_header_says_the_same_each_time() -> None:
    for value in ODD:
        root("header").child(value[0]).known.clear()
    first = head("", ODD)
    again = head("", ODD)
    assert first.leaves == again.leaves
    assert first.unread == again.unread
    alone = [head("", (one,)) for one in ODD]
    assert sorted(map(repr, first.leaves)) == sorted(
        repr(leaf) for one in alone for leaf in one.leaves
    )
    assert again.sheets[0].rows is not first.sheets[0].rows


def test_what_is_remembered_of_a_header_heeds_limits() -> None:
    query = (("x-event", json.dumps({"deck": 7, "next": json.dumps({"deck": 8})})),)
    assert [leaf.value for leaf in head("", query).leaves] == [7, 8]
    exchange = replace(EXCHANGE, headers=query)
    few = decode_head(exchange, Limits(hops=1))
    assert [leaf.value for leaf in few.leaves] == [7, json.dumps({"deck": 8})]
    assert [one.reason for one in few.unread] == ["over limit"]


def test_ever_new_headers_do_not_fill_the_memory() -> None:
    for number in range(1500):
        (leaf,) = decode(x_number=str(number)).leaves
        assert leaf.value == str(number)
    assert len(root("header").child("x-number").known) <= 1000
