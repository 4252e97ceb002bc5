"""Lead the tester through a schedule: a state machine without clock, keys or screen of its own.

Call `tick(now)` several times a second and `press(key, now)` on a key; both return what is to be
written down. `view(now)` says what to show, and changes nothing.

What the times of a mark mean. The tester may act at any moment after he was told to, so the moment
of telling is no start. He presses Enter as he acts, with the hand that comes back from the deck:
the action lies in the second before Enter. So a mark is `[Enter - 1 s, Enter]`. An action that
takes a while gets two Enters, as it begins and as it is over: one mark from a second before the
first to the second, or, when the action has two words (`loop-on`, `loop-off`), a mark each. An idle
window is marked by itself, exactly. Without Enter there is no mark: nothing is assumed to be done.

When `tick` was not called for a while the computer slept. That time counts as no waiting, and an
idle window that it broke is done again: nothing was recorded, so nothing may be read from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.capture.schedule import Schedule, Step
from auditor.records import Mark, Value

REACTION_S = 1.0
"""From the hand on the deck to Enter. The audit allows for another second and a half before."""

READY_S = 4.0
"""How long before its time a step is shown, so that the tester can read it and reach for it. Who acts
at once shortens the quiet between two actions by as much; idle windows stay clean all the same."""

BOUNCE_S = 0.5
"""A second Enter sooner than this is the same press: a key that was held down."""

STALL_S = 10.0
"""Longer without a tick, and the computer slept."""

Phase = Literal["hands-off", "get-ready", "do-now", "waiting", "tail", "finished"]
State = Literal["done", "skipped", "repeated"]

_Stage = Literal["lead-in", "gap", "do", "still", "tail", "finished"]


@dataclass(frozen=True, slots=True)
class StepEvent:
    """What became of a step."""

    number: int
    action: str
    state: State
    time: float


@dataclass(frozen=True, slots=True)
class View:
    """What to show now."""

    phase: Phase
    text: str
    hint: str
    """What the keys do now, or what the step needs."""
    countdown: float
    """Seconds left; in `do-now` those planned for it, and nothing happens at 0."""
    number: int
    """Steps that are behind, and this one."""
    total: int
    condition: str


Event = Mark | StepEvent


class Guide:
    """Where the tester is in a schedule."""

    def __init__(self, schedule: Schedule, now: float) -> None:
        self.schedule = schedule
        self._steps = list(schedule.steps)
        self._place = 0
        self._stage: _Stage = "lead-in"
        self._began = now
        self._first: float | None = None
        """When Enter was pressed first, in a step that needs it twice."""
        self._seen = now

    @property
    def finished(self) -> bool:
        """Whether the tail is over."""
        return self._stage == "finished"

    def tick(self, now: float) -> list[Event]:
        """Go on to where the clock is; return what happened by itself."""
        self._wake(now)
        events: list[Event] = []
        while (due := self._due()) is not None and now >= due:
            events += self._pass(due)
        return events

    def press(self, key: str, now: float) -> list[Event]:
        """Take a key: `enter` (doing it, or done), `s` skip, `r` repeat, `q` end early."""
        events = self.tick(now)
        if key == "enter":
            events += self._enter(now)
        elif key == "s":
            events += self._skip(now)
        elif key == "r":
            events += self._repeat(now)
        elif key == "q":
            events += self._quit(now)
        return events

    def view(self, now: float) -> View:
        """Say what to show."""
        step = self._step()
        phase, text, hint = self._words(step, now)
        due = self._due()
        if due is None:
            due = self._began + (step.seconds if step and phase == "do-now" else 0.0)
        total = len(self._steps)
        return View(
            phase=phase,
            text=text,
            hint=hint,
            countdown=max(0.0, due - now),
            number=min(self._place + 1, total),
            total=total,
            condition=step.condition if step else "",
        )

    def _step(self) -> Step | None:
        return self._steps[self._place] if self._place < len(self._steps) else None

    def _due(self) -> float | None:
        """Return when this stage ends by itself."""
        step = self._step()
        if self._stage == "lead-in":
            return self._began + self.schedule.lead_in
        if self._stage == "tail":
            return self._began + self.schedule.tail
        if step and self._stage == "gap":
            return self._began + step.gap
        if step and self._stage == "still":
            return self._began + step.seconds
        return None

    def _wake(self, now: float) -> None:
        """Take back the time in which nobody looked; an idle window begins anew after it."""
        slept, self._seen = now - self._seen, now
        if slept > STALL_S and self._due() is not None:
            self._began = now if self._stage == "still" else self._began + slept

    def _pass(self, due: float) -> list[Event]:
        """End a stage whose time is up."""
        step = self._step()
        if self._stage == "tail":
            self._go("finished", due)
        elif self._stage == "gap" and step:
            self._go("still" if step.kind in {"idle", "wait"} else "do", due)
        elif self._stage == "still" and step:
            return self._next(step, "done", due, self._marks(step, self._began, due))
        else:
            self._go("gap" if step else "tail", due)
        return []

    def _go(self, stage: _Stage, now: float) -> None:
        self._stage, self._began, self._first = stage, now, None

    def _next(self, step: Step, state: State, now: float, marks: list[Mark]) -> list[Event]:
        self._place += 1
        self._go("gap" if self._step() else "tail", now)
        return [*marks, StepEvent(step.number, step.action, state, now)]

    def _enter(self, now: float) -> list[Event]:
        step = self._step()
        if step is None or not self._expects(step, now):
            return []
        twice = step.hold or len(step.marks) > 1
        if twice and self._first is None:
            self._go("do", now)
            self._first = now
            return [] if step.hold else [_mark(step, 0, now - REACTION_S, now)]
        if self._first is not None and now - self._first < BOUNCE_S:
            return []
        return self._next(step, "done", now, self._begun(step, now, ended=True))

    def _expects(self, step: Step, now: float) -> bool:
        """Say whether Enter means something: a step may be done while it is announced."""
        if step.kind not in {"action", "condition"}:
            return False
        return self._stage == "do" or (self._stage == "gap" and self._is_near(step, now))

    def _is_near(self, step: Step, now: float) -> bool:
        return now >= self._began + step.gap - READY_S

    def _begun(self, step: Step, now: float, ended: bool = False) -> list[Mark]:
        """Return the marks of what was done and is not marked yet."""
        if not step.marks:
            return []
        if self._first is None:
            return [_mark(step, 0, now - REACTION_S, now)] if ended else []
        if step.hold:
            return [_mark(step, 0, self._first - REACTION_S, now)]
        return [_mark(step, 1, max(self._first, now - REACTION_S), now)] if ended else []

    def _marks(self, step: Step, start: float, end: float) -> list[Mark]:
        return [_mark(step, 0, start, end)] if step.marks else []

    def _skip(self, now: float) -> list[Event]:
        """Leave the step out. What was begun of it did happen, and stays marked.

        A change of condition cannot be left out: what follows would carry a wrong name.
        """
        step = self._step()
        if step is None or step.kind == "condition":
            return []
        if self._stage not in {"do", "still"} and not self._expects(step, now):
            return []
        return self._next(step, "skipped", now, self._begun(step, now))

    def _repeat(self, now: float) -> list[Event]:
        """Do the step once more: the one that runs, or the last one while nothing runs.

        A wrong attempt that was marked stays marked: it may have sent data all the same.
        """
        running = self._stage in {"do", "still"}
        place = self._place if running else self._place - 1
        if not 0 <= place < len(self._steps) or self._stage in {"tail", "finished"}:
            return []
        step = self._steps[place]
        self._steps.insert(place + 1, step)
        if running:
            return self._next(step, "repeated", now, self._begun(step, now))
        self._go("gap", now)
        return [StepEvent(step.number, step.action, "repeated", now)]

    def _quit(self, now: float) -> list[Event]:
        """Go to the tail; from the tail, end."""
        step = self._step()
        if self._stage == "tail":
            self._go("finished", now)
        elif self._stage != "finished":
            begun = self._begun(step, now) if step else []
            self._place = len(self._steps)
            self._go("tail", now)
            return list(begun)
        return []

    def _words(self, step: Step | None, now: float) -> tuple[Phase, str, str]:
        if self._stage == "finished":
            return "finished", "Finished. Thank you.", ""
        if step is None or self._stage == "tail":
            return "tail", "Hands off. The program sends what it kept back.", "q: end now"
        if self._stage in {"lead-in", "still"}:
            return "hands-off", "Hands off. Touch nothing, and let the music run.", _KEYS
        if self._stage == "do":
            return "do-now", step.instruction, self._advice(step)
        if step.kind in {"action", "condition"} and self._is_near(step, now):
            needs = f"Needs: {step.needs}." if step.needs else ""
            return "get-ready", step.instruction, needs
        return "waiting", "Leave everything as it is.", _KEYS

    def _advice(self, step: Step) -> str:
        if step.kind == "condition":
            return "Press Enter when it is done."
        if not step.hold and len(step.marks) < 2:  # noqa: PLR2004
            return "Press Enter in the moment you do it."
        if self._first is None:
            return "Press Enter as you begin."
        return "Press Enter again as it is over."


_KEYS = "r: last step again · q: end early"


def _mark(step: Step, which: int, start: float, end: float) -> Mark:
    values: dict[str, Value] = dict(step.values)
    if step.condition:
        values["condition"] = step.condition
    return Mark(step.marks[which], start, end, values)
