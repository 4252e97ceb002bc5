"""From the claims of real samples down to bytes that spell the values."""

import dataclasses
import json
import re
from base64 import urlsafe_b64decode
from functools import cache
from pathlib import Path
from urllib.parse import unquote, unquote_plus

import pytest
import yaml

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.catalogue.model import Catalogue
from auditor.errors import AuditorError
from auditor.explain.chain import NO_CAPTURE, Explainer, find_claim
from auditor.explain.records import Trail
from auditor.explain.reread import Originals, beside
from auditor.explain.show import lines, plain
from auditor.redact import Redactor
from auditor.tables.store import Audit, write_audit
from tests.sample_result import KEY, SAMPLES, audit_sample

NAMES = ("tidal-web-player", "segment-node", "sentry-node", "amplitude-python")
LABEL = re.compile(r"‹([a-z-]+) [a-z2-7]{4}")


@cache
def ready(name: str) -> Explainer:
    """Return what walks the claims of a sample; its captures are read once."""
    return explainer(name, load_catalogue(), SAMPLES / name)


def explainer(name: str, catalogue: Catalogue, *paths: Path) -> Explainer:
    audit = audit_sample(name)
    originals = Originals(audit.facts["captures"], paths)
    return Explainer(audit, catalogue, originals, Redactor(KEY))


def spelled(trail: Trail) -> str:
    """Decode the bytes of the innermost range by its steps; return them as the table shows them."""
    text = trail.ranges[-1].spelling.decode()
    last = trail.steps[-1] if trail.steps else ""
    value: object = text
    if trail.field.context == "query" or last == "form":
        value = unquote_plus(text)
    elif trail.field.context == "path":
        value = unquote(text)
    elif last in {"json", "jwt", "envelope"} and not trail.ranges[-1].inside.startswith("header"):
        value = json.loads(text)
    label = LABEL.match(trail.value)
    return Redactor(KEY).preview(value, label[1] if label else "")  # type: ignore[arg-type]


def undone(data: bytes, step: str) -> bytes:
    """Undo what a value inside a value was packed with."""
    if step == "form":
        return unquote_plus(data.decode()).encode()
    if step == "json":
        return json.loads(data).encode()  # type: ignore[no-any-return]
    return data


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_reaches_the_bytes(name: str) -> None:
    walk = ready(name)
    resting = [one for one in audit_sample(name).claims if one.verdict.startswith("seen")]
    assert len(resting) >= 5
    for claim in resting:
        chain = walk.chain(claim, None)
        assert chain.trails, claim.id
        for trail in chain.trails:
            where = (claim.id, trail.row, trail.ends)
            assert trail.capture.state == "same", where
            assert trail.ranges, where
            assert trail.ranges[-1].places == 1, where
            assert spelled(trail) == trail.value, where
            assert trail.excerpt[1] == trail.value, where
            for outer, inner in zip(trail.ranges, trail.ranges[1:], strict=False):
                if inner.steps == ("jwt",):
                    token = outer.spelling.rpartition(b" ")[2].strip(b'"').split(b".")[1]
                    assert inner.data == urlsafe_b64decode(token + b"=="), where
                else:
                    assert undone(outer.spelling, trail.steps[0]) == inner.data, where


def test_the_body_is_the_one_that_was_sent(catalogue: Catalogue) -> None:
    audit = audit_sample("tidal-web-player")
    originals = Originals(audit.facts["captures"], [SAMPLES / "tidal-web-player"])
    walk = Explainer(audit, catalogue, originals, Redactor(KEY))
    trail = walk.chain(find_claim(audit, "seek.tidal")).trails[0]
    exchange = originals.exchange(trail.exchange.number)
    assert exchange is not None
    assert trail.ranges[0].data == exchange.messages[0].body
    assert trail.steps == ("form", "json")
    assert (exchange.method, exchange.host) == (trail.exchange.method, trail.exchange.host)
    assert trail.field.basis == "documented"
    assert "tidal-sdk-web" in trail.field.source


def test_a_claim_that_is_worked_out_rests_on_its_positions() -> None:
    walk = ready("tidal-web-player")
    chain = walk.chain(find_claim(audit_sample("tidal-web-player"), "cue.tidal"), 5)
    assert "worked out" in chain.notes[0]
    assert chain.more > 10
    assert any("assetPosition" in one.field.path for one in chain.trails)


def test_a_claim_of_nothing_seen_has_no_bytes(catalogue: Catalogue) -> None:
    audit = audit_sample("segment-node")
    nothing = next(one for one in audit.claims if not one.fields)
    chain = explainer("segment-node", catalogue).chain(nothing)
    assert not chain.trails
    assert "no bytes" in chain.notes[0]


def test_no_secret_and_no_raw_bytes_are_shown() -> None:
    told = (SAMPLES / "tidal-web-player" / "session.yaml").read_text("utf-8")
    secrets = list(yaml.safe_load(told)["secrets"])
    audit = audit_sample("tidal-web-player")
    walk = ready("tidal-web-player")
    text = ""
    for claim in audit.claims:
        chain = walk.chain(claim, None)
        text += "\n".join(lines(chain)) + json.dumps(plain(chain), ensure_ascii=False)
    secrets += [
        trail.ranges[-1].spelling.decode().strip('"')
        for trail in walk.chain(find_claim(audit, "identity.tidal"), None).trails
        if trail.value.startswith("‹token")
    ]
    assert len(secrets) > 3
    assert not [one for one in secrets if one in text]


def test_without_the_capture_it_ends_at_the_exchange(catalogue: Catalogue) -> None:
    audit = audit_sample("segment-node")
    trail = explainer("segment-node", catalogue).chain(find_claim(audit, "cue.segment")).trails[0]
    assert trail.ends == NO_CAPTURE
    assert (trail.capture.state, trail.ranges) == ("missing", ())
    assert trail.exchange.host == "api.segment.io"


def test_another_capture_is_told_apart(catalogue: Catalogue) -> None:
    audit = audit_sample("segment-node")
    walk = explainer("segment-node", catalogue, SAMPLES / "amplitude-python")
    trail = walk.chain(find_claim(audit, "cue.segment")).trails[0]
    assert trail.capture.state == "differs"
    assert "no such exchange" in trail.ends
    assert "DIFFERS" in "\n".join(lines(walk.chain(find_claim(audit, "cue.segment"))))


def test_a_capture_that_is_read_differently_today(catalogue: Catalogue) -> None:
    audit = audit_sample("segment-node")
    table = audit.tables["observations"].drop(index=0)
    short = Audit(audit.facts, audit.claims, {**audit.tables, "observations": table})
    originals = Originals(audit.facts["captures"], [SAMPLES / "segment-node"])
    walk = Explainer(short, catalogue, originals, Redactor(KEY))
    trail = walk.chain(find_claim(short, "cue.segment")).trails[0]
    assert "read differently" in trail.ends


def test_one_capture_too_many() -> None:
    audit = audit_sample("segment-node")
    paths = [SAMPLES / "segment-node", SAMPLES / "sentry-node"]
    with pytest.raises(AuditorError, match="none of the captures"):
        Originals(audit.facts["captures"], paths)


def test_a_capture_beside_its_audit_is_found_by_its_digest(tmp_path: Path) -> None:
    audit = audit_sample("segment-node")
    told = audit.facts["captures"]
    (tmp_path / "segment-node").mkdir()
    for one in (SAMPLES / "segment-node").iterdir():
        (tmp_path / "segment-node" / one.name).write_bytes(one.read_bytes())
    write_audit(audit, tmp_path / "audit")
    assert beside(tmp_path / "audit", told) == [tmp_path / "segment-node"]
    with (tmp_path / "segment-node" / "session.yaml").open("a") as file:
        file.write("\n# changed\n")
    assert beside(tmp_path / "audit", told) == []
    assert beside(tmp_path / "audit", [{**told[0], "name": "../segment-node"}]) == []


def test_an_unknown_claim_lists_those_there_are() -> None:
    audit = audit_sample("segment-node")
    with pytest.raises(AuditorError) as error:
        find_claim(audit, "cue.tidal")
    assert "cue.segment" in error.value.hint
    assert "seek.segment" in error.value.hint.partition("Without such values")[2]


def test_another_catalogue_is_said(catalogue: Catalogue) -> None:
    audit = audit_sample("segment-node")
    originals = Originals(audit.facts["captures"], [])
    other = dataclasses.replace(catalogue, digest="0" * 64)
    chain = Explainer(audit, other, originals, Redactor(KEY)).chain(audit.claims[0])
    assert "another catalogue" in chain.notes[-1]


def test_a_secret_of_another_message_is_hidden_too(tmp_path: Path, catalogue: Catalogue) -> None:
    """It has no name where it stands, and it is short: only the other message says what it is."""
    account = "dj7731"
    bodies = (
        {"batch": [{"type": "identify", "userId": account}]},
        {"batch": [{"type": "track", "event": "cue_set", "properties": {
            "x": account, "cue_position_ms": 61234, "y": f"of {account}"}}]},
    )  # fmt: skip
    capture = tmp_path / "two.har"
    capture.write_text(json.dumps({"log": {"entries": [entry(one) for one in bodies]}}))
    audit = run_audit([capture], catalogue, KEY)
    originals = Originals(audit.facts["captures"], [capture])
    walk = Explainer(audit, catalogue, originals, Redactor(KEY))
    chain = walk.chain(find_claim(audit, "cue.segment"), None)
    text = "\n".join(lines(chain)) + json.dumps(plain(chain))
    assert "▸61234◂" in text
    assert account not in text


def entry(body: object) -> dict[str, object]:
    return {
        "startedDateTime": "2026-11-01T10:00:00Z",
        "request": {
            "method": "POST",
            "url": "https://api.segment.io/v1/batch",
            "headers": [{"name": "content-type", "value": "application/json"}],
            "postData": {"mimeType": "application/json", "text": json.dumps(body)},
        },
        "response": {"status": 200, "headers": [], "content": {"size": 0}},
    }
