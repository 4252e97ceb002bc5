"""What followed, hands off, by the clock: the page says the facts, and old audits still render."""

import copy
from typing import Any

from auditor.report import render
from auditor.report.build import make_page
from auditor.report.followed import cause_word, hands_off
from auditor.report.timeline import timeline
from auditor.report.words import CAUSES, Names
from auditor.tables.store import Audit


def notes(audit: Audit) -> list[str]:
    codes = {one["category"]: "nots" for one in audit.facts["rows"]}
    figure = timeline(audit.facts, audit.tables, Names(audit.facts), codes)
    return [one["text"] for one in figure["layout"]["annotations"]]


def old(audit: Audit) -> Audit:
    """Return the audit as it was before causes were tested."""
    facts = copy.deepcopy(audit.facts)
    del facts["attribution"]
    for lane in facts["lanes"]:
        for key in ("actions", "idle", "idle_hit"):
            lane.pop(key, None)
    return Audit(facts, audit.claims, audit.tables)


def test_lane_shows_both_counts(demo: Audit) -> None:
    page = make_page(demo)
    cue = next(lane for lane in page.lanes if lane.name == "Cue points")
    assert (cue.did, cue.followed, cue.hands_off) == ("14", "0", "0 of 2")
    shown = notes(demo)
    assert shown.count("hands off 0 of 2") == 7
    assert len([one for one in page.lanes if one.hands_off]) == 7


def test_lane_found_in_other_data_has_no_hands_off_count(demo: Audit) -> None:
    lane = {**demo.facts["lanes"][2], "followed": 0}
    assert hands_off(lane) == ""
    assert hands_off({**lane, "matched": 0}) == "0 of 2"


def test_rows_and_claims_say_how_sure_the_cause_is(demo: Audit) -> None:
    page = make_page(demo)
    rows = {row.name: row.cause for row in page.rows}
    assert rows["Playback"] == CAUSES["firm"].word
    assert rows["Transitions"] == CAUSES["unclear"].word
    assert rows["Cue points"] == ""
    claims = {one.name: one.cause for one in page.annex.claims}
    assert claims["seek.demostream"] == CAUSES["firm"].word
    demo.facts["attribution"]["claims"]["seek.demostream"]["sure"] = "likely"
    assert cause_word(demo.facts, "seek.demostream") == CAUSES["likely"].word


def test_page_tells_clocks_reactions_and_growth(demo: Audit) -> None:
    html = render(demo, charts=False)
    for part in (
        "<b>By the clock.</b> A message for DemoStream every 31 seconds, whatever you do.",
        "<b>Clock set right.</b>",
        "react to “library edit”",
        "<b>Coverage still growing:</b> library.",
        "2 fields left for the first time only at the end, for CrashWatch.",
    ):
        assert part in html, part


def test_q_stands_in_the_annex_only(demo: Audit) -> None:
    html = render(demo, charts=False)
    first_screen = html[: html.index('id="sure"')]
    assert "(q" not in first_screen


def test_same_sentence_is_said_once_and_many_are_counted(demo: Audit) -> None:
    beat = demo.facts["attribution"]["periodic"][0]
    demo.facts["attribution"]["periodic"] = [
        *[beat] * 3,
        *({**beat, "sentence": f"Every {n} seconds."} for n in range(9)),
    ]
    lines = make_page(demo).followed.rhythms
    assert len(set(lines)) == len(lines) == 7
    assert lines[-1] == "4 more lines in the audit folder."


def test_old_audits_still_render(demo: Audit) -> None:
    audit = old(demo)
    html = render(audit)
    for part in ("By the clock", "Coverage still growing", "followed by a message", "about causes"):
        assert part not in html
    assert not [one for one in notes(audit) if one.startswith("hands off ")]
    page: Any = make_page(audit)
    assert not page.followed.actions
    assert {row.cause for row in page.rows} == {""}


def test_every_sentence_of_ours_is_short() -> None:
    for degree in CAUSES.values():
        for part in degree.meaning.split(". "):
            assert len(part.split()) <= 20
