"""Bodies in HAR files of many exporters are those that were sent; what is missing is told."""

import base64
import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.records import NOT_SENT
from auditor.sources import open_capture
from tests.sources.hars import entry, losses, one, opened


@pytest.mark.parametrize(
    ("post", "body"),
    [
        ({"mimeType": "text/plain", "text": "ü"}, "ü".encode()),
        ({"text": '{"a": 1}', "params": [{"name": "b", "value": "2"}]}, b'{"a": 1}'),
        ({"text": "", "params": [{"name": "a b", "value": "ü"}]}, b"a+b=%C3%BC"),
        ({"text": None, "params": [{"name": "file", "fileName": "set.txt"}]}, b"file=set.txt"),
        ({"text": "aGk=", "encoding": "base64"}, b"hi"),
        ({"text": "\udc80\udcffa"}, b"\x80\xffa"),
        (
            {"text": gzip.compress(b"hello", mtime=0).decode("latin-1")},
            gzip.compress(b"hello", mtime=0),
        ),
        (None, b""),
    ],
)
def test_what_was_sent(tmp_path: Path, post: Any, body: bytes) -> None:
    assert one(tmp_path, entry(request__postData=post)).messages[0].body == body


def test_form_fields_of_a_multipart_body_are_called_what_they_are(tmp_path: Path) -> None:
    post = {"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "a"}]}
    message = one(tmp_path, entry(request__postData=post)).messages[0]
    assert (message.body, message.content_type) == (b"a=", "application/x-www-form-urlencoded")


def test_bytes_beside_the_standard(tmp_path: Path) -> None:
    """HTTP Toolkit and pcapng-utils keep binary bodies under a name of their own."""
    content = {"text": base64.b64encode(b"\0\xff").decode(), "size": 2, "encoding": "base64"}
    found = one(tmp_path, entry(request___content=content))
    assert found.messages[0].body == b"\0\xff"


def test_body_that_is_missing(tmp_path: Path) -> None:
    message = one(tmp_path, entry(request__bodySize=77)).messages[0]
    assert (message.omitted, message.size) == ("not in the HAR file", 77)


def test_body_that_the_exporter_damaged_is_counted(tmp_path: Path) -> None:
    capture = opened(tmp_path, entry(request__postData={"text": "\n\ufffd\x12"}))
    assert len(list(capture.exchanges)) == 1
    assert losses(capture) == [("request body with bytes that the exporter replaced", 1)]


def test_decoded_body_with_the_header_of_a_compressed_one(tmp_path: Path) -> None:
    headers = [{"name": "Content-Encoding", "value": "gzip"}]
    found = one(tmp_path, entry(request__headers=headers, request__postData={"text": "{}"}))
    assert (found.messages[0].body, found.messages[0].encodings) == (b"{}", ("gzip",))


@pytest.mark.parametrize(
    ("content", "body", "size", "omitted"),
    [
        ({"text": "aGk=", "encoding": "base64"}, b"hi", 2, ""),
        ({"text": "%", "encoding": "base64"}, b"", 0, "not in the HAR file"),
        ({"size": 900, "mimeType": "audio/mp4"}, b"", 900, "not in the HAR file"),
        ({"size": -1}, b"", 0, "not in the HAR file"),
        (None, b"", 0, "not in the HAR file"),
    ],
)
def test_what_came_back(tmp_path: Path, content: Any, body: bytes, size: int, omitted: str) -> None:
    message = one(tmp_path, entry(response__content=content)).messages[1]
    assert (message.body, message.size, message.omitted) == (body, size, omitted)


@pytest.mark.parametrize(
    "content",
    [{"text": base64.b64encode(bytes(size)).decode(), "encoding": "base64"} for size in range(7)]
    + [{"text": "ü"}, {"text": "abc"}, {"text": "ü", "encoding": "base64"}, {"size": 5}],
)
def test_replies_that_nobody_wants_are_weighed(tmp_path: Path, content: Any) -> None:
    wanted = one(tmp_path, entry(response__content=content)).messages[1]
    (weighed,) = open_capture(tmp_path / "x.har", replies=False).exchanges
    assert weighed.messages[1] == replace(wanted, body=b"")


@pytest.mark.parametrize("response", [None, {}, {"status": 0, "_error": "net::ERR_FAILED"}])
def test_no_answer(tmp_path: Path, response: Any) -> None:
    found = one(tmp_path, entry(response=response))
    assert (found.status, len(found.messages)) == (None, 1)
    assert found.error == (response or {}).get("_error", "")


def test_answer_from_the_cache_was_not_sent(tmp_path: Path) -> None:
    found = one(tmp_path, entry(_fromCache="memory", request__postData={"text": "a"}))
    assert (found.messages[0].omitted, found.messages[0].body) == (NOT_SENT, b"")
    assert "cache" in found.error
