from __future__ import annotations

import pytest

from auditor.draft.address import domain, merge, placeholders, slug, template
from auditor.redact import Redactor

REDACTOR = Redactor(b"a key of the tests, no secret at all")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("events.vendor.com", "vendor.com"),
        ("a.b.vendor.co.uk", "vendor.co.uk"),
        ("vendor.de", "vendor.de"),
        ("X.Y.Vendor.DE.", "vendor.de"),
        ("my-app.web.app", "my-app.web.app"),
        ("a.my-app.web.app", "my-app.web.app"),
        ("bucket.s3.eu-west-1.amazonaws.com", "eu-west-1.amazonaws.com"),
        ("192.0.2.7", "192.0.2.7"),
        ("localhost", "localhost"),
    ],
)
def test_domain(host: str, expected: str) -> None:
    assert domain(host) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/events", "/v1/events"),
        ("/v1/tracks/123456/cues/654321", "/v1/tracks/{id}/cues/{id2}"),
        ("/users/jane/sets", "/users/{part1}/sets"),
        ("/users/me/sets", "/users/me/sets"),
        ("/users/12345/sets", "/users/{user_id}/sets"),
        ("/f/12345.json", "/f/{id}.json"),
        ("/s/" + "word-" * 10, "/s/{id}"),
        ("/mail/dj@example.test/x", "/mail/{id}/x"),
        ("/a/{odd}/b", "/a/{part1}/b"),
        ("", "/"),
    ],
)
def test_template(path: str, expected: str) -> None:
    found, names = template(path, REDACTOR)
    assert found == expected
    assert placeholders(found) == names


def test_words_that_vary_become_a_placeholder() -> None:
    cities = ["berlin", "leipzig", "lisbon", "oslo", "paris", "rome"]
    merged = merge([f"/v1/{city}/weather" for city in cities] + ["/v1/list"])
    assert {merged[f"/v1/{city}/weather"] for city in cities} == {"/v1/{word2}/weather"}
    assert merged["/v1/list"] == "/v1/list"


def test_few_words_stay_words() -> None:
    few = [f"/v1/{one}/x" for one in ("a", "b", "c", "d", "e")]
    assert merge(few) == {one: one for one in few}


def test_slug() -> None:
    assert slug("/V1/Events_All/") == "v1-events-all"
