"""Schedules: order, gaps, idle windows, and a hash that every Python makes alike."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import pytest

from auditor.capture.schedule import Schedule, Step, make_schedule
from auditor.catalogue.model import Action, Condition, Protocol
from auditor.catalogue.protocol import list_protocols, load_protocol, planned_seconds

SHIPPED = sorted(list_protocols())

ORDER = ["load", "idle", "eq", "loop", "search", "seek"]
PINNED = "7ee9c2958a8d3ba2e886168274992ab03575c7000fb75ea4f63dd6e0ff817eba"
"""Of `small`, seed 7."""


def small(**changes: object) -> Protocol:
    """Build a protocol that no change of the catalogue touches: its hash is pinned."""
    given: dict[str, object] = {
        "id": "small",
        "title": "Small",
        "purpose": "Try it.",
        "minutes": 3,
        "prepare": ("Load a track.",),
        "lead_in": 5.0,
        "tail": 10.0,
        "idle_count": 3,
        "idle_seconds": 8.0,
        "gap": (7.0, 9.5),
        "actions": (
            Action("load", ("load", "play"), "Load a track.", 6.0, 3, first=True),
            Action("seek", ("seek",), "Click.", 2.0, 3, needs="deck 1 plays"),
            Action("loop", ("loop-on", "loop-off"), "Loop.", 6.0, 3),
            Action("eq", ("eq",), "Turn.", 3.0, 3, hold=True),
            Action(
                "search", ("search",), "Look for {word}.", 4.0, 3, values=(("word", ("a", "ö")),)
            ),
        ),
        "conditions": (Condition("", actions=("load", "seek", "loop", "eq", "search")),),
        "rounds": 1,
        "mirrored": False,
        "place": "small.yaml:1",
    }
    return Protocol(**{**given, **changes})  # type: ignore[arg-type]


def done(schedule: Schedule) -> list[Step]:
    return [step for step in schedule.steps if step.kind == "action"]


def test_hash_is_pinned() -> None:
    """It must be the same on every system and every Python, or it proves nothing."""
    schedule = make_schedule(small(), seed=7)
    assert [step.action for step in schedule.steps[:6]] == ORDER
    assert schedule.digest == PINNED


def test_hash_can_be_made_by_others() -> None:
    schedule = make_schedule(small(), seed=7)
    text = schedule.canonical()
    assert hashlib.sha256(text.encode("ascii")).hexdigest() == schedule.digest
    told = json.loads(text)
    assert told["protocol"] == "small"
    assert told["seed"] == 7
    assert len(told["steps"]) == len(schedule.steps)
    assert told["steps"][0]["instruction"] == "Load a track."


def test_facts() -> None:
    schedule = make_schedule(small(), seed=7)
    assert schedule.facts() == {
        "id": "small",
        "title": "Small",
        "seed": 7,
        "hash": schedule.digest,
        "steps": 18,
        "tail_s": 10.0,
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_same_seed_same_schedule(name: str) -> None:
    protocol = load_protocol(name)
    assert make_schedule(protocol, 1) == make_schedule(protocol, 1)
    others = {make_schedule(protocol, seed).digest for seed in range(20)}
    assert len(others) == 20


def test_hash_covers_the_words_and_the_tail() -> None:
    hashes = {
        make_schedule(one, 7).digest
        for one in (small(), small(tail=11.0), small(lead_in=6.0), small(id="other"))
    }
    assert len(hashes) == 4


@pytest.mark.parametrize("name", SHIPPED)
def test_every_action_as_often_as_wanted(name: str) -> None:
    protocol = load_protocol(name)
    schedule = make_schedule(protocol, 3)
    counted = Counter((step.condition, step.action) for step in done(schedule))
    assert counted == {
        (condition.id, one.id): one.repeat * protocol.rounds
        for condition in protocol.conditions
        for one in protocol.actions
        if one.id in condition.actions
    }
    for step in done(schedule):
        assert 1 <= step.repetition <= step.of == counted[step.condition, step.action]


@pytest.mark.parametrize("name", SHIPPED)
def test_times_and_gaps(name: str) -> None:
    protocol = load_protocol(name)
    schedule = make_schedule(protocol, 3)
    before = protocol.lead_in
    for number, step in enumerate(schedule.steps, 1):
        assert step.number == number
        assert step.start == pytest.approx(before + step.gap, abs=1e-6)
        if step.kind != "wait":
            assert protocol.gap[0] <= step.gap <= protocol.gap[1]
        before = step.start + step.seconds
    assert schedule.seconds == pytest.approx(before + protocol.tail)
    assert schedule.seconds == pytest.approx(planned_seconds(protocol), rel=0.03)
    gaps = {step.gap for step in schedule.steps}
    assert len(gaps) > len(schedule.steps) / 2, "gaps are jittered"


def test_idle_windows_lie_among_the_actions() -> None:
    protocol = load_protocol("standard")
    schedule = make_schedule(protocol, 3)
    idle = [step for step in schedule.steps if step.kind == "idle"]
    assert len(idle) == 15
    assert {step.seconds for step in idle} == {protocol.idle_seconds}
    assert {step.marks for step in idle} == {("idle",)}
    assert [step.repetition for step in idle] == list(range(1, 16))
    heads = [step.number for step in schedule.steps if step.action == "load"]
    for first, last in zip(heads, [*heads[1:], len(schedule.steps) + 1], strict=True):
        assert sum(first < step.number < last for step in idle) == 1, "one in every block"
    places = {step.number - max(one for one in heads if one < step.number) for step in idle}
    assert len(places) > 3, "not always at the same place"


@pytest.mark.parametrize(("idle", "blocks"), [(0, []), (1, [2]), (2, [1, 2]), (7, [0, 0, 1, 1, 2, 2, 2])])  # fmt: skip
def test_idle_windows_are_spread(idle: int, blocks: list[int]) -> None:
    schedule = make_schedule(small(idle_count=idle), 1)
    heads = [step.number for step in schedule.steps if step.action == "load"]
    found = [
        sum(head < step.number for head in heads) - 1
        for step in schedule.steps
        if step.kind == "idle"
    ]
    assert found == blocks


def test_order_is_random_within_blocks() -> None:
    orders = set()
    for seed in range(100):
        steps = make_schedule(small(idle_count=0), seed).steps
        for block in range(3):
            names = [step.action for step in steps[block * 5 : block * 5 + 5]]
            assert names[0] == "load"
            assert sorted(names[1:]) == ["eq", "loop", "search", "seek"]
            orders.add(tuple(names[1:]))
    assert len(orders) == 24, "every order of four comes up in 300 blocks"


def test_values_stand_in_the_words_and_all_are_used() -> None:
    searches = [step for step in done(make_schedule(small(), 7)) if step.action == "search"]
    for step in searches:
        assert step.instruction == f"Look for {dict(step.values)['word']}."
    assert {dict(step.values)["word"] for step in searches} == {"a", "ö"}
    words = [
        dict(step.values)["word"]
        for step in done(make_schedule(load_protocol("standard"), 1))
        if step.action == "search"
    ]
    assert len(set(words)) == 15


def test_braces_that_are_no_values_stay() -> None:
    action = Action("seek", ("seek",), "Press {a.b} {", 1.0, 1)
    protocol = small(actions=(action,), conditions=(Condition("", actions=("seek",)),))
    assert done(make_schedule(protocol, 1))[0].instruction == "Press {a.b} {"


def test_conditions_in_their_order() -> None:
    schedule = make_schedule(load_protocol("offline-flush"), 3)
    changes = [(step.kind, step.action) for step in schedule.steps if step.kind == "condition"]
    assert [name for _, name in changes] == ["online", "offline", "online-again"]
    assert schedule.steps[-1].kind == "condition", "then the tail shows what was kept"
    now = ""
    for step in schedule.steps:
        now = step.action if step.kind == "condition" else now
        assert step.condition == now


def test_conditions_change_places() -> None:
    seen = set()
    for seed in range(20):
        schedule = make_schedule(load_protocol("opt-out"), seed)
        order = tuple(step.action for step in schedule.steps if step.kind == "condition")
        seen.add(order)
        waits = [step for step in schedule.steps if step.kind == "wait"]
        assert len(waits) == 3
        assert all(schedule.steps[step.number - 2].kind == "condition" for step in waits)
        assert {step.gap for step in waits} == {0.0}
    on, off = "consent-on", "consent-off"
    assert seen == {(on, off, on), (off, on, off)}


def test_nothing_to_do() -> None:
    schedule = make_schedule(small(actions=(), conditions=(Condition(""),), idle_count=0), 1)
    assert schedule.steps == ()
    assert schedule.seconds == 15.0
