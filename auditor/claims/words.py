"""Sentences of the report: every number in them comes from the claim's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.catalogue.model import Category

Numbers = Mapping[str, float]

SHOWN = 3
"""Fields that a sentence names; the others are counted."""

_FALSIFIER = {
    "seen": "If the field turned out to mean something else than the rule says; its evidence is named.",
    "seen, indirectly": "If the positions stood for something else, or the matches were accidents.",
    "not seen": "One matching value in a longer session, in sealed traffic, or from another device.",
    "not tested": "A session in which it is done on purpose, at least five times.",
    "not visible": "A session in which more can be read, or a version that can work it out.",
}


def times(count: float) -> str:
    """Say how often, in words where that is shorter."""
    return {1: "once", 2: "twice"}.get(int(count), f"{int(count):,} times")


def many(count: float, one: str) -> str:
    """Return a count with its noun."""
    words = one.split(" ", 1)
    plural = " ".join([words[0] + "s", *words[1:]])
    return f"{int(count):,} {one if int(count) == 1 else plural}"


def percent(share: float) -> str:
    """Return a share as whole percent; only exactly all or nothing reads 100% or 0%."""
    whole = round(share * 100)
    if whole == 100 and share < 1:  # noqa: PLR2004
        return "over 99%"
    return "under 1%" if whole == 0 and share > 0 else f"{whole}%"


def falsifier(verdict: str) -> str:
    """Say what would change our mind."""
    return _FALSIFIER[verdict]


def sentence(
    reason: str, category: Category, receiver: str, numbers: Numbers, what: Sequence[str] = ()
) -> str:
    """Return the sentence for a reason of `auditor.claims.verdict`.

    `what` says in plain words which fields were seen, the most frequent first.
    """
    if reason == "observed":
        return _observed(category, receiver, numbers, what)
    return _SENTENCES[reason](category, receiver, numbers)


def kind(category: Category) -> str:
    """Return the name of a kind of data as it stands inside a sentence."""
    return category.name[:1].lower() + category.name[1:]


def _observed(category: Category, receiver: str, numbers: Numbers, what: Sequence[str]) -> str:
    shown = "; ".join(what[:SHOWN]) + (f"; {len(what) - SHOWN} more" if len(what) > SHOWN else "")
    values, messages = many(numbers["values"], "value"), many(numbers["messages"], "message")
    left = f"Left for {receiver}: {shown} ({values} in {messages})."
    if not numbers["did"]:
        return left
    followed = f"{int(numbers['followed'])} of the {int(numbers['did'])} times"
    text = (
        f"{left} It followed {followed} you {category.did}, within {int(numbers['lag_s'])} seconds"
    )
    if numbers["idle"]:
        text += (
            f", and fell into {int(numbers['idle_hit'])} of {int(numbers['idle'])} hands-off times"
        )
    return f"{text}."


def _traced(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"Not sent as such. But positions inside the track left for {receiver}, with their times. "
        f"Of your {many(numbers['moved'], category.move)}, {int(numbers['traced'])} can be found among them, "
        f"{_precision(numbers['error_ms'])}. Whether somebody without your notes could tell them apart is not measured yet."
    )


def _precision(error_ms: float) -> str:
    return f"19 in 20 within {error_ms:.0f} ms" if error_ms >= 1 else "to the millisecond"


def _not_worked_out(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"Not sent as such. But data from which {kind(category)} may be worked out left for {receiver} "
        f"({many(numbers['carriers'], 'field')}). You {category.did} {times(numbers['did'])}. This version cannot tell how much of it shows."
    )


def _not_exercised(category: Category, receiver: str, numbers: Numbers) -> str:
    if category.always_on:
        return (
            f"No data about {kind(category)} was recognised in what we could read "
            f"({percent(numbers['readable'])}). Nothing was done to provoke it, so this is no test."
        )
    return f"Nobody {category.did} in this session, so this report says nothing about {kind(category)}."


def _no_marks(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"This capture does not say what the DJ did, so it is no test for {kind(category)}. "
        f"No such data was recognised in what we could read ({percent(numbers['readable'])})."
    )


def _too_few(category: Category, receiver: str, numbers: Numbers) -> str:
    return f"You {category.did} only {times(numbers['did'])}. That is too little to answer; five times is the least."


def _no_journal(category: Category, receiver: str, numbers: Numbers) -> str:
    return f"You {category.did} {times(numbers['did'])}. This capture does not list connections that refused the recording, so we cannot answer."


def _sealed(category: Category, receiver: str, numbers: Numbers) -> str:
    return f"You {category.did} {times(numbers['did'])}. Too little was readable ({percent(numbers['readable'])}) to answer."


def _no_tail(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"You {category.did} {times(numbers['did'])}. The recording ended {int(numbers['tail_s'])} seconds after the last action, "
        "too early for data that is sent in batches."
    )


def _absent(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"You {category.did} {times(numbers['did'])}. Nothing matching left in the traffic we could read "
        f"({percent(numbers['readable'])} at those moments). It may still leave in up to {percent(numbers['bound'])} of cases: "
        "a rarer habit could have stayed hidden in this session."
    )


_SENTENCES = {
    "positions-traced": _traced,
    "not-worked-out": _not_worked_out,
    "not-exercised": _not_exercised,
    "no-marks": _no_marks,
    "too-few": _too_few,
    "no-journal": _no_journal,
    "sealed": _sealed,
    "no-tail": _no_tail,
    "absent": _absent,
}
