"""What must hold for every audit, whatever the capture."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.claims.words import percent
from auditor.tables.store import Audit
from tests.sample_result import NAMES, SAMPLES, audit_sample

KEY = b"another key for these tests only"


@pytest.fixture(scope="module", params=NAMES)
def audit(request: pytest.FixtureRequest) -> Audit:
    return audit_sample(request.param)


def test_every_number_adds_up(audit: Audit) -> None:
    facts, tables = audit.facts, audit.tables
    totals = facts["totals"]
    exchanges = tables["exchanges"]
    assert totals["messages_out"] == exchanges["messages_out"].sum()
    assert totals["messages_out"] == sum(one["messages"] for one in facts["flows"])
    assert totals["messages_out"] == sum(one["messages"] for one in facts["receivers"])
    assert totals["messages_out"] == sum(
        one["readable"] + one["unreadable"] for one in facts["minutes"]
    )
    assert totals["bytes_out"] == totals["bytes_read"] + totals["bytes_sealed"]
    coverage = facts["coverage"]
    assert coverage["readable"] + coverage["sealed"] + coverage["unopened"] == pytest.approx(1)
    assert sum(tables["fields"]["count"]) >= len(tables["observations"])


def test_every_claim_points_to_what_it_counts(audit: Audit) -> None:
    observations, fields = audit.tables["observations"], audit.tables["fields"]
    for claim in audit.claims:
        firm = observations["strength"].isin(["strong", "medium"])
        mine = observations[
            firm
            & (observations["category"] == claim.category)
            & (observations["receiver"] == claim.receiver)
        ]
        numbers = dict(claim.numbers)
        assert numbers["values"] == len(mine)
        assert set(claim.observations) <= set(mine.index)
        if claim.verdict == "seen":
            assert claim.observations
            assert claim.strength in {"strong", "medium"}
            assert claim.excerpt is not None
            assert any(marked for _, _, marked in claim.excerpt.lines)
            assert set(fields.loc[list(claim.fields), "receiver"]) == {claim.receiver}
        else:
            assert not len(mine)
        assert claim.sentence
        assert claim.falsifier


def test_every_number_of_a_sentence_is_a_number_of_its_claim(audit: Audit) -> None:
    """Words in quotation marks are names of fields, not ours."""
    for claim in audit.claims:
        given = dict(claim.numbers)
        plain = {f"{value:,.0f}" for value in given.values()}
        shares = {percent(given["readable"]), percent(given["bound"])}
        text = re.sub(r"“[^”]*”|\d+ more", "", claim.sentence).replace(claim.receiver_name, "")
        text = text.replace("19 in 20", "")
        assert ("The action" in text) == ("cause_q" in given)
        assert "(q" not in text
        for share in re.findall(r"\d+%", text):
            assert share in shares, claim.sentence
        for number in re.findall(r"\d[\d,]*", re.sub(r"\d+%", "", text)):
            assert number in plain, claim.sentence


def test_rows_answer_all_kinds_and_name_their_claims(audit: Audit) -> None:
    ids = {claim.id for claim in audit.claims}
    assert len(audit.facts["rows"]) == 12
    for row in audit.facts["rows"]:
        assert row["claims"]
        assert set(row["claims"]) <= ids
    assert [answer["id"] for answer in audit.facts["answers"]] == ["get", "ai", "blind", "do"]
    for answer in audit.facts["answers"]:
        assert {point["claim"] for point in answer["points"]} - {""} <= ids


def test_words_that_promise_too_much_are_absent(audit: Audit) -> None:
    texts = [claim.sentence for claim in audit.claims]
    texts += [point["text"] for answer in audit.facts["answers"] for point in answer["points"]]
    texts += [answer["headline"] for answer in audit.facts["answers"]]
    banned = ("safe", "does not send", "no evidence", "never sends", "likely", "probably", "secure")
    for text in texts:
        assert not [word for word in banned if word in text.lower()], text


def test_labels_change_with_the_key_and_nothing_else_does() -> None:
    first = run_audit([SAMPLES / "segment-node"], load_catalogue(), KEY)
    same = run_audit([SAMPLES / "segment-node"], load_catalogue(), KEY)
    other = run_audit([SAMPLES / "segment-node"], load_catalogue(), KEY[::-1])
    assert first.facts == same.facts
    assert first.claims == same.claims
    assert first.tables["fields"].equals(same.tables["fields"])
    assert [replace(one, excerpt=None) for one in first.claims] == [
        replace(one, excerpt=None) for one in other.claims
    ]
    assert not first.tables["fields"]["example"].equals(other.tables["fields"]["example"])


def test_nothing_left_is_said(tmp_path: Path) -> None:
    (tmp_path / "session.yaml").write_text("format: 1\nservices: [tidal]\n")
    (tmp_path / "flows.mitm").write_bytes(b"")
    audit = run_audit([tmp_path], load_catalogue(), KEY)
    assert audit.facts["who"]["title"] == "Nothing left"
    assert {row["verdict"] for row in audit.facts["rows"]} == {"not tested"}
