"""The page says what the audit says: each number and verdict can be found there."""

from typing import Any

from auditor.report.build import make_page
from auditor.tables.store import Audit


def test_rows_groups_and_verdicts_agree(demo: Audit) -> None:
    page = make_page(demo)
    assert len(page.rows) == 12
    assert [group.verdict.word for group in page.groups] == [
        "Seen leaving",
        "Tested, not seen",
        "Not tested",
        "Could not see",
    ]
    assert sum(len(group.chips) for group in page.groups) == 12
    for group in page.groups:
        for link, indirect in group.chips:
            row = next(one for one in page.rows if f"#{one.id}" == link.href)
            assert row.verdict.code == group.verdict.code
            assert indirect == (row.verdict.word == "Seen, indirectly")


def test_rows_carry_the_facts(demo: Audit) -> None:
    cue, loop, identity = (make_page(demo).rows[place] for place in (4, 5, 9))
    assert (cue.name, cue.did, cue.readable, cue.strength) == (
        "Cue points",
        ("You did it", "14 times"),
        "92%",
        None,
    )
    assert cue.evidence[0].href == "#claim-cue.demostream"
    assert cue.evidence[0].text == "DemoStream"
    assert (loop.did, loop.readable, bool(loop.test)) == (("You did it", "0 times"), "", True)
    assert identity.did == ("", "Needs no action of yours")
    assert identity.strength is not None
    assert identity.strength.pips == "●●●"


def test_many_claims_become_a_number(demo: Audit) -> None:
    row = demo.facts["rows"][0]
    row["claims"] = [one.id for one in demo.claims]
    shown = make_page(demo).rows[0]
    assert len(shown.evidence) == 4
    assert shown.more_evidence == 8


def test_links_to_nowhere_are_dropped(demo: Audit) -> None:
    answer = demo.facts["answers"][0]
    answer["more"]["href"] = "https://evil.example/#all"
    answer["points"][0]["claim"] = "nothing.like-it"
    page = make_page(demo)
    assert page.answers[0].more is None
    assert page.answers[0].points[0].evidence is None
    assert page.answers[0].points[1].evidence is not None


def test_nobody_did_zero_times_what_nobody_noted(demo: Audit) -> None:
    demo.facts["session"]["has_marks"] = False
    assert make_page(demo).rows[4].did == ("", "Not noted what was done")


def test_made_up_and_staged_captures_are_tagged(demo: Audit) -> None:
    session: dict[str, Any] = demo.facts["session"]
    assert make_page(demo).tag == "Synthetic"
    session.update(synthetic=False, canned_server=True)
    assert make_page(demo).tag == "Staged"
    assert make_page(demo).origin == session["title"] != ""
    session.update(canned_server=False)
    assert make_page(demo).tag == ""
    assert make_page(demo).origin == ""


def test_receivers_show_their_own_share(demo: Audit) -> None:
    first, *_, last = make_page(demo).receivers
    assert (first.messages, first.sent, first.read) == ("902", "2.0 MB", "90%")
    assert last.role == "unknown owner"
    assert sum(int(flow.messages) for flow in first.flows) == 902


def test_shares_come_from_the_coverage(demo: Audit) -> None:
    shares = {one.code: (one.text, one.width) for one in make_page(demo).shares}
    assert shares == {"read": ("81%", 81.0), "seal": ("6%", 6.0), "shut": ("13%", 13.0)}


def test_an_empty_audit_makes_a_page(demo: Audit) -> None:
    facts = {
        **demo.facts,
        "receivers": [],
        "flows": [],
        "lanes": [],
        "minutes": [],
        "notices": [],
        "redactions": [],
    }
    for row in facts["rows"]:
        row["claims"] = []
    empty = {name: table.iloc[:0] for name, table in demo.tables.items()}
    page = make_page(Audit(facts, (), empty))
    assert page.annex.claims == ()
    assert page.annex.fields.rows == ()
    assert page.masthead.bars == ()
