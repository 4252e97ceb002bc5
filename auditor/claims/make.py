"""Tables in, claims out: one per kind of data and receiver that matters in this session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import pandas as pd

from auditor import paths
from auditor.catalogue.model import Category
from auditor.claims.verdict import Decision, Subject, bound, decide
from auditor.claims.words import falsifier, sentence
from auditor.records import Claim, Excerpt
from auditor.stats import windows
from auditor.stats.summary import firm_observations

POINTERS = 50
"""Observations a claim names one by one; the fields it names lead to the others."""


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
    claims: list[Claim] = []
    for category in categories:
        seen = [one for one in receivers if (category.id, one.id) in observed]
        if subject.id not in {one.id for one in seen} and (not seen or category.marks):
            seen.append(subject)
        for one in seen:
            mine = observed.get((category.id, one.id), evidence.tables["observations"].iloc[:0])
            hints = carriers.get((category.id, one.id), [])
            claims.append(_claim(evidence, category, one, mine, hints))
    return tuple(claims)


def _by_kind(observations: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Split strong and medium observations by category and receiver."""
    groups = firm_observations(observations).groupby(["category", "receiver"], sort=False)
    return {(str(category), str(receiver)): group for (category, receiver), group in groups}


def _claim(
    evidence: Evidence,
    category: Category,
    receiver: Receiver,
    mine: pd.DataFrame,
    carriers: list[int],
) -> Claim:
    marks = evidence.tables["marks"]
    done = marks[marks["category"] == category.id]
    moves = done[done["action"].isin(category.moves)]
    around = windows.readable(done, evidence.tables) if len(done) else None
    subject = Subject(
        values=len(mine),
        strength="strong" if (mine["strength"] == "strong").any() else "medium",
        did=len(done),
        moved=len(moves),
        traced=int(moves["matched"].sum()),
        carriers=len(carriers),
        readable=around,
        tail_s=evidence.tail_s,
        has_marks=evidence.has_marks,
        has_journal=evidence.has_journal,
    )
    decision = decide(subject)
    numbers = _numbers(subject, mine, (done, moves), evidence)
    fields = sorted({int(row) for row in mine["field"]}) if len(mine) else carriers
    return Claim(
        id=f"{category.id}.{receiver.id}",
        category=category.id,
        receiver=receiver.id,
        receiver_name=receiver.name,
        role=receiver.role,
        verdict=decision.verdict,
        strength=decision.strength,
        reason=decision.reason,
        sentence=sentence(
            decision.reason, category, receiver.name, numbers, _what(evidence, fields)
        ),
        numbers=tuple(numbers.items()),
        fields=tuple(fields),
        observations=tuple(int(row) for row in mine.index[:POINTERS]),
        excerpt=_excerpt(evidence, category, receiver, decision, carriers),
        falsifier=falsifier(decision.verdict),
    )


def _numbers(
    subject: Subject,
    mine: pd.DataFrame,
    marks: tuple[pd.DataFrame, pd.DataFrame],
    evidence: Evidence,
) -> dict[str, float]:
    done, moves = marks
    idle, disturbed = windows.disturbed(evidence.tables["marks"], mine)
    errors = moves.loc[moves["matched"], "error_s"]
    around = evidence.readable if subject.readable is None else subject.readable
    return {
        "values": subject.values,
        "messages": len(mine.drop_duplicates(["exchange", "message"])),
        "did": subject.did,
        "followed": int(windows.followed(done, mine).sum()),
        "lag_s": windows.LAG_S,
        "idle": idle,
        "idle_hit": disturbed,
        "moved": subject.moved,
        "traced": subject.traced,
        "error_ms": float(ceil(round(float(errors.max()) * 1000, 1))) if len(errors) else 0.0,
        "carriers": subject.carriers,
        "readable": round(around, 4),
        "tail_s": round(subject.tail_s, 1),
        "bound": round(bound(subject.did), 4) if subject.did else 1.0,
    }


def _what(evidence: Evidence, rows: Sequence[int]) -> list[str]:
    """Say in plain words what fields are, the most frequent first."""
    fields = (
        evidence.tables["fields"]
        .iloc[list(rows)]
        .sort_values("count", ascending=False, kind="stable")
    )
    words = [
        str(means) if rule != "lexicon" else f"field “{paths.keys(path)[-1]}”"
        for means, rule, path in zip(fields["means"], fields["rule"], fields["path"], strict=True)
    ]
    return list(dict.fromkeys(words))


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


def _excerpt(
    evidence: Evidence,
    category: Category,
    receiver: Receiver,
    decision: Decision,
    carriers: list[int],
) -> Excerpt | None:
    """Show the message with most of it; for what was not sent as such, most of a carrier."""
    if decision.verdict == "seen":
        return evidence.excerpts.get((receiver.id, category.id))
    if carriers and decision.reason in {"positions-traced", "not-worked-out"}:
        shown = str(evidence.tables["fields"]["category"].iloc[carriers[0]])
        return evidence.excerpts.get((receiver.id, shown))
    return None
