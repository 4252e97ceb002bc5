"""Tables in, claims out: one per kind of data and receiver that matters in this session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from auditor import paths
from auditor.catalogue.model import Category
from auditor.claims.causes import CAUSED, Cause, cause_of, told
from auditor.claims.verdict import Decision, Rebuilt, Subject, decide
from auditor.claims.words import falsifier, sentence
from auditor.records import Claim, Excerpt
from auditor.stats import absence, windows
from auditor.stats.firm import FIRM, Part, by_receiver, coded, rows_by_receiver
from auditor.stats.thresholds import LAG_S

Flags = npt.NDArray[np.bool_]

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
    observations = evidence.tables["observations"]
    observed, nothing = by_receiver(observations), Part(observations, np.zeros(0, dtype=np.int64))
    sent = _sent(evidence.tables["kinds"])
    carriers = _carriers(evidence.tables["fields"])
    fields, at_once = _Fields(evidence.tables["fields"]), windows.AtOnce(evidence.tables)
    enough = absence.enough(evidence.tables["marks"], evidence.tables)
    claims: list[Claim] = []
    for category in categories:
        tries = _tries(evidence, category, enough)
        seen = [one for one in receivers if (category.id, one.id) in sent]
        if subject.id not in {one.id for one in seen} and (not seen or category.marks):
            seen.append(subject)
        for one in seen:
            mine = observed.get((category.id, one.id), nothing)
            hints = carriers.get((category.id, one.id), [])
            counts = at_once.counted(tries.done, category.id, one.id, mine)
            got = sent.get((category.id, one.id), _Sent(0, 0, ""))
            rows = fields.of(category.id, one.id, mine) if got.values else hints
            about = _About(category, one, mine, got, rows, hints, tries, counts)
            claims.append(_claim(evidence, about, fields))
    return tuple(claims)


@dataclass(frozen=True, slots=True)
class _Tries:
    """What the tester did of one kind."""

    done: pd.DataFrame
    moved: int
    """How often the playhead was moved."""
    traced: int
    """Of these, moves whose positions were found in what left."""
    error_ms: float
    """How far off the worst of those was."""
    readable: float | None
    """Share of the bytes around it that could be read."""
    clean: int
    """Times around which enough could be read."""
    settled: int
    """Last times that brought no new field."""


class _Sent(NamedTuple):
    """What a receiver was sent of one kind, candidates not counted."""

    messages: int
    values: int
    strength: str


def _sent(kinds: pd.DataFrame) -> dict[tuple[str, str], _Sent]:
    """Return what was sent, by category and receiver."""
    names = ("category", "receiver", "messages", "values", "strength")
    rows = zip(*(kinds[name].tolist() for name in names), strict=True)
    return {(category, receiver): _Sent(*told) for category, receiver, *told in rows}


@dataclass(frozen=True, slots=True)
class _About:
    """What one claim is about, and what it rests on."""

    category: Category
    receiver: Receiver
    mine: Part
    """Its strong and medium observations, as far as they are listed."""
    sent: _Sent
    rows: Sequence[int]
    """Rows of the fields that it rests on."""
    carriers: list[int]
    """Rows of fields that it may be worked out from."""
    tries: _Tries
    counts: windows.Counts


class _Fields:
    """The table of fields as claims look at it: a few rows, many times."""

    def __init__(self, fields: pd.DataFrame) -> None:
        self._counts = fields["count"].to_numpy()
        self._firm = rows_by_receiver(fields)
        told = [coded(fields[name]) for name in ("means", "rule", "path")]
        self._codes = np.array([codes for codes, _ in told])
        self._texts = [texts for _, texts in told]

    def of(self, category: str, receiver: str, listed: Part) -> list[int]:
        """Return the rows of fields that told this kind of data.

        Those of listed observations, and those of which the strongest observation was of this kind.
        """
        firm = self._firm.get((category, receiver))
        return sorted({*listed.fields, *([] if firm is None else firm.tolist())})

    def words(self, rows: Sequence[int]) -> list[str]:
        """Say in plain words what fields are, the most frequent first."""
        where = np.array(rows, dtype=np.int64)
        ranked = where[np.argsort(-self._counts[where], kind="stable")]
        different = dict.fromkeys(zip(*self._codes[:, ranked].tolist(), strict=True))
        told = (
            [texts[code] for texts, code in zip(self._texts, one, strict=True)] for one in different
        )
        return list(dict.fromkeys(_words(*one) for one in told))


def _words(means: str, rule: str, path: str) -> str:
    return means if rule != "lexicon" else f"field “{(paths.keys(path) or ('',))[-1]}”"


def _tries(evidence: Evidence, category: Category, enough: Flags) -> _Tries:
    marks = evidence.tables["marks"]
    mine = (marks["category"] == category.id).to_numpy()
    done = marks[mine]
    moves = done[done["action"].isin(category.moves)]
    errors = moves.loc[moves["matched"], "error_s"]
    return _Tries(
        done,
        len(moves),
        len(errors),
        float(ceil(round(float(errors.max()) * 1000, 1))) if len(errors) else 0.0,
        windows.readable(done, evidence.tables) if len(done) else None,
        int(enough[mine].sum()),
        absence.settled(done, evidence.tables["fields"]),
    )


def _claim(evidence: Evidence, about: _About, fields: _Fields) -> Claim:
    category, receiver, mine, tries = about.category, about.receiver, about.mine, about.tries
    subject = Subject(
        values=about.sent.values,
        strength="strong" if about.sent.strength == "strong" else "medium",
        did=len(tries.done),
        moved=tries.moved,
        traced=tries.traced,
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
    numbers = _numbers(subject, about, evidence)
    rows = about.rows
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
        observations=tuple(mine.rows[:POINTERS].tolist()),
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


def _numbers(subject: Subject, about: _About, evidence: Evidence) -> dict[str, float]:
    tries, counts = about.tries, about.counts
    around = evidence.readable if subject.readable is None else subject.readable
    return {
        "values": subject.values,
        "messages": about.sent.messages,
        "did": subject.did,
        "followed": counts.followed,
        "lag_s": LAG_S,
        "idle": counts.idle,
        "idle_hit": counts.idle_hit,
        "moved": subject.moved,
        "traced": subject.traced,
        "error_ms": tries.error_ms,
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
    firm = fields[fields["strength"].isin(FIRM) & (fields["indicates"] != "")]
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
