"""Choose the steps that fit what was found, the one that concerns most kinds of data first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from auditor.catalogue.advice import Fit, Step
from auditor.catalogue.model import Category
from auditor.claims.rows import LOUDNESS
from auditor.claims.words import SHORT, capital, kind
from auditor.records import Claim

_SEEN = ("seen", "seen, indirectly")


def fitting(
    steps: Sequence[Step],
    claims: Sequence[Claim],
    categories: Mapping[str, Category],
    application: tuple[str, str],
    receivers: Collection[str],
) -> list[dict[str, Any]]:
    """Return the steps that fit, as plain data, the most fitting first.

    A step fits when its application ran or its receiver got data (if it names any), and when
    claims have one of its verdicts (if it names any). `application` is id and name of what ran,
    `receivers` are the ids of those who got data. Steps are sorted by the number of kinds of
    data that they concern here; among equals those about one product stand first.
    """
    found = []
    for step in steps:
        kinds = _kinds(step.fit, claims)
        ran = application[0] != "" and application[0] in step.fit.applications
        if _fits(step.fit, kinds, receivers, ran=ran):
            found.append((step, kinds, ran))
    found.sort(key=lambda one: (-len(one[1]), not (one[0].fit.receivers or one[2])))
    return [
        {
            "id": step.id,
            "step": step.step,
            "changes": step.changes,
            "limits": step.limits,
            "effort": step.effort,
            "fits": _why(kinds, categories, application[1] if ran else ""),
            "kinds": list(kinds),
        }
        for step, kinds, ran in found
    ]


def _kinds(fit: Fit, claims: Sequence[Claim]) -> dict[str, str]:
    """Return the kinds of data that a step concerns here, each with its loudest verdict."""
    mine = [
        claim
        for claim in claims
        if claim.verdict in (fit.verdicts or _SEEN)
        and (not fit.categories or claim.category in fit.categories)
        and (not fit.roles or claim.role in fit.roles)
        and (not fit.receivers or claim.receiver in fit.receivers)
    ]
    loud = sorted(mine, key=lambda claim: LOUDNESS.index(claim.verdict), reverse=True)
    verdicts = {claim.category: claim.verdict for claim in loud}
    return {name: verdicts[name] for name in dict.fromkeys(claim.category for claim in mine)}


def _fits(fit: Fit, kinds: Mapping[str, str], receivers: Collection[str], *, ran: bool) -> bool:
    if fit.verdicts and not kinds:
        return False
    named = bool(fit.receivers or fit.applications)
    return ran or not named or any(name in receivers for name in fit.receivers)


def _why(kinds: Mapping[str, str], categories: Mapping[str, Category], ran: str) -> str:
    groups: dict[str, list[str]] = {}
    for name in LOUDNESS:
        mine = [kind(categories[one]) for one, verdict in kinds.items() if verdict == name]
        if mine:
            groups[name] = mine
    parts = [f"{capital(SHORT[name])}: {', '.join(mine)}." for name, mine in groups.items()]
    return " ".join([*([f"{ran} ran in this session."] if ran else []), *parts])
