"""Values of the tester's own library are found under any name of a field."""

import base64
import json
from pathlib import Path

import pytest

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.known import KnownValue, write_known
from auditor.pipeline import Pipeline
from auditor.records import Exchange, Message, Observation
from tests.sample_result import KEY, SAMPLES

NAME = "zebra lighthouse 7f3kq2"
PLANTED = KnownValue("cue-name-1", "cue-name", "cue", NAME, note="planted")
CATALOGUE = load_catalogue()


def observations(body: object, *known: KnownValue) -> list[Observation]:
    data = json.dumps(body).encode()
    message = Message("out", data, len(data), "application/json")
    exchange = Exchange(
        0, "1", "http", 1.0, "POST", "https", "x.example", 443, "/", "", (), (message,)
    )
    _, sent = Pipeline(CATALOGUE, known).run(exchange)
    return [one for message in sent for one in message.observations]


def recognised(body: object, *known: KnownValue) -> list[tuple[str, str, str, str]]:
    return [
        (one.leaf.path, one.category, one.strength, one.rule)
        for one in observations(body, *known)
        if one.basis == "known value"
    ]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"q": NAME}, "q"),
        ({"a": [{"b": 1}, {"b": f"saved {NAME} today"}]}, "a[].b"),
        ({"blob": base64.b64encode(json.dumps({"n": NAME}).encode()).decode()}, "blob>n"),
        (["other", NAME], "[]"),
    ],
)
def test_a_planted_name_is_found_wherever_it_stands(body: object, path: str) -> None:
    assert recognised(body, PLANTED) == [(path, "cue", "strong", "known/cue-name")]


def test_nothing_is_recognised_without_it() -> None:
    assert recognised({"q": NAME}) == []
    assert recognised({"q": NAME[:-1]}, PLANTED) == []
    assert recognised({"q": f"x{NAME}"}, PLANTED) == []


def test_a_surer_meaning_stays() -> None:
    """A header that a documented rule hides keeps what hides it."""
    told = {one.leaf.path: one for one in observations({"user_id": NAME}, PLANTED)}
    assert told["user_id"].category == "cue"
    assert told["user_id"].secret == "account-id"  # noqa: S105


def test_an_audit_searches_for_the_values_of_its_session(tmp_path: Path) -> None:
    sample = SAMPLES / "segment-node"
    for path in sample.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = run_audit([tmp_path], CATALOGUE, KEY)
    values = before.tables["observations"]["value"].dropna().unique()
    text = max((one for one in values if one.isascii() and " " in one), key=len)
    write_known(tmp_path, [KnownValue("comment-1", "comment", "library", text, note="planted")])
    after = run_audit([tmp_path], CATALOGUE, KEY).tables["observations"]
    found = after[after["basis"] == "known value"]
    assert set(found["value"]) == {text}
    assert set(found["rule"]) == {"known/comment"}
