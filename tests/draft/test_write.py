"""Drafted files can be read again, whatever the traffic looked like."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.example import to_exchange
from auditor.catalogue.lint import check
from auditor.catalogue.model import Catalogue, Example
from auditor.draft import Learner, write_drafts
from auditor.examples import cases, problems
from auditor.look import look
from auditor.pipeline import Pipeline
from auditor.redact import Redactor

PIPELINE = Pipeline(load_catalogue())
NESTED = {"data": json.dumps([{"event": "loop_on", "when": 1772403300}]), "v": "2"}
BODIES = {
    "nothing": b"",
    "json": json.dumps(
        {"a b": [1, {"c.d": None}], "on": True, "x": {"yes": "no", "9": [[2]]}}
    ).encode(),
    "text in json": json.dumps({"payload": json.dumps({"hot_cue": 3})}).encode(),
    "form": urlencode(NESTED).encode(),
    "protobuf": bytes.fromhex("0a0568656c6c6f10b9600a03666f6f"),
    "text": b"plain words, nothing else",
    "odd names": json.dumps({"": 1, 'ä\n"': 2, "#x": 3, "k: v": 4, "{id}": 5, "*": 6}).encode(),
    "list": b'[{"bpm": 120.5}, 3, "x"]',
    "number": b"12",
}
PATHS = ["/", "/v1/e", "/a%20b/ü", "/users/jane/x", "/%7Bid%7D/**/y", "/x//y/"]


def drafted(folder: Path, *requests: Example, owners: dict[str, str] | None = None) -> Catalogue:
    """Draft, write, load and check."""
    redactor = Redactor(b"a key of the tests, no secret at all")
    learner = Learner(load_catalogue(), redactor)
    for one in requests:
        exchange = to_exchange(one)
        learner.add(exchange, look(PIPELINE, exchange))

    def reads(example: Example) -> set[tuple[str, str]]:
        fields = look(PIPELINE, to_exchange(example)).fields
        return {(one.context, one.path) for one in fields}

    files = write_drafts(
        learner.learned(), load_catalogue(), "some capture.har", redactor, reads, owners or {}
    )
    (folder / "services").mkdir()
    for name, text in files.items():
        (folder / "services" / name).write_text(text, encoding="utf-8")
    assert [one for one in check(packs=[folder]) if one.level == "error"] == []
    return load_catalogue(packs=[folder])


def request(body: bytes, path: str = "/v1/e", host: str = "in.stranger.test") -> Example:
    return Example("x", "POST", f"https://{host}{path}", (), body, ())


@pytest.mark.parametrize("name", BODIES)
def test_every_kind_of_body(tmp_path: Path, name: str) -> None:
    loaded = drafted(tmp_path, request(BODIES[name]))
    own = loaded.receivers["stranger-test"]
    assert {one.status for one in own.endpoints} == {"experimental"}
    bases = {rule.evidence.basis for one in own.endpoints for rule in one.fields}
    assert bases <= {"name", "inferred"}
    pipeline = Pipeline(loaded)
    for example, endpoint, one in cases(loaded):
        if example.startswith("stranger-test/"):
            assert problems(pipeline, loaded, endpoint, one) == [], example


def test_every_kind_of_path(tmp_path: Path) -> None:
    loaded = drafted(tmp_path, *(request(b"{}", path) for path in PATHS))
    assert len(loaded.receivers["stranger-test"].endpoints) == len(PATHS)


def test_form_is_rebuilt_with_what_is_inside(tmp_path: Path) -> None:
    loaded = drafted(tmp_path, request(BODIES["form"]))
    (endpoint,) = loaded.receivers["stranger-test"].endpoints
    (example,) = endpoint.examples
    fields = {
        one.path for one in look(PIPELINE, to_exchange(example)).fields if one.context == "body"
    }
    assert "data>[].event" in fields


def test_owner_is_who_the_certificate_names(tmp_path: Path) -> None:
    loaded = drafted(tmp_path, request(b"{}"), owners={"in.stranger.test": "Stranger Ltd"})
    assert loaded.receivers["stranger-test"].owner == "Stranger Ltd"


def test_a_known_receiver_gets_a_part(tmp_path: Path) -> None:
    body = json.dumps({"batch": [], "wobble": 3}).encode()
    known = request(body, "/v1/batch", "api.segment.io")
    fresh = request(b'{"x": 1}', "/v9/never", "api.segment.io")
    loaded = drafted(tmp_path, known, fresh)
    segment = loaded.receivers["segment"]
    assert f"{tmp_path.name}/segment-draft.yaml" in segment.files
    batch = next(one for one in segment.endpoints if one.id == "batch")
    assert "wobble" in {rule.path for rule in batch.fields}
    assert "v9-never" in {one.id for one in segment.endpoints}


def test_two_hosts_of_one_name_do_not_collide(tmp_path: Path) -> None:
    loaded = drafted(tmp_path, request(b"{}", host="in.segment"), request(b"{}", host="a.b-c.d"), request(b"{}", host="a.b.c-d"))  # fmt: skip
    assert len(loaded.receivers) == len(load_catalogue().receivers) + 3
