"""Sentences of the report: every number in them comes from the claim's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.catalogue.model import Category
from auditor.stats.thresholds import SETTLED

Numbers = Mapping[str, float]

SHOWN = 3
"""Fields that a sentence names; the others are counted."""

SHORT = {
    "seen": "seen leaving",
    "seen, indirectly": "seen, indirectly",
    "not seen": "tested, not seen",
    "not tested": "not tested",
    "not visible": "could not see",
}
"""Verdicts in the words of the report."""

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


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


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
    text = f"Left for {receiver}: {shown} ({values} in {messages})."
    return text + _when(category, numbers)


def _when(category: Category, numbers: Numbers) -> str:
    """Say how it lay to what was done; where a cause is named, its own counts follow instead."""
    if not numbers["did"]:
        return ""
    done = f" You {category.did} {times(numbers['did'])}."
    if "cause_n" in numbers:
        return done
    if numbers.get("by_clock"):
        return f"{done} It leaves by a clock, so the moment shows no cause."
    text = (
        f"{done} Such data followed within {int(numbers['lag_s'])} seconds "
        f"{times(numbers['followed'])}."
    )
    if numbers["idle"]:
        text += (
            f" It fell into {int(numbers['idle_hit'])} of {int(numbers['idle'])} hands-off times."
        )
    return text


_REBUILT = {
    "cue": "jump to a cue point",
    "loop": "loop",
    "transition": "transition",
    "seek": "jump",
}
"""What was worked out, by kind of data."""


def _rebuilt(category: Category, receiver: str, numbers: Numbers) -> str:
    real = many(numbers["rebuilt_real"], _REBUILT.get(category.id, "action"))
    wrong = int(numbers["rebuilt_wrong"])
    more = f"{wrong} more came out" if wrong else "Nothing came out"
    return (
        f"Not sent as such. But it can be worked out from what left for {receiver}, without your notes. "
        f"{int(numbers['rebuilt_right'])} of your {real} came out right, "
        f"{_near(numbers['rebuilt_ms'])}. {more} that you did not do."
    )


def _traced(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"Not sent as such. But positions inside the track left for {receiver}, with their times. "
        f"With your notes we found {int(numbers['traced'])} of your {many(numbers['moved'], category.move)} "
        f"among them. {_precision(numbers['error_ms'])} Without them, too few came out right."
    )


def _precision(error_ms: float) -> str:
    return f"All of these match {_near(error_ms)}."


def _near(error_ms: float) -> str:
    return f"within {error_ms:.0f} ms" if error_ms >= 1 else "to the millisecond"


def _not_worked_out(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"Not sent as such. But {many(numbers['carriers'], 'field')} left for {receiver} "
        f"from which {kind(category)} may be worked out. You {category.did} {times(numbers['did'])}. This version cannot tell how much of it shows."
    )


def _not_exercised(category: Category, receiver: str, numbers: Numbers) -> str:
    if category.always_on:
        return (
            f"We recognised no data about {kind(category)} in what we could read "
            f"({percent(numbers['readable'])}). Nothing was done to provoke it, so this is no test."
        )
    return f"Nobody {category.did} in this session, so this report says nothing about {kind(category)}."


def _no_marks(category: Category, receiver: str, numbers: Numbers) -> str:
    if category.always_on:
        return _not_exercised(category, receiver, numbers)
    return (
        f"This recording does not say what the DJ did, so it is no test for {kind(category)}. "
        f"We recognised no such data in what we could read ({percent(numbers['readable'])})."
    )


def _too_few(category: Category, receiver: str, numbers: Numbers) -> str:
    return f"You {category.did} only {times(numbers['did'])}. That is too few for an answer. Five times is the least."


def _no_journal(category: Category, receiver: str, numbers: Numbers) -> str:
    return f"You {category.did} {times(numbers['did'])}. This recording does not list connections that refused it, so we cannot answer."


def _sealed(category: Category, receiver: str, numbers: Numbers) -> str:
    dark = numbers["did"] - numbers["clean"]
    around = f" Around {int(dark)} of them too little was readable." if dark else ""
    return (
        f"You {category.did} {times(numbers['did'])}.{around} "
        f"In all we could read {percent(numbers['readable'])} at those moments. That is too little to answer."
    )


def _control_failed(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"You {category.did} {times(numbers['did'])}. The recording did not find its own test messages, "
        "so finding nothing is no answer."
    )


def _no_control(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"You {category.did} {times(numbers['did'])}. Nothing matching left in what we could read. "
        "But no test messages were planted to prove that we would have found it."
    )


def _no_tail(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"You {category.did} {times(numbers['did'])}. The recording ended {int(numbers['tail_s'])} seconds after the last action. "
        "That is too early for data that is collected first and sent later."
    )


def _absent(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"You {category.did} {times(numbers['did'])}. Nothing matching left in the traffic we could read "
        f"({percent(numbers['readable'])} at those moments). {_open(numbers)}"
    )


def _silent(category: Category, receiver: str, numbers: Numbers) -> str:
    return (
        f"You {category.did} {times(numbers['did'])}. At those moments nothing at all passed our recording. "
        f"{_open(numbers)}"
    )


def _open(numbers: Numbers) -> str:
    clean, did = int(numbers["clean"]), int(numbers["did"])
    counted = (
        "" if clean == did else f" That counts the {clean} times around which we could read enough."
    )
    growing = numbers["settled"] < SETTLED
    return (
        f"Data that leaves in up to {percent(numbers['bound'])} of cases could still have stayed hidden."
        f"{counted}{' Coverage still growing: new fields turned up until the end.' if growing else ''}"
    )


_SENTENCES = {
    "rebuilt": _rebuilt,
    "positions-traced": _traced,
    "not-worked-out": _not_worked_out,
    "not-exercised": _not_exercised,
    "no-marks": _no_marks,
    "too-few": _too_few,
    "no-journal": _no_journal,
    "sealed": _sealed,
    "no-tail": _no_tail,
    "control-failed": _control_failed,
    "no-control": _no_control,
    "absent": _absent,
    "silent": _silent,
}
