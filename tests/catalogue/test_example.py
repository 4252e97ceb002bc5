from __future__ import annotations

from auditor.catalogue.example import MOMENT, to_exchange
from auditor.catalogue.model import Example


def example(body: bytes = b"", url: str = "https://a.test/x/y?q=1") -> Example:
    headers = (("content-type", "text/plain"), ("content-encoding", "gzip"))
    return Example("one", "PUT", url, headers, body, ())


def test_address_and_head() -> None:
    exchange = to_exchange(example())
    assert (exchange.method, exchange.scheme, exchange.host) == ("PUT", "https", "a.test")
    assert (exchange.port, exchange.path, exchange.query) == (443, "/x/y", "q=1")
    assert exchange.messages == ()


def test_body() -> None:
    (message,) = to_exchange(example(b"abc", "http://a.test:8080/")).messages
    assert (message.body, message.size, message.time) == (b"abc", 3, MOMENT)
    assert (message.content_type, message.encodings) == ("text/plain", ("gzip",))
