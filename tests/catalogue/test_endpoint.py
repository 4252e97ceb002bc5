from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from auditor.catalogue.endpoint import read_endpoints
from auditor.catalogue.model import Endpoint, EventData, Evidence
from auditor.catalogue.yamlfile import read_entry
from auditor.errors import CatalogueError

EVIDENCE = {"doc": Evidence("doc", "documented", "example.com", "2026-11-21")}
HEAD = """
endpoints:
  - id: one
    name: One
    match: {hosts: [example.com]}
    purpose: Test.
    category: other
    evidence: doc
    status: tested
"""


def read(folder: Path, more: str = "", head: str = HEAD) -> Endpoint:
    path = folder / "one.yaml"
    path.write_text(head + more)
    (endpoint,) = read_endpoints(read_entry(path), "r", frozenset({"other"}), EVIDENCE)
    return endpoint


def example(request: str, expect: str = "none") -> str:
    return f"    examples:\n      - {{id: a, request: {request}, expect: {expect}}}\n"


def test_what_is_left_out(tmp_path: Path) -> None:
    endpoint = read(tmp_path)
    assert endpoint.match.paths == ("/**",)
    assert (endpoint.match.methods, endpoint.match.kind, endpoint.match.body) == ((), "", "")
    assert endpoint.match.query == ()
    assert (endpoint.event_name, endpoint.fields, endpoint.examples) == ((), (), ())
    assert endpoint.place == "one.yaml:3"


@pytest.mark.parametrize(
    ("query", "read_as"),
    [
        ("{method: play}", (("method", ("play",)),)),
        ("{a: [b, c d], e: '1'}", (("a", ("b", "c d")), ("e", ("1",)))),
    ],
)
def test_query(tmp_path: Path, query: str, read_as: tuple[object, ...]) -> None:
    head = HEAD.replace("hosts: [example.com]", f"hosts: [example.com], query: {query}")
    assert read(tmp_path, head=head).match.query == read_as


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ('{url: "https://x.test/"}', b""),
        ('{url: "https://x.test/", json: {a: [1, true, "ü"]}}', '{"a": [1, true, "ü"]}'.encode()),
        ('{url: "https://x.test/", body: "a=b"}', b"a=b"),
        ('{url: "https://x.test/", base64: "CAE="}', b"\x08\x01"),
    ],
)
def test_bodies(tmp_path: Path, request_: str, body: bytes) -> None:
    (one,) = read(tmp_path, example(request_)).examples
    assert (one.body, one.method, one.expect) == (body, "POST", ())


def test_events_with_their_rules(tmp_path: Path) -> None:
    endpoint = read(
        tmp_path,
        "    event_name: n\n    event_data: [{at: d, where: {k: 1}}]\n    events: {other: [A]}\n"
        "    fields: [{rules: {x: {means: x}}}]\n",
    )
    assert endpoint.events == (("A", "other"),)
    assert endpoint.event_data == (EventData("d", (("k", 1),)),)
    assert [rule.path for rule in endpoint.fields] == ["n", "d", "d.**", "x"]


def test_form_carries_json(tmp_path: Path) -> None:
    (one,) = read(
        tmp_path, example('{url: "https://x.test/", form: {a.1.B: {c: 1}, d: "e f"}}')
    ).examples
    assert parse_qs(one.body.decode()) == {"a.1.B": ['{"c": 1}'], "d": ["e f"]}


def test_headers_are_lower_case(tmp_path: Path) -> None:
    (one,) = read(tmp_path, example('{url: "https://x.test/", headers: {X-Api-Key: k}}')).examples
    assert one.headers == (("x-api-key", "k"),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hosts: [example.com]", "hosts: ['*.*']", "is no host"),
        ("hosts: [example.com]", "hosts: [example.com/x]", "is no host"),
        ("hosts: [example.com]", "hosts: [example.com], paths: ['/**/x']", "is no path template"),
        ("hosts: [example.com]", "hosts: [example.com], kind: pigeon", "unknown kind of exchange"),
        ("hosts: [example.com]", "hosts: [example.com], query: {}", "must ask for something"),
        ("hosts: [example.com]", "hosts: [example.com], query: {a: []}", "must ask for something"),
        ("hosts: [example.com]", "hosts: [example.com], query: {a: 1}", "where a list belongs"),
        ("hosts: [example.com]", "hosts: [example.com], query: a=b", "where names with values"),
        ("    status: tested\n", "", "`status` is missing here"),
        ("    status: tested\n", "    status: tested\n    event: {}\n", "unknown name `event`"),
        ("tested\n", "tested\n    event_data: [{at: a..b}]\n", "is not a path"),
        ("tested\n", "tested\n    event_data: [{at: a, event: b}]\n", "unknown name `event`"),
        ("tested\n", "tested\n    events: {other: [A]}\n", "events without a place"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=r"one\.yaml:\d+:\d+: ") as caught:
        read(tmp_path, head=HEAD.replace(old, new))
    assert message in caught.value.message
