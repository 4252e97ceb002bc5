"""Hold what left against what the terms say, and against what a mixing program would need.

Three statements stay apart and no function here joins them: it was seen leaving (a verdict), the
terms allow it (a class of a clause), it is used for training (nobody outside can observe that).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from auditor.catalogue.mixing import Need
from auditor.catalogue.model import ROLES, Category
from auditor.catalogue.policy import CLASSES, UNDATED, Clause, Document, Policy
from auditor.claims.rows import LOUDNESS
from auditor.claims.words import kind
from auditor.records import Claim

SEEN = ("seen", "seen, indirectly")

NOT_CHECKED = "not checked"

DERIVABLE = "not-worked-out"
"""Reason of a claim whose kind of data may be worked out from fields that left."""

_WORDS = {
    "named": "the terms name training with {}",
    "broad": "the wording is wide enough for {}",
    "none": "no clause on training was found for {}",
    NOT_CHECKED: "not checked for {}",
}


def weigh(claims: Sequence[Claim], policies: Mapping[str, Policy]) -> dict[str, Any]:
    """Return `statements` and, under `terms`, what was read of the terms of their receivers.

    A statement is about one receiver and one kind of data that was seen or may be worked out.
    Streaming services stand first, then DJ vendors and the others; kinds of data keep the order
    of the claims. A receiver whose terms nobody read gets the class `not checked`.
    """
    by_receiver = {name: one for one in policies.values() for name in one.receivers}
    about = sorted(
        (one for one in claims if one.verdict in SEEN or one.reason == DERIVABLE), key=_rank
    )
    names = {one.receiver: one.receiver_name for one in about}
    return {
        "statements": [_statement(one, by_receiver.get(one.receiver)) for one in about],
        "terms": [
            _terms(receiver, name, by_receiver[receiver])
            for receiver, name in names.items()
            if receiver in by_receiver
        ],
    }


def auto_dj(claims: Sequence[Claim], needs: Sequence[Need]) -> dict[str, Any]:
    """Return the `needs` of a mixing program, each with its reason and its loudest verdict.

    `headline` counts them. A kind of data without any claim is left out.
    """
    rows = []
    for need in needs:
        mine = [one for one in claims if one.category == need.category]
        if not mine:
            continue
        loudest = min(mine, key=lambda one: LOUDNESS.index(one.verdict))
        rows.append(
            {
                "category": need.category,
                "why": need.why,
                "verdict": loudest.verdict,
                "claim": loudest.id,
            }
        )
    direct, indirect = (sum(one["verdict"] == name for one in rows) for name in SEEN)
    return {
        "headline": (
            f"A mixing program could learn from {len(rows)} kinds of data. "
            f"Of these, {_were(direct + indirect)} seen leaving{_of_these(direct, indirect)}."
        ),
        "needs": rows,
    }


def terms_line(
    terms: Mapping[str, Any],
    mixing: Mapping[str, Any],
    service: tuple[str, str],
    categories: Mapping[str, Category],
) -> str:
    """Say in one line what the terms say on what the main receiver got of a mixing program's needs.

    `terms` and `mixing` come from `weigh` and `auto_dj`; `service` is id and name of the receiver.
    """
    needed = {one["category"] for one in mixing["needs"]}
    mine = [
        one
        for one in terms["statements"]
        if one["receiver"] == service[0] and one["category"] in needed
    ]
    parts = []
    for name in CLASSES:
        kinds = [kind(categories[one["category"]]) for one in mine if one["class"] == name]
        if kinds:
            parts.append(_WORDS[name].format(_and(kinds)))
    if not parts:
        return "Nothing was seen leaving that the terms could be held against."
    if {one["class"] for one in mine} == {NOT_CHECKED}:
        return f"{service[1]}: not read for words on training. “Allowed” would not be “done”."
    return f"{service[1]}: {'; '.join(parts)}. “Allowed” is not “done”."


def _rank(claim: Claim) -> tuple[int, str]:
    role = ROLES.index(claim.role) if claim.role in ROLES else len(ROLES)
    return role, claim.receiver_name


def _statement(claim: Claim, policy: Policy | None) -> dict[str, Any]:
    found = _clause(policy, claim.category) if policy else None
    return {
        "category": claim.category,
        "receiver": claim.receiver,
        "receiver_name": claim.receiver_name,
        "role": claim.role,
        "verdict": claim.verdict,
        "claim": claim.id,
        "class": found[1].kind if found else NOT_CHECKED,
        "clause": f"{policy.id}.{found[0].id}.{found[1].id}" if policy and found else "",
        "plain": found[1].plain if found else _silence(policy),
        "dated": _dated(policy, *found) if policy and found else "",
    }


def _silence(policy: Policy | None) -> str:
    """Say why there is no clause; silence of ours is never a finding about the terms."""
    if policy is None:
        return "Nobody has read the terms of this receiver for this project yet."
    return policy.note or "No clause on this kind of data was read."


def _clause(policy: Policy, category: str) -> tuple[Document, Clause] | None:
    """Return the newest clause on a kind of data; of several texts the most telling one."""
    newest: dict[str, tuple[Document, Clause]] = {}
    for document in policy.documents:
        for clause in document.clauses:
            if category in clause.covers:
                newest[document.title] = (document, clause)
    return min(newest.values(), key=lambda one: CLASSES.index(one[1].kind), default=None)


def _dated(policy: Policy, document: Document, clause: Clause) -> str:
    """Say since when a clause stands there, until when it was seen, and what was not compared."""
    texts = [one for one in policy.documents if one.title == document.title]
    holding = [one for one in texts if clause.id in {other.id for other in one.clauses}]
    said = f"{document.title}{_day(holding[0])}"
    if len(holding) > 1:
        said += f", and still in the text{_day(holding[-1])}"
    later = [one for one in texts if one.age > document.age]
    if later:
        said += f". The text{_day(later[-1])} was not compared"
    return f"{said}."


def _day(document: Document) -> str:
    if document.version != UNDATED:
        return f" of {spelled(document.version)}"
    return f", copy of {spelled(document.recorded)}" if document.recorded else f", {UNDATED}"


def spelled(day: str) -> str:
    """Return `2025-05-12` as 12 May 2025, and `2025-05` as May 2025."""
    if day.count("-") == 1:
        return f"{date.fromisoformat(f'{day}-01'):%B %Y}"
    moment = date.fromisoformat(day)
    return f"{moment.day} {moment:%B %Y}"


def _terms(receiver: str, name: str, policy: Policy) -> dict[str, Any]:
    return {
        "receiver": receiver,
        "receiver_name": name,
        "note": policy.note,
        "documents": [_document(policy, one) for one in reversed(policy.documents)],
    }


def _document(policy: Policy, document: Document) -> dict[str, Any]:
    return {
        "title": f"{document.title}{_day(document)}",
        "checked": spelled(document.checked),
        "read": document.read,
        "source": document.source,
        "url": document.url,
        "clauses": [
            {
                "id": f"{policy.id}.{document.id}.{one.id}",
                "class": one.kind,
                "covers": list(one.covers),
                "quote": one.quote,
                "plain": one.plain,
                "url": one.url,
            }
            for one in document.clauses
        ],
    }


def _were(count: int) -> str:
    return f"{count or 'none'} {'was' if count == 1 else 'were'}"


def _of_these(direct: int, indirect: int) -> str:
    if not indirect:
        return ""
    return f", {indirect} of them indirectly" if direct else ", indirectly"


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
