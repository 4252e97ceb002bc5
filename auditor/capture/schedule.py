"""Make a schedule of a protocol: the order, the gaps and the idle windows, from a seed.

A block holds every action once, in random order, and its share of the idle windows: so no action
is always done early or late, and a drift of the program falls on all of them alike. Only
`Random.random()` is drawn from, the one method whose numbers Python promises to keep: the same
seed gives the same schedule, and the same hash, on every version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any, Literal, TypeVar

from auditor.catalogue.model import Action, Condition, Protocol
from auditor.records import Value

Kind = Literal["action", "idle", "condition", "wait"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, or not to do."""

    number: int
    """From 1."""
    kind: Kind
    action: str
    """Id of the action or condition; `idle`, `wait`."""
    marks: tuple[str, ...]
    instruction: str
    start: float
    """Planned, in seconds since the beginning."""
    seconds: float
    """Planned for an action; exact for an idle window."""
    gap: float
    """Seconds of quiet before it."""
    condition: str
    repetition: int
    """From 1, within the condition."""
    of: int
    hold: bool = False
    needs: str = ""
    values: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the tester does when; known before the first step."""

    protocol: str
    title: str
    seed: int
    prepare: tuple[str, ...]
    lead_in: float
    tail: float
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """How long it takes when everything goes as planned."""
        last = self.steps[-1] if self.steps else None
        return (last.start + last.seconds if last else self.lead_in) + self.tail

    @property
    def digest(self) -> str:
        """SHA-256 that fixes the schedule before anything was seen."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """Return the text that is hashed, so that others can hash it too."""
        content = {
            "protocol": self.protocol,
            "seed": self.seed,
            "lead_in": self.lead_in,
            "tail": self.tail,
            "steps": [asdict(step) for step in self.steps],
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    def facts(self) -> dict[str, Any]:
        """Return what session.yaml says about it."""
        return {
            "id": self.protocol,
            "title": self.title,
            "seed": self.seed,
            "hash": self.digest,
            "steps": len(self.steps),
            "tail_s": self.tail,
        }


def make_schedule(protocol: Protocol, seed: int) -> Schedule:
    """Return the schedule of a protocol for this seed."""
    chance = Random(seed)  # noqa: S311  (an order that can be made again is wanted)
    steps = list(_count(_steps(protocol, chance)))
    return Schedule(
        protocol=protocol.id,
        title=protocol.title,
        seed=seed,
        prepare=protocol.prepare,
        lead_in=protocol.lead_in,
        tail=protocol.tail,
        steps=tuple(_place(steps, protocol, chance)),
    )


def _steps(protocol: Protocol, chance: Random) -> Iterator[Step]:
    """Yield the steps in their order, without numbers, gaps and times."""
    now = ""
    for condition in _order(protocol, chance):
        if condition.id != now:
            yield _step("condition", condition.id, condition.say, condition.seconds, condition.id)
            if condition.wait:
                yield _step("wait", "wait", "", condition.wait, condition.id)
            now = condition.id
        yield from _blocks(protocol, condition, chance)


def _order(protocol: Protocol, chance: Random) -> list[Condition]:
    """Return the conditions of all rounds: as written, or forth and back by turns."""
    forth = list(protocol.conditions)
    if protocol.mirrored and chance.random() < 0.5:  # noqa: PLR2004
        forth.reverse()
    back = forth[::-1] if protocol.mirrored else forth
    return [one for number in range(protocol.rounds) for one in (back if number % 2 else forth)]


def _blocks(protocol: Protocol, condition: Condition, chance: Random) -> Iterator[Step]:
    actions = [one for one in protocol.actions if one.id in condition.actions]
    if not actions:
        return
    values = {one.id: _values(one, chance) for one in actions}
    blocks = max(one.repeat for one in actions)
    for block in range(blocks):
        mine = [one for one in actions if block < one.repeat]
        head = [_act(one, condition, values[one.id][block]) for one in mine if one.first]
        rest = [_act(one, condition, values[one.id][block]) for one in mine if not one.first]
        idle = _share(protocol.idle_count, blocks, block)
        rest += [_step("idle", "idle", "", protocol.idle_seconds, condition.id)] * idle
        yield from head + _shuffled(rest, chance)


def _share(count: int, blocks: int, block: int) -> int:
    """Return how many of the idle windows fall on this block, so that all lie evenly."""
    return (block + 1) * count // blocks - block * count // blocks


def _values(action: Action, chance: Random) -> list[tuple[tuple[str, Value], ...]]:
    """Return the values of each repetition; all are used before one comes again."""
    columns = []
    for name, choices in action.values:
        column: list[tuple[str, Value]] = []
        while len(column) < action.repeat:
            column.extend((name, one) for one in _shuffled(list(choices), chance))
        columns.append(column[: action.repeat])
    return list(zip(*columns, strict=True)) if columns else [()] * action.repeat


def _shuffled(items: list[_T], chance: Random) -> list[_T]:
    keys = [chance.random() for _ in items]
    return [items[place] for place in sorted(range(len(items)), key=keys.__getitem__)]


def _act(action: Action, condition: Condition, values: tuple[tuple[str, Value], ...]) -> Step:
    return replace(
        _step("action", action.id, action.say, action.seconds, condition.id),
        marks=action.marks,
        instruction=_filled(action.say, values),
        hold=action.hold,
        needs=action.needs,
        values=values,
    )


def _filled(say: str, values: tuple[tuple[str, Value], ...]) -> str:
    for name, value in values:
        say = say.replace(f"{{{name}}}", str(value))
    return say


def _step(kind: Kind, action: str, say: str, seconds: float, condition: str) -> Step:
    marks = ("idle",) if kind == "idle" else ()
    return Step(0, kind, action, marks, say, 0.0, seconds, 0.0, condition, 1, 1)


def _count(steps: Iterator[Step]) -> Iterator[Step]:
    """Yield the steps with the number of their repetition within the condition."""
    done = list(steps)
    total: dict[tuple[str, str, str], int] = {}
    numbers = []
    for step in done:
        key = (step.kind, step.action, step.condition)
        total[key] = total.get(key, 0) + 1
        numbers.append(total[key])
    for step, number in zip(done, numbers, strict=True):
        of = total[step.kind, step.action, step.condition]
        yield replace(step, repetition=number, of=of)


def _place(steps: list[Step], protocol: Protocol, chance: Random) -> Iterator[Step]:
    """Yield the steps with number, gap and planned start; times are whole milliseconds."""
    now = round(protocol.lead_in * 1000)
    least, most = (round(one * 1000) for one in protocol.gap)
    for number, step in enumerate(steps, 1):
        gap = 0 if step.kind == "wait" else least + int(chance.random() * (most - least + 1))
        start = now + gap
        yield replace(step, number=number, gap=gap / 1000, start=start / 1000)
        now = start + round(step.seconds * 1000)
