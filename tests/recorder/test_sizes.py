"""A message has one size, whatever HTTP version carried it."""

import pytest
from mitmproxy import http
from mitmproxy.net.http import http1

from auditor.recorder.sizes import http_size


@pytest.mark.parametrize("body", [b"", b"position=61"])
def test_http1_is_counted_as_it_is_spelled(body: bytes) -> None:
    request = http.Request.make("POST", "http://a.example/play?at=61", body, {"x-deck": "A"})
    request.headers["host"] = "a.example"
    assert http_size(request) == len(http1.assemble_request(request))
    response = http.Response.make(404, body, {"x-deck": "A"})
    assert http_size(response) == len(http1.assemble_response(response))


def test_http2_is_counted_as_http1_would_spell_it() -> None:
    first = http.Request.make("GET", "https://a.example/play?at=61", b"", {"host": "a.example"})
    second = first.copy()
    del second.headers["host"]
    second.http_version, second.authority = "HTTP/2.0", "a.example"
    assert http_size(second) == http_size(first)


def test_query_is_counted() -> None:
    plain = http.Request.make("GET", "https://a.example/p")
    query = http.Request.make("GET", "https://a.example/p?deck=A")
    assert http_size(query) - http_size(plain) == len("?deck=A")


@pytest.mark.parametrize(("told", "size"), [("1234", 1234), ("no number", 0), ("-5", 0), ("", 0)])
def test_body_that_was_not_kept(told: str, size: int) -> None:
    response = http.Response.make(200)
    response.headers["content-length"] = told
    response.raw_content = b""
    head = http_size(response)
    response.data.content = None
    assert http_size(response) == head + size


def test_no_message() -> None:
    assert http_size(None) == 0
