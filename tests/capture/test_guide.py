"""The guide, driven by a clock and a tester made up here."""

from __future__ import annotations

from itertools import pairwise

import pytest

from auditor.capture.guide import (
    BOUNCE_S,
    REACTION_S,
    READY_S,
    STALL_S,
    Event,
    Guide,
    StepEvent,
    View,
)
from auditor.capture.schedule import Schedule, Step, make_schedule
from auditor.catalogue.protocol import list_protocols, load_protocol
from auditor.records import Mark
from auditor.stats.thresholds import LAG_S, LEAD_S

T0 = 1_763_700_000.0
GAP = 8.0


def step(action: str, *marks: str, kind: str = "action", **more: object) -> Step:
    given: dict[str, object] = {
        "number": 0,
        "kind": kind,
        "action": action,
        "marks": marks,
        "instruction": f"Do {action}.",
        "start": 0.0,
        "seconds": 5.0,
        "gap": GAP,
        "condition": "",
        "repetition": 1,
        "of": 1,
    }
    return Step(**{**given, **more})  # type: ignore[arg-type]


def plan(*steps: Step) -> Schedule:
    numbered = [
        Step(**{name: getattr(one, name) for name in Step.__slots__} | {"number": number})
        for number, one in enumerate(steps, 1)
    ]
    return Schedule("small", "Small", 1, (), 10.0, 20.0, tuple(numbered))


class Session:
    """A clock that ticks ten times a second, and what the guide said."""

    def __init__(self, *steps: Step) -> None:
        self.now = T0
        self.guide = Guide(plan(*steps), self.now)
        self.events: list[Event] = []

    def wait(self, seconds: float) -> Session:
        end = round(self.now + seconds, 6)
        while self.now < end:
            self.now = min(end, round(self.now + 0.1, 6))
            self.events += self.guide.tick(self.now)
        return self

    def to(self, phase: str) -> Session:
        for _ in range(10_000):
            if self.view.phase == phase:
                return self
            self.wait(0.1)
        raise AssertionError(f"never came to {phase}")

    def press(self, key: str) -> Session:
        self.events += self.guide.press(key, self.now)
        return self

    @property
    def view(self) -> View:
        return self.guide.view(self.now)

    @property
    def marks(self) -> list[tuple[str, float, float]]:
        """Times since the beginning."""
        return [
            (one.action, pytest.approx(one.start - T0), pytest.approx(one.end - T0))
            for one in self.events
            if isinstance(one, Mark)
        ]

    @property
    def states(self) -> list[tuple[int, str, str]]:
        return [
            (one.number, one.action, one.state) for one in self.events if isinstance(one, StepEvent)
        ]


def test_idle_windows_stay_clean_however_early_the_tester_acts() -> None:
    """What the audit counts for an action must not reach into an idle window."""
    for protocol in list_protocols().values():
        least = protocol.gap[0]
        assert least >= LAG_S + LEAD_S, "idle window after an action"
        assert least - READY_S - REACTION_S >= LEAD_S, "action after an idle window"


def test_phases_of_one_step() -> None:
    one = Session(step("seek", "seek", needs="deck 1 plays"))
    assert (one.view.phase, one.view.countdown) == ("hands-off", 10.0)
    one.wait(10)
    assert one.view.phase == "waiting"
    assert "seek" not in one.view.text, "nobody is to act before it is time"
    one.wait(GAP - READY_S)
    assert (one.view.phase, one.view.text) == ("get-ready", "Do seek.")
    assert one.view.hint == "Needs: deck 1 plays."
    assert one.view.countdown == pytest.approx(READY_S)
    one.wait(READY_S)
    assert (one.view.phase, one.view.countdown) == ("do-now", 5.0)
    assert (one.view.number, one.view.total) == (1, 1)
    one.wait(3).press("enter")
    assert one.view.phase == "tail"
    assert one.marks == [("seek", 20.0, 21.0)]
    assert one.states == [(1, "seek", "done")]
    one.wait(19.9)
    assert not one.guide.finished
    one.wait(0.1)
    assert one.guide.finished
    assert one.view.phase == "finished"


def test_mark_ends_with_enter_however_late() -> None:
    """Time runs on at 0: who needs longer is not hurried, and nothing is assumed."""
    one = Session(step("seek", "seek")).to("do-now").wait(60)
    assert (one.view.phase, one.view.countdown) == ("do-now", 0.0)
    assert one.marks == []
    one.press("enter")
    assert one.marks == [("seek", 78.0 - REACTION_S, 78.0)]


def test_done_while_it_was_announced() -> None:
    one = Session(step("seek", "seek")).to("get-ready").wait(1).press("enter")
    assert one.states == [(1, "seek", "done")]
    assert one.marks == [("seek", 15.0 - REACTION_S, 15.0)]


def test_enter_means_nothing_before_it_is_announced() -> None:
    one = Session(step("seek", "seek"), step("eq", "eq"))
    one.press("enter").wait(11).press("enter")
    assert one.events == []
    one.to("do-now").press("enter").wait(0.2).press("enter").wait(2).press("enter")
    assert [name for name, *_ in one.marks] == ["seek"], "the second press is no second action"


def test_two_marks_beginning_and_end() -> None:
    one = Session(step("loop", "loop-on", "loop-off")).to("do-now").wait(2)
    assert one.view.hint == "Press Enter as you begin."
    one.press("enter")
    assert one.marks == [("loop-on", 19.0, 20.0)]
    assert one.states == []
    assert one.view.hint == "Press Enter again as it is over."
    one.wait(6).press("enter")
    assert one.marks == [("loop-on", 19.0, 20.0), ("loop-off", 25.0, 26.0)]
    assert one.states == [(1, "loop", "done")]


def test_marks_of_a_short_loop_do_not_overlap() -> None:
    one = Session(step("loop", "loop-on", "loop-off")).to("do-now").press("enter").wait(0.6)
    one.press("enter")
    assert one.marks == [("loop-on", 17.0, 18.0), ("loop-off", 18.0, 18.6)]


def test_one_mark_over_the_whole_time() -> None:
    one = Session(step("crossfade", "crossfade", hold=True)).to("do-now").wait(2).press("enter")
    assert one.events == []
    one.wait(7).press("enter")
    assert one.marks == [("crossfade", 19.0, 27.0)]


def test_a_key_held_down_is_one_press() -> None:
    one = Session(step("loop", "loop-on", "loop-off")).to("do-now").press("enter")
    one.wait(BOUNCE_S - 0.1).press("enter")
    assert [name for name, *_ in one.marks] == ["loop-on"]
    one.wait(0.2).press("enter")
    assert [name for name, *_ in one.marks] == ["loop-on", "loop-off"]


def test_idle_window_is_exact_and_by_itself() -> None:
    one = Session(step("idle", "idle", kind="idle", seconds=8.0), step("seek", "seek"))
    one.to("waiting").to("hands-off").press("enter")
    assert one.view.countdown == pytest.approx(8.0)
    one.wait(9)
    assert one.marks == [("idle", 18.0, 26.0)]
    assert one.states == [(1, "idle", "done")]
    assert one.view.phase == "waiting"


def test_idle_window_does_not_depend_on_the_tick() -> None:
    guide = Guide(plan(step("idle", "idle", kind="idle", seconds=8.0)), T0)
    events = [event for at in range(0, 60, 7) for event in guide.tick(T0 + at + 0.3)]
    marks = [(one.start - T0, one.end - T0) for one in events if isinstance(one, Mark)]
    assert marks == [(18.0, 26.0)]


def test_next_gap_begins_when_the_step_is_over() -> None:
    one = Session(step("seek", "seek"), step("eq", "eq")).to("do-now").wait(30).press("enter")
    one.to("do-now")
    assert one.now - T0 == pytest.approx(48.0 + GAP)


def test_skip() -> None:
    one = Session(step("seek", "seek"), step("eq", "eq"), step("fx", "fx"))
    one.press("s").wait(11).press("s")
    assert one.events == [], "what is not announced is not skipped"
    one.to("do-now").press("s").to("get-ready").press("s").to("do-now")
    assert one.states == [(1, "seek", "skipped"), (2, "eq", "skipped")]
    assert one.marks == []
    assert one.view.text == "Do fx."


def test_what_was_begun_stays_marked() -> None:
    hold = Session(step("eq", "eq", hold=True)).to("do-now").press("enter").wait(3).press("s")
    assert hold.marks == [("eq", 17.0, 21.0)]
    assert hold.states == [(1, "eq", "skipped")]
    loop = Session(step("loop", "loop-on", "loop-off")).to("do-now").press("enter").wait(3)
    loop.press("s")
    assert loop.marks == [("loop-on", 17.0, 18.0)], "nobody said that the loop was left"


def test_repeat_the_step_that_runs() -> None:
    one = Session(step("seek", "seek"), step("eq", "eq")).to("do-now").press("r")
    assert one.states == [(1, "seek", "repeated")]
    assert one.view.total == 3
    assert one.view.phase == "waiting", "a gap comes first, as always"
    one.to("do-now")
    assert one.view.text == "Do seek."
    one.press("enter").to("do-now")
    assert one.view.text == "Do eq."
    assert [name for name, *_ in one.marks] == ["seek"]


def test_repeat_the_step_before() -> None:
    one = Session(step("seek", "seek"), step("eq", "eq"))
    one.to("do-now").press("enter").wait(5).press("r").to("do-now")
    assert one.view.text == "Do seek."
    assert one.now - T0 == pytest.approx(18 + 5 + GAP)
    one.press("enter").to("do-now").press("enter")
    assert [name for name, *_ in one.marks] == ["seek", "seek", "eq"]
    assert [state for *_, state in one.states] == ["done", "repeated", "done", "done"]


def test_nothing_to_repeat_yet() -> None:
    one = Session(step("seek", "seek")).press("r").wait(11).press("r")
    assert one.events == []
    assert one.view.total == 1


def test_a_spoiled_idle_window_is_done_again() -> None:
    one = Session(step("idle", "idle", kind="idle", seconds=8.0)).wait(20).press("r").wait(30)
    assert one.states == [(1, "idle", "repeated"), (1, "idle", "done")]
    assert one.marks == [("idle", 28.0, 36.0)]


def test_quit_waits_for_the_tail() -> None:
    one = Session(step("eq", "eq", hold=True), step("seek", "seek")).to("do-now").press("enter")
    one.wait(2).press("q")
    assert one.marks == [("eq", 17.0, 20.0)]
    assert one.view.phase == "tail"
    assert one.view.countdown == pytest.approx(20.0)
    one.press("s").press("r").press("enter").wait(5)
    assert one.view.phase == "tail"
    one.press("q")
    assert one.guide.finished
    assert one.press("q").press("enter").press("r").press("s").guide.finished


@pytest.mark.parametrize("wait", [0, 11, 16, 20])
def test_quit_from_anywhere(wait: float) -> None:
    one = Session(step("idle", "idle", kind="idle"), step("seek", "seek")).wait(wait).press("q")
    assert one.view.phase == "tail"
    assert one.marks == []


def test_change_of_condition() -> None:
    one = Session(
        step("offline", kind="condition", condition="offline"),
        step("wait", kind="wait", seconds=30.0, gap=0.0, condition="offline"),
        step("idle", "idle", kind="idle", condition="offline"),
        step("seek", "seek", condition="offline", values=(("word", "a"),)),
    )
    one.to("do-now").press("s")
    assert one.view.phase == "do-now", "else the marks would tell of a condition that was not"
    assert one.view.hint == "Press Enter when it is done."
    one.press("enter")
    assert one.marks == []
    one.wait(0.1)
    assert one.view.phase == "hands-off"
    assert one.view.countdown == pytest.approx(29.9)
    one.to("do-now").press("enter")
    found = [event for event in one.events if isinstance(event, Mark)]
    assert [mark.values for mark in found] == [
        {"condition": "offline"},
        {"condition": "offline", "word": "a"},
    ]
    assert one.states[:2] == [(1, "offline", "done"), (2, "wait", "done")]


def test_sleep_counts_as_no_waiting() -> None:
    one = Session(step("seek", "seek")).wait(12)
    one.now += 3600
    one.wait(0.1)
    assert one.view.phase == "waiting"
    assert one.view.countdown == pytest.approx(GAP - 2.0)


def test_sleep_breaks_an_idle_window() -> None:
    one = Session(step("idle", "idle", kind="idle", seconds=8.0)).wait(20)
    one.now += STALL_S + 1
    one.wait(0.1)
    assert one.marks == []
    woke = one.now - T0
    one.wait(8)
    assert one.marks == [("idle", woke, woke + 8.0)]


def test_unknown_keys_do_nothing() -> None:
    one = Session(step("seek", "seek")).to("do-now")
    before = one.view
    assert one.press("x").view == before
    assert one.events == []


def test_nothing_to_do() -> None:
    one = Session().wait(10.1)
    assert one.view.phase == "tail"
    assert one.wait(20).guide.finished


@pytest.mark.parametrize("name", sorted(list_protocols()))
def test_a_whole_session(name: str) -> None:
    """A tester who does what he is told takes as long as planned, and leaves no window open."""
    schedule = make_schedule(load_protocol(name), 5)
    guide, now, events = Guide(schedule, T0), T0, list[Event]()
    waited: float | None = None
    while not guide.finished:
        now += 0.25
        events += guide.tick(now)
        view = guide.view(now)
        assert len(view.text.split()) <= 20
        assert len(view.hint.split()) <= 20
        if view.phase != "do-now":
            waited = None
            continue
        waited = now if waited is None else waited
        pace = 2.0 if "begin" in view.hint else 0.5
        if now - waited >= pace:
            events += guide.press("enter", now)
            waited = None
    states = [one.state for one in events if isinstance(one, StepEvent)]
    assert states == ["done"] * len(schedule.steps)
    marks = [one for one in events if isinstance(one, Mark)]
    wanted = [word for one in schedule.steps for word in one.marks]
    assert [one.action for one in marks] == wanted
    assert all(0 < one.end - one.start < 30 for one in marks)
    for one, following in pairwise(marks):
        assert one.end <= following.start
        if "idle" in (one.action, following.action):
            assert following.start - one.end > 5, "an action's data would fall into the idle window"
