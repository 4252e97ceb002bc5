"""The AI section: three statements apart, rows that say the same joined, texts in the annex."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from auditor.report import render
from auditor.report.build import make_page
from auditor.report.view import Party, Terms
from auditor.tables.store import Audit


@pytest.fixture
def terms(demo: Audit) -> Terms:
    return make_page(demo).terms


def section(html: str) -> str:
    return html[html.index('<section id="ai"') : html.index('<section id="compare"')]


def test_kinds_with_one_verdict_and_one_clause_share_a_row(terms: Terms) -> None:
    stream, watch = terms.parties
    assert isinstance(stream, Party)
    rows = [([name for name, _ in one.kinds], one.tag.word) for one in stream.statements]
    assert rows == [
        (["Playback", "Seeking"], "Training named"),
        (["Transitions"], "Broad wording"),
        (["Your identity"], "None found"),
        (["Device"], "Not checked"),
    ]
    assert [one.tag.word for one in watch.statements] == ["Not checked"]


def test_every_pair_of_receiver_and_kind_is_counted(terms: Terms, demo: Audit) -> None:
    counts = {tag.word: count for tag, count in terms.counts}
    assert counts == {"Training named": 2, "Broad wording": 1, "None found": 1, "Not checked": 2}
    assert sum(counts.values()) == len(demo.facts["policies"]["statements"])


def test_three_statements_stay_apart(demo: Audit) -> None:
    text = section(render(demo, charts=False))
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", text, re.DOTALL)
    told = [row for row in rows if "Used for training" in row]
    assert len(told) == 5
    for row in told:
        assert "Cannot be seen from here" in row
        cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
        assert len(cells) == 3
        assert "Seen" in cells[0]
        assert "ct-" not in cells[0]
        assert "v-seen" not in cells[1]


def test_what_was_not_checked_is_not_called_none(change: Callable[..., Audit]) -> None:
    audit = change()
    stated = [{**one, "class": "not checked"} for one in audit.facts["policies"]["statements"]]
    changed = change(policies={"statements": stated, "terms": []})
    page = make_page(changed).terms
    assert [count for _, count in page.counts] == [0, 0, 0, 6]
    assert all(one.clause is None for party in page.parties for one in party.statements)


def test_needs_link_to_their_claims(terms: Terms) -> None:
    assert [one.name for one in terms.needs][:2] == ["Playback", "Seeking"]
    assert all(one.evidence for one in terms.needs)


def test_the_annex_holds_quote_day_and_address(demo: Audit) -> None:
    html = render(demo, charts=False)
    annex = html[html.index('id="annex"') :]
    assert "<q>train our models with what you do</q>" in annex
    assert "Demo Policy of 1 October 2025" in annex
    assert "https://demostream.example/privacy" in annex
    assert "Read in part, 2 November 2025" in annex


@pytest.mark.parametrize(
    "facts", [{"policies": {"statements": [], "terms": []}}, {"policies": None, "auto_dj": None}]
)
def test_nothing_to_hold_against_the_terms(
    change: Callable[..., Audit], facts: dict[str, Any]
) -> None:
    """Also an audit that was made before terms were read."""
    text = section(render(change(**facts), charts=False))
    assert "Nothing was seen leaving that the terms could be held against." in text
    assert "Cannot be seen from here" in text


def test_too_many_rows_are_counted(change: Callable[..., Audit]) -> None:
    one = change().facts["policies"]["statements"][0]
    page = make_page(change(policies={"statements": [one] * 70, "terms": []})).terms
    assert page.left_out == 10


def test_a_step_says_why_it_is_shown(demo: Audit) -> None:
    html = render(demo, charts=False)
    card = html[html.index('id="do-retest"') :]
    assert "Not tested: loops, searches." in card[: card.index("</li>")]
