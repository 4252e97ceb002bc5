"""Whoever gets data is named in every output, also by a bare number; other numbers stay hidden."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mitmproxy import http, io
from mitmproxy.test import tflow

from auditor import gather
from auditor.audit import run_audit
from auditor.catalogue.model import Catalogue
from auditor.explain.chain import Explainer
from auditor.explain.reread import Originals
from auditor.explain.show import lines, plain
from auditor.redact import Redactor
from auditor.report import render
from auditor.tables.build import build_tables
from auditor.tables.collect import Collector, Kinds
from auditor.tables.store import Audit
from tests.sample_result import KEY

START = 1_795_231_198.0
FAR = "203.0.113.9"
OWN = "203.0.113.99"
"""Begins like the far end."""
LAST = 3
"""The number of the exchange with it."""
SEALED = "198.51.100.7"
REFUSED = "192.0.2.33:8443"
TARGETS = {"block-receiver": REFUSED, "block-quic": "192.0.2.34:443"}


def post(url: str, number: int, body: object) -> http.HTTPFlow:
    flow = tflow.tflow(resp=True)
    flow.request = http.Request.make("POST", url, json.dumps(body), {"x-forwarded-for": OWN})
    flow.request.timestamp_start = flow.request.timestamp_end = START + number
    return flow


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a session whose first message names a far end that gets data much later."""
    folder = tmp_path_factory.mktemp("session")
    told = {"peer": FAR, "me": OWN, "note": f"from {OWN} to {FAR}:80, not {SEALED}"}
    with (folder / "flows.mitm").open("wb") as file:
        writer = io.FlowWriter(file)
        for number in range(LAST):
            properties = {"cue_position_ms": 61234 + number, **told}
            body = {"batch": [{"type": "track", "event": "cue_set", "properties": properties}]}
            writer.add(post("https://api.segment.io/v1/batch", number, body))
        # Behind a word and a slash stand versions, so it takes the sweep to hide an address there.
        body = {"event": "cue_set", "hot_cue_name": f"x/{OWN} x/{FAR} x/{SEALED}", **told}
        writer.add(post(f"http://{FAR}:8080/v1/events", LAST, body))
    (folder / "session.yaml").write_text(json.dumps({"format": 1, "title": f"At {OWN}"}))
    connection = {"kind": "connection", "id": "1", "started": START, "outcome": "passed-through"}
    connection |= {"sni": "", "address": f"{SEALED}:443", "bytes_up": 10, "bytes_down": 10}
    journal = [connection] + [
        {"kind": "intervention", "what": what, "target": target, "time": START}
        for what, target in TARGETS.items()
    ]
    (folder / "journal.jsonl").write_text("".join(json.dumps(one) + "\n" for one in journal))
    return folder


@pytest.fixture(scope="module")
def audit(session: Path, catalogue: Catalogue) -> Audit:
    return run_audit([session], catalogue, KEY)


def test_a_far_end_without_a_name_is_told_by_its_number(audit: Audit) -> None:
    facts = audit.facts
    receiver = next(one for one in facts["receivers"] if one["id"] == FAR)
    assert (receiver["name"], receiver["hosts"]) == (FAR, [FAR])
    sentence = next(one.sentence for one in audit.claims if one.id == f"cue.{FAR}")
    assert sentence.startswith(f"Left for {FAR}: ")
    ids = {one.id for one in audit.claims}
    assert {one for row in facts["rows"] for one in row["claims"]} <= ids
    assert {point["claim"] for one in facts["answers"] for point in one["points"]} <= {"", *ids}
    assert FAR in json.dumps(facts["flows"])
    assert FAR in render(audit, charts=False)


def test_far_ends_of_what_was_sealed_or_refused_are_told(audit: Audit) -> None:
    said = {one["id"]: one["sentence"] for one in audit.facts["blind_spots"]}
    assert f"to {SEALED}:443 were let through" in said["passed-through"]
    for number, target in enumerate(sorted(TARGETS.items())):
        assert target[1] in said[f"blocked-{number}"]
    (row,) = audit.tables["connections"].to_dict("records")
    assert (row["address"], row["receiver"]) == (f"{SEALED}:443", SEALED)


def test_other_numbers_stay_hidden_and_so_do_all_in_captured_values(audit: Audit) -> None:
    shown = [json.dumps(audit.facts), render(audit, charts=False), repr(audit.claims)]
    shown += [table.to_csv() for table in audit.tables.values()]
    assert not [text for text in shown if OWN in text]
    fields = audit.tables["fields"].set_index("path")["example"].astype(str)
    hidden = Redactor(KEY).clean(FAR)
    assert set(fields[fields.index.str.endswith("peer")]) == {hidden}
    assert f"to {hidden}:80" in fields["batch[].properties.note"]
    assert fields["hot_cue_name"] == f"x/{Redactor(KEY).clean(OWN)} x/{FAR} x/{SEALED}"


def test_the_label_of_the_session_itself_stays(audit: Audit) -> None:
    assert audit.facts["session"]["title"] == f"At {Redactor(KEY).clean(OWN)}"


def test_it_does_not_matter_which_process_meets_the_far_end(
    session: Path, catalogue: Catalogue
) -> None:
    kinds = Kinds.of(catalogue.categories.values())
    alone, first, other = (Collector(Redactor(KEY), kinds) for _ in range(3))
    gather.gather([session], catalogue, alone)
    gather._take([session], catalogue, first, lambda number: number < LAST)
    gather._take([session], catalogue, other, lambda number: number == LAST, sessions=False)
    first.count()
    assert FAR not in first.redactor.far_ends
    first.merge(other.gathered())
    alone.count()
    assert first.redactor.far_ends == alone.redactor.far_ends == {FAR, SEALED}
    mine, others = build_tables(alone), build_tables(first)
    for name, table in mine.items():
        assert others[name].equals(table), name


def test_explain_shows_what_the_audit_shows(
    audit: Audit, session: Path, catalogue: Catalogue
) -> None:
    claim = next(one for one in audit.claims if one.id == f"cue.{FAR}")
    originals = Originals(audit.facts["captures"], [session])
    chain = Explainer(audit, catalogue, originals, Redactor(KEY)).chain(claim, None)
    text = "\n".join(lines(chain)) + json.dumps(plain(chain))
    assert f"POST {FAR}, POST /v1/events" in text
    assert OWN not in text
    assert [one.excerpt[1] for one in chain.trails] == [one.value for one in chain.trails]
    assert any(one.value.endswith(f"x/{FAR} x/{SEALED}") for one in chain.trails)
