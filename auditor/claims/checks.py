"""What the recording says about itself: its positive control, its schedule, what we altered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.claims.words import many

_TITLE = "Can this recording find things at all?"

_WHAT = {
    "block-quic": "connections of a kind (QUIC) that this recording does not open",
    "block-receiver": "connections to a receiver",
    "block-category": "messages that held a kind of data",
    "pass-through": "connections let through unread",
}


def control(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the box about the planted messages: `state`, `title` and `text`.

    `told` is what session.yaml says; the state is `passed`, `failed` or `none`.
    """
    result = told.get("control")
    if not isinstance(result, Mapping):
        text = (
            "No test messages were planted when this recording began. "
            "So it does not prove by itself that it would have found something."
        )
        return {"state": "none", "title": _TITLE, "text": text}
    found, missed = (_names(result.get(name)) for name in ("found", "missed"))
    total = len(found) + len(missed)
    if result.get("passed") is True and found and not missed:
        text = (
            f"Yes. When it began we sent {many(total, 'message')} of our own through it, packed in "
            f"{many(total, 'way')}. All {total} were found again."
        )
        return {"state": "passed", "title": _TITLE, "text": text}
    text = (
        f"Not for certain. Of {many(total, 'message')} of our own that we sent through it, "
        f"{len(missed)} were not found again"
    )
    named = f": {', '.join(missed)}" if missed else ""
    return {
        "state": "failed",
        "title": _TITLE,
        "text": f"{text}{named}. Finding nothing is then no answer.",
    }


def notices(session: Mapping[str, Any]) -> list[str]:
    """Return the lines about this that must stand above everything else."""
    lines = []
    if session["control"]["state"] == "failed":
        lines.append("The recording did not find its own test messages: do not trust its silence.")
    if session["stopped"]:
        lines.append(
            f"The recording ended by itself: {session['stopped']}. What came later is missing."
        )
    if session["interventions"]:
        count = sum(one["count"] for one in session["interventions"])
        lines.append(f"We interfered {many(count, 'time')}: some traffic was blocked on purpose.")
    return lines


def blocked(session: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return a sentence and a count for each way we interfered."""
    return [(_refusal(one), one["count"]) for one in session["interventions"]]


def _refusal(one: Mapping[str, Any]) -> str:
    what = _WHAT.get(one["what"], one["what"])
    return (
        f"We refused {many(one['count'], 'time')} on purpose: {what}{_targets(one['targets'])}. "
        "What would have been sent there did not leave, and does not count as seen."
    )


def method(session: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the lines for a sceptic."""
    plan = session["protocol"]
    lines = [("Positive control", session["control"]["text"])]
    if plan:
        order = f"order drawn with seed {plan['seed']} and fixed before the first step"
        text = f"{plan['title']}, {many(plan['steps'], 'step')}, {order} (SHA-256 {plan['hash']})."
        lines.append(("Schedule", text))
    return lines


def schedule(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what session.yaml says about the schedule; empty when there was none."""
    plan = told.get("protocol")
    if not isinstance(plan, Mapping) or not plan.get("hash"):
        return {}
    steps = plan.get("steps")
    return {
        "title": str(plan.get("title") or plan.get("id") or ""),
        "steps": steps if isinstance(steps, int) else 0,
        "seed": str(plan.get("seed", "")),
        "hash": str(plan["hash"]),
    }


def _names(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _targets(targets: Sequence[str]) -> str:
    return f" ({', '.join(targets)})" if targets else ""
