"""Make what the report says about causes: what followed which action, clocks, sealed reactions.

Audits made before causes were tested have none of this: every part is empty then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.report.text import plural
from auditor.report.words import CAUSES, Names

_LINES = 6
"""Lines of one kind that are shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action, and how often its data followed and left otherwise."""

    kind: str
    action: str
    followed: str
    hands_off: str
    how: str
    """Where the data was found, when not among its own kind or not at once; may hold a count."""
    receiver: str


@dataclass(frozen=True, slots=True)
class Followed:
    """All of it; each text is a finished sentence or two."""

    actions: tuple[Action, ...]
    rhythms: tuple[str, ...]
    clocks: tuple[str, ...]
    reactions: tuple[str, ...]
    growing: str
    """Kinds of data of which new fields turned up until the end; empty for none."""
    at_exit: str
    causes: tuple[tuple[str, str, str], ...]
    """Word, meaning and rule of each degree of a cause."""


def make_followed(facts: Mapping[str, Any], names: Names) -> Followed:
    """Return what is known about causes."""
    found = facts.get("attribution") or {}
    rules = {one["name"]: one["rule"] for one in found.get("sure", ())}
    return Followed(
        actions=tuple(
            _action(names.category(lane["category"]), one)
            for lane in facts["lanes"]
            for one in lane.get("actions", ())
        ),
        rhythms=_lines(found.get("periodic", ())),
        clocks=_lines(found.get("clocks", ())),
        reactions=_lines(found.get("sealed", ())),
        growing=", ".join(
            _inside(names.category(one["category"]))
            for one in found.get("coverage", ())
            if one["growing"]
        ),
        at_exit=_at_exit(found.get("at_exit", ()), names),
        causes=tuple(
            (one.word[:1].upper() + one.word[1:], one.meaning, rules.get(name, ""))
            for name, one in CAUSES.items()
        )
        if found.get("claims")
        else (),
    )


def cause_word(facts: Mapping[str, Any], claim: str) -> str:
    """Return in a few words whether an action causes what a claim is about; empty for no claim."""
    one = (facts.get("attribution") or {}).get("claims", {}).get(claim)
    if not one:
        return ""
    known = CAUSES.get(one.get("sure") or one["state"])
    return known.word if known else ""


def hands_off(lane: Mapping[str, Any]) -> str:
    """Return how often data of a kind left while nobody did anything, where that was tested."""
    if not lane.get("actions") or not lane["idle"] or (lane["matched"] and not lane["followed"]):
        return ""
    return f"{lane['idle_hit']} of {lane['idle']}"


def _action(kind: str, one: Mapping[str, Any]) -> Action:
    how = one["how"]
    if one["otherwise"]:
        how = f"{how}; otherwise {one['otherwise']}"
    return Action(kind, one["action"], one["followed"], one["hands_off"], how, one["receiver"])


def _lines(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the sentences, each once; what is too much is counted."""
    texts = list(dict.fromkeys(str(one["sentence"]) for one in rows))
    more = len(texts) - _LINES
    if more <= 0:
        return tuple(texts)
    return (*texts[:_LINES], f"{plural(more, 'more line')} in the audit folder.")


def _at_exit(rows: Sequence[Mapping[str, Any]], names: Names) -> str:
    if not rows:
        return ""
    who = dict.fromkeys(names.receiver(one["receiver"]) for one in rows)
    shown = list(who)[:3]
    others = f" and {plural(len(who) - 3, 'other receiver')}" if len(who) > len(shown) else ""
    count = sum(int(one["fields"]) for one in rows)
    return (
        f"{plural(count, 'field')} left for the first time only at the end, for "
        f"{', '.join(shown)}{others}. No test can tell what caused that."
    )


def _inside(name: str) -> str:
    """Return the name of a kind of data as it stands inside a sentence."""
    return name[:1].lower() + name[1:]
