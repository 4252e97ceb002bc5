"""Tables in, claims out: one per kind of data and receiver that matters in this session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import pandas as pd

from auditor import paths
from auditor.catalogue.model import Category
from auditor.claims.causes import CAUSED, Cause, cause_of, told
from auditor.claims.verdict import Decision, Rebuilt, Subject, decide
from auditor.claims.words import falsifier, sentence
from auditor.records import Claim, Excerpt
from auditor.stats import absence, windows
from auditor.stats.summary import firm_observations
from auditor.stats.thresholds import LAG_S

_MESSAGES = 1 << 32
"""More than one exchange can have, so that both numbers fit into one."""

POINTERS = 50
"""Observations a claim names one by one; the fields it names lead to the others."""


_NEEDED = ["category", "receiver", "strength", "field", "exchange", "message", "time", "event_time"]
"""Columns of observations that claims look at; texts are costly to copy."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What claims are made from."""

    tables: dict[str, pd.DataFrame]
    excerpts: Mapping[tuple[str, str], Excerpt]
    has_marks: bool
    has_journal: bool
    tail_s: float
    readable: float
    """Share of all bytes sent that could be read."""
    control: str = "none"
    """State of the positive control: `passed`, `failed` or `none`."""
    rebuilt: Mapping[tuple[str, str], Rebuilt] = field(default_factory=dict)
    """By receiver and category, what could be worked out, where marks tell how well."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who a claim is about."""

    id: str
    name: str
    role: str


def make_claims(
    evidence: Evidence,
    categories: Sequence[Category],
    receivers: Sequence[Receiver],
    subject: Receiver,
) -> tuple[Claim, ...]:
    """Return the claims for these kinds of data, in their order.

    A kind that somebody received gets one claim per receiver; one that nobody received gets one
    claim about `subject`, the service the session is about.
    """
    observed = _by_kind(evidence.tables["observations"])
    carriers = _carriers(evidence.tables["fields"])
    fields = _Fields(evidence.tables["fields"])
    claims: list[Claim] = []
    for category in categories:
        tries = _tries(evidence, category)
        seen = [one for one in receivers if (category.id, one.id) in observed]
        if subject.id not in {one.id for one in seen} and (not seen or category.marks):
            seen.append(subject)
        for one in seen:
            mine = observed.get((category.id, one.id), evidence.tables["observations"].iloc[:0])
            hints = carriers.get((category.id, one.id), [])
            about = _About(category, one, mine, hints, tries)
            claims.append(_claim(evidence, about, fields))
    return tuple(claims)


@dataclass(frozen=True, slots=True)
class _Tries:
    """What the tester did of one kind."""

    done: pd.DataFrame
    moves: pd.DataFrame
    readable: float | None
    """Share of the bytes around it that could be read."""
    clean: int
    """Times around which enough could be read."""
    settled: int
    """Last times that brought no new field."""


@dataclass(frozen=True, slots=True)
class _About:
    """What one claim is about, and what it rests on."""

    category: Category
    receiver: Receiver
    mine: pd.DataFrame
    """Its observations."""
    carriers: list[int]
    """Rows of fields that it may be worked out from."""
    tries: _Tries


class _Fields:
    """Columns of the fields table as plain lists: claims look at a few rows, many times."""

    def __init__(self, fields: pd.DataFrame) -> None:
        self._counts = fields["count"].tolist()
        named = zip(fields["means"], fields["rule"], fields["path"], strict=True)
        self._words = [
            str(means) if rule != "lexicon" else f"field “{(paths.keys(path) or ('',))[-1]}”"
            for means, rule, path in named
        ]

    def words(self, rows: Sequence[int]) -> list[str]:
        """Say in plain words what fields are, the most frequent first."""
        ranked = sorted(rows, key=lambda row: -self._counts[row])
        return list(dict.fromkeys(self._words[row] for row in ranked))


def _tries(evidence: Evidence, category: Category) -> _Tries:
    marks = evidence.tables["marks"]
    done = marks[marks["category"] == category.id]
    around = windows.readable(done, evidence.tables) if len(done) else None
    return _Tries(
        done,
        done[done["action"].isin(category.moves)],
        around,
        absence.clean(done, evidence.tables),
        absence.settled(done, evidence.tables["fields"]),
    )


def _by_kind(observations: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Split strong and medium observations by category and receiver."""
    firm = firm_observations(observations)[_NEEDED]
    groups = firm.groupby(["category", "receiver"], sort=False)
    return {(str(category), str(receiver)): group for (category, receiver), group in groups}


def _claim(evidence: Evidence, about: _About, fields: _Fields) -> Claim:
    category, receiver, mine, tries = about.category, about.receiver, about.mine, about.tries
    subject = Subject(
        values=len(mine),
        strength="strong" if "strong" in mine["strength"].tolist() else "medium",
        did=len(tries.done),
        moved=len(tries.moves),
        traced=int(tries.moves["matched"].sum()),
        rebuilt=evidence.rebuilt.get((receiver.id, category.id), Rebuilt()),
        carriers=len(about.carriers),
        readable=tries.readable,
        tail_s=evidence.tail_s,
        has_marks=evidence.has_marks,
        has_journal=evidence.has_journal,
        clean=tries.clean,
        control=evidence.control,
    )
    decision = decide(subject)
    counts = windows.counted(evidence.tables, category.id, receiver.id, mine)
    numbers = _numbers(subject, mine, tries, counts, evidence)
    rows = sorted(set(mine["field"].tolist())) if len(mine) else about.carriers
    cause = _cause(evidence, about, decision, rows)
    numbers |= _cause_numbers(cause)
    text = sentence(decision.reason, category, receiver.name, numbers, fields.words(rows))
    return Claim(
        id=f"{category.id}.{receiver.id}",
        category=category.id,
        receiver=receiver.id,
        receiver_name=receiver.name,
        role=receiver.role,
        verdict=decision.verdict,
        strength=decision.strength,
        reason=decision.reason,
        sentence=text + told(cause),
        numbers=tuple(numbers.items()),
        fields=tuple(rows),
        observations=tuple(int(row) for row in mine.index[:POINTERS]),
        excerpt=_excerpt(evidence, about, decision),
        falsifier=falsifier(decision.verdict),
        cause=cause.state,
    )


def _cause(evidence: Evidence, about: _About, decision: Decision, rows: Sequence[int]) -> Cause:
    """Return what causes that which was seen; of that which was not there is no cause."""
    did = len(about.tries.done) if decision.strength else 0
    table = evidence.tables["attribution"]
    return cause_of(table, about.category, about.receiver.id, rows, did)


def _cause_numbers(cause: Cause) -> dict[str, float]:
    if cause.state != CAUSED:
        return {}
    return {
        "cause_n": cause.n,
        "cause_hit": cause.hit,
        "cause_controls": cause.controls,
        "cause_control_hit": cause.control_hit,
        "cause_q": float(f"{cause.q:.3g}"),
    }


def _numbers(
    subject: Subject,
    mine: pd.DataFrame,
    tries: _Tries,
    counts: windows.Counts,
    evidence: Evidence,
) -> dict[str, float]:
    moves = tries.moves
    errors = moves.loc[moves["matched"], "error_s"]
    around = evidence.readable if subject.readable is None else subject.readable
    return {
        "values": subject.values,
        "messages": len((mine["exchange"] * _MESSAGES + mine["message"]).unique()),
        "did": subject.did,
        "followed": counts.followed,
        "lag_s": LAG_S,
        "idle": counts.idle,
        "idle_hit": counts.idle_hit,
        "moved": subject.moved,
        "traced": subject.traced,
        "error_ms": float(ceil(round(float(errors.max()) * 1000, 1))) if len(errors) else 0.0,
        "rebuilt_real": subject.rebuilt.real,
        "rebuilt_right": subject.rebuilt.right,
        "rebuilt_wrong": subject.rebuilt.found - subject.rebuilt.right,
        "rebuilt_ms": float(ceil(round(subject.rebuilt.worst_s * 1000, 1))),
        "carriers": subject.carriers,
        "readable": round(around, 4),
        "tail_s": round(subject.tail_s, 1),
        "clean": subject.clean,
        "settled": tries.settled,
        "bound": round(absence.bound(subject.clean), 4),
        "by_clock": int(counts.by_clock),
    }


def _carriers(fields: pd.DataFrame) -> dict[tuple[str, str], list[int]]:
    """Return, by category and receiver, the rows of seen fields that it may be worked out from."""
    firm = fields[fields["strength"].isin(["strong", "medium"]) & (fields["indicates"] != "")]
    found: dict[tuple[str, str], list[int]] = {}
    for row, receiver, names in zip(
        firm.index.tolist(), firm["receiver"].tolist(), firm["indicates"].tolist(), strict=True
    ):
        for name in names.split(" "):
            found.setdefault((name, receiver), []).append(int(row))
    return found


def _excerpt(evidence: Evidence, about: _About, decision: Decision) -> Excerpt | None:
    """Show the message with most of it; for what was not sent as such, most of a carrier."""
    if decision.verdict == "seen":
        return evidence.excerpts.get((about.receiver.id, about.category.id))
    if about.carriers and decision.reason in {"rebuilt", "positions-traced", "not-worked-out"}:
        shown = str(evidence.tables["fields"]["category"].iloc[about.carriers[0]])
        return evidence.excerpts.get((about.receiver.id, shown))
    return None
