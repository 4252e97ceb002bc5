"""What messages of the same layouts have in common, and what their rows' events add to it."""

from __future__ import annotations

import pytest

from auditor.catalogue.model import Catalogue
from auditor.classify import plans
from auditor.classify.events import Places
from auditor.classify.fields import RuleBook
from auditor.classify.interpreter import Interpreter
from auditor.classify.lexicon import Judge
from auditor.classify.plans import Plan, Planner
from auditor.places import Layout, exact, layout

BOOK = RuleBook(())
NAMED: Places = (("body", "b[].name"),)
USUAL = layout((exact("body", "b[].name"), exact("body", "b[].deck")))
OTHER = layout((exact("body", "b[].name"), exact("body", "b[].tempo")))
INSIDE = layout((exact("body", "b[].data.x"), exact("body", "b[].data.ts")))
HEAD = layout((exact("header", "timestamp"),))
LAYOUTS = (HEAD, USUAL, OTHER, INSIDE)


@pytest.fixture
def planner(catalogue: Catalogue) -> Planner:
    return Planner(Interpreter(Judge(catalogue.lexicon)))


def senses(plan: Plan, *events: list[str]) -> list[dict[str, Layout]]:
    """Return events and layouts of what is known of each sheet."""
    return [{name: one.layout for name, one in known.items()} for known in plan.senses(events)]


def test_messages_of_the_same_layouts_have_one_plan(planner: Planner) -> None:
    plan = planner.plan(BOOK, LAYOUTS, NAMED)
    assert planner.plan(BOOK, LAYOUTS, NAMED) is plan
    assert planner.plan(BOOK, LAYOUTS, ()) is not plan
    assert planner.plan(BOOK, LAYOUTS[::-1], NAMED) is not plan
    assert planner.plan(RuleBook(()), LAYOUTS, NAMED) is not plan


def test_what_no_event_can_be_told_of_is_known_at_once(planner: Planner) -> None:
    """A header's name is no word of who writes the message: it tells no moment either."""
    plan = planner.plan(BOOK, LAYOUTS, NAMED)
    assert [bool(mine) for mine in plan.sources] == [False, True, True, True]
    assert [[*known] for known in plan.bare] == [[""], [], [], []]
    assert plan.timed == ((3, (1,)),)
    without = planner.plan(BOOK, LAYOUTS, ())
    assert [[*known] for known in without.bare] == [[""]] * 4
    assert senses(without, [], [], [], []) == [{"": where} for where in LAYOUTS]


def test_events_of_each_sheet_stay_in_the_order_of_its_rows(planner: Planner) -> None:
    plan = planner.plan(BOOK, LAYOUTS, NAMED)
    found = senses(plan, [], ["one", "two", "one"], ["two", "three", "one"], [])
    assert [[*known] for known in found] == [[""], ["one", "two"], ["two", "three", "one"], [""]]
    assert [{*known.values()} for known in found] == [{where} for where in LAYOUTS]


def test_names_of_one_event_go_together(planner: Planner) -> None:
    """Rows of two layouts are members of one object in one event only."""
    plan = planner.plan(BOOK, LAYOUTS, NAMED)
    apart, both = (
        plan.senses([[], ["one"], mine, ["one"]])[2][mine[0]] for mine in (["two"], ["one"])
    )
    assert apart.layout is both.layout is OTHER
    assert apart.fields[1].says != both.fields[1].says


def test_ever_new_events_do_not_fill_the_memory(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "_MEMORY", 100)
    for number in range(500):
        name = f"event {number}"
        found = senses(planner.plan(BOOK, LAYOUTS, NAMED), [], [name], [name], [name])
        assert [[*known] for known in found] == [[""], [name], [name], [name]]
        assert planner.size < 110
