"""Claims and fields in the annex: order, caps, labels, links."""

import dataclasses

import pandas as pd

from auditor.records import Excerpt
from auditor.report.annex import MAX_CLAIMS, MAX_FIELDS, make_annex
from auditor.report.view import Annex
from auditor.report.words import Names
from auditor.tables.store import Audit


def annex_of(audit: Audit) -> Annex:
    return make_annex(audit, Names(audit.facts))


def test_a_claim_brings_its_proof(demo: Audit) -> None:
    seek = annex_of(demo).claims[1]
    assert seek.id == "claim-seek.demostream"
    assert ("did", "9") in seek.numbers
    assert seek.message.startswith("exchange 413 · 14 Nov 2025, 20:13:07.611 UTC")
    assert [line.marked for line in seek.lines] == [True, False, True, False]
    assert seek.lines[1].value[0].hidden
    assert seek.more_lines == 17
    path, how = seek.found_by[0]
    assert path == "events[].position_ms"
    assert how == (
        "where playback went on inside the track — demostream.player.position (documented)"
    )
    assert seek.fields is not None
    assert seek.fields.href == "#fields&kind=Seeking&company=DemoStream"


def test_long_excerpts_are_cut_and_counted(demo: Audit) -> None:
    lines = tuple((f"path{number}", "x" * 500, False) for number in range(100))
    excerpt = Excerpt(1, 0.0, "host", "endpoint", "", (), lines, more=5)
    claim = dataclasses.replace(demo.claims[0], excerpt=excerpt)
    shown = annex_of(Audit(demo.facts, (claim,), demo.tables)).claims[0]
    assert 1 <= len(shown.lines) < 20
    assert len(shown.lines) + shown.more_lines == 105
    assert all(len(line.value[0].text) <= 160 for line in shown.lines)


def test_fields_come_in_the_order_of_kinds_then_by_count(demo: Audit) -> None:
    rows = annex_of(demo).fields.rows
    assert [row.category for row in rows[:4]] == [
        "Playback",
        "Playback",
        "Seeking",
        "Your identity",
    ]
    assert rows[3].times == "984"
    assert rows[-1].category == "Not classified"
    assert rows[-1].strength is None


def test_fields_know_their_claim(demo: Audit) -> None:
    rows = annex_of(demo).fields.rows
    assert rows[0].claim is not None
    assert rows[0].claim.href == "#claim-playback.demostream"
    assert rows[-1].claim is None


def test_caps_are_counted(demo: Audit) -> None:
    fields = pd.concat([demo.tables["fields"]] * 300, ignore_index=True)
    claims = tuple(
        dataclasses.replace(demo.claims[0], id=f"playback.r{number}") for number in range(310)
    )
    annex = annex_of(Audit(demo.facts, claims, {**demo.tables, "fields": fields}))
    assert (len(annex.claims), annex.claims_left_out) == (MAX_CLAIMS, 10)
    assert (len(annex.fields.rows), annex.fields.left_out) == (MAX_FIELDS, 700)


def test_lists_offer_what_the_rows_say(demo: Audit) -> None:
    fields = annex_of(demo).fields
    assert set(fields.categories) == {row.category for row in fields.rows}
    assert fields.receivers == ("CrashWatch", "DemoDeck Inc.", "DemoStream")


def test_rules_do_not_repeat_their_path(demo: Audit) -> None:
    fields = demo.tables["fields"]
    fields["rule"] = fields["rule"].astype("object")
    fields.loc[2, "rule"] = "demostream/player/seek/body:events[].position_ms"
    (_, how), *_ = annex_of(demo).claims[1].found_by
    assert how.endswith("— demostream/player/seek/body (documented)")


def test_every_claim_that_rests_on_values_can_be_walked_down(demo: Audit) -> None:
    claims = annex_of(demo).claims
    assert [bool(one.chain) for one in claims] == [
        bool(one.fields or one.observations) for one in demo.claims
    ]
    many = dataclasses.replace(demo.claims[0], fields=(3,), observations=tuple(range(50)))
    shown = annex_of(Audit(demo.facts, (many,), demo.tables))
    assert shown.claims[0].chain == "fields 3; observations 0, 1, 2, 3 and 46 more"
