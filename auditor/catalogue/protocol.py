"""Read protocols: what the tester does, how often, and when he keeps his hands off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.entries import check_keys, chosen_all, flag, text, texts
from auditor.catalogue.load import load_catalogue
from auditor.catalogue.model import Action, Condition, Protocol
from auditor.catalogue.yamlfile import Entry, read_entry
from auditor.errors import AuditorError, CatalogueError

_NEEDED = {"id", "title", "purpose", "minutes", "lead_in", "tail", "idle", "gap", "actions"}
_OPTIONAL = {"prepare", "conditions", "rounds", "mirrored"}
_ACTION = {"id", "marks", "say", "seconds", "repeat"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def load_protocol(id_or_path: str | Path, folder: Path | None = None) -> Protocol:
    """Return a protocol that ships with the program, by its id, or one from a file of your own."""
    path = Path(id_or_path)
    if path.suffix in {".yaml", ".yml"}:
        return _read(path, folder or resources.catalogue_dir())
    known = list_protocols(folder)
    if str(id_or_path) not in known:
        raise AuditorError(
            f"There is no protocol `{id_or_path}`.",
            f"Known: {', '.join(known)}. Or name a file that ends in .yaml.",
        )
    return known[str(id_or_path)]


def list_protocols(folder: Path | None = None) -> Mapping[str, Protocol]:
    """Return the protocols of a catalogue by id, in the order of the ids; read once."""
    return _load(folder or resources.catalogue_dir())


def planned_seconds(protocol: Protocol) -> float:
    """Return how long a protocol takes, with gaps of medium length."""
    gap = sum(protocol.gap) / 2
    actions = {one.id: one.repeat * (one.seconds + gap) for one in protocol.actions}
    idle = protocol.idle_count * (protocol.idle_seconds + gap)
    total = protocol.lead_in + protocol.tail
    for condition in protocol.conditions:
        done = sum(actions[one] for one in condition.actions)
        total += protocol.rounds * (done + idle if condition.actions else 0.0)
    changes = [one.seconds + gap + one.wait for one in protocol.conditions if one.id]
    total += protocol.rounds * sum(changes)
    if protocol.mirrored and changes:
        # Where a round ends with the condition that the next one begins with, nothing changes.
        total -= (protocol.rounds - 1) * sum(changes) / len(changes)
    return total


@lru_cache(maxsize=8)
def _load(folder: Path) -> Mapping[str, Protocol]:
    found: dict[str, Protocol] = {}
    for path in sorted((folder / "protocols").glob("*.yaml")):
        one = _read(path, folder)
        if one.id != path.stem:
            raise CatalogueError(
                f"{one.place}:1: this file holds `{one.id}`", f"Name it {one.id}.yaml."
            )
        found[one.id] = one
    return found


def _read(path: Path, folder: Path) -> Protocol:
    categories = load_catalogue(folder).categories
    return _read_protocol(
        read_entry(path), {mark for one in categories.values() for mark in one.marks}
    )


def _read_protocol(entry: Entry, known_marks: set[str]) -> Protocol:
    check_keys(entry, required=_NEEDED, optional=_OPTIONAL)
    members = entry.members()
    actions: dict[str, Action] = {}
    for item in members["actions"].items():
        action = _read_action(item, known_marks)
        if action.id in actions or action.id in {"idle", "wait"}:
            raise item.error(f"the action `{action.id}` is already taken", "Give it another id.")
        actions[action.id] = action
    idle = members["idle"]
    check_keys(idle, required={"count", "seconds"})
    return Protocol(
        id=text(entry, "id"),
        title=text(entry, "title"),
        purpose=text(entry, "purpose"),
        minutes=_number(members["minutes"]),
        prepare=texts(entry, "prepare"),
        lead_in=_number(members["lead_in"]),
        tail=_number(members["tail"]),
        idle_count=_count(idle.members()["count"], least=0),
        idle_seconds=_number(idle.members()["seconds"]),
        gap=_read_gap(members["gap"]),
        actions=tuple(actions.values()),
        conditions=_read_conditions(entry, actions),
        rounds=_count(members["rounds"]) if "rounds" in members else 1,
        mirrored=flag(entry, "mirrored"),
        place=f"{entry.file}:{entry.line}",
    )


def _read_action(entry: Entry, known_marks: set[str]) -> Action:
    check_keys(entry, required=_ACTION, optional={"hold", "first", "needs", "values"})
    members = entry.members()
    action = Action(
        id=text(entry, "id"),
        marks=chosen_all(entry, "marks", known_marks, "mark"),
        say=text(entry, "say"),
        seconds=_number(members["seconds"]),
        repeat=_count(members["repeat"]),
        hold=flag(entry, "hold"),
        first=flag(entry, "first"),
        needs=text(entry, "needs"),
        values=_read_values(members["values"]) if "values" in members else (),
    )
    if not 1 <= len(action.marks) <= 2:  # noqa: PLR2004
        raise members["marks"].error(
            f"{len(action.marks)} marks in one action", "Name one mark, or a first and a last one."
        )
    if action.hold and len(action.marks) > 1:
        raise members["hold"].error(
            "`hold` with two marks", "Two marks already tell beginning and end: leave out `hold`."
        )
    named = {name for name, _ in action.values}
    for name in sorted(named.symmetric_difference(_PLACEHOLDER.findall(action.say))):
        raise members["say"].error(
            f"`{name}` stands in `say` or in `values` only", f"Write {{{name}}} in both, or none."
        )
    return action


def _read_values(entry: Entry) -> tuple[tuple[str, tuple[str | int | float, ...]], ...]:
    found = []
    for name, item in entry.members().items():
        choices: list[str | int | float] = []
        for one in item.items():
            value = one.scalar()
            if value is None or isinstance(value, bool):
                raise one.error("neither text nor number", "Put it in quotation marks.")
            choices.append(value)
        if not choices:
            raise item.error("nothing to choose from", "Write at least one value.")
        found.append((name, tuple(choices)))
    return tuple(found)


def _read_gap(entry: Entry) -> tuple[float, float]:
    items = entry.items()
    if len(items) != 2:  # noqa: PLR2004
        raise entry.error(f"{len(items)} numbers in the gap", "Write `[least, most]`.")
    least, most = _number(items[0]), _number(items[1])
    if least > most:
        raise entry.error("the least gap is longer than the most", "Swap them.")
    return least, most


def _read_conditions(entry: Entry, actions: Mapping[str, Action]) -> tuple[Condition, ...]:
    member = entry.members().get("conditions")
    if member is None:
        return (Condition("", actions=tuple(actions)),)
    found: dict[str, Condition] = {}
    for item in member.items():
        check_keys(item, required={"id", "say", "seconds"}, optional={"wait", "actions"})
        members = item.members()
        named = "actions" in members
        one = Condition(
            id=text(item, "id"),
            say=text(item, "say"),
            seconds=_number(members["seconds"]),
            wait=_number(members["wait"]) if "wait" in members else 0.0,
            actions=chosen_all(item, "actions", actions, "action") if named else tuple(actions),
        )
        if one.id in found:
            raise item.error(f"condition `{one.id}` stands here twice", "Keep one of them.")
        found[one.id] = one
    used = {name for one in found.values() for name in one.actions}
    for action in actions.keys() - used:
        raise member.error(
            f"no condition has the action `{action}`", "Name it in `actions`, or take it out."
        )
    return tuple(found.values())


def _number(entry: Entry) -> float:
    value = entry.scalar()
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:  # noqa: PLR2004
        raise entry.error("no number from 0 on", "Write a number of seconds, without a unit.")
    return float(value)


def _count(entry: Entry, least: int = 1) -> int:
    value = _number(entry)
    if value < least or value != int(value):
        raise entry.error(f"no whole number from {least} on", "Write a whole number.")
    return int(value)
