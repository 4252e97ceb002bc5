"""Check terms and steps for what their loaders cannot see: unknown receivers, thin sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.catalogue.advice import Step, load_advice
from auditor.catalogue.mixing import Need, load_needs
from auditor.catalogue.model import Catalogue, Evidence
from auditor.catalogue.policy import Policy, load_policies

Problem = tuple[str, str]
"""Place and message."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything the catalogue says about terms, and what a DJ can do."""

    policies: tuple[Policy, ...]
    needs: tuple[Need, ...]
    steps: tuple[Step, ...]


def read_terms(catalogue: Catalogue, folder: Path) -> Terms:
    """Return terms, needs and steps of a folder; raise CatalogueError when one is wrong."""
    known = catalogue.categories
    return Terms(
        tuple(load_policies(known, folder).values()),
        load_needs(known, folder),
        load_advice(known, folder),
    )


def strange_receivers(terms: Terms, catalogue: Catalogue) -> Iterator[Problem]:
    """Find ids that no receiver has: such terms or steps would never be shown."""
    for policy in terms.policies:
        for name in policy.receivers:
            if name not in catalogue.receivers:
                yield policy.place, f"`{policy.id}` names `{name}`, which is no receiver"
    for step in terms.steps:
        for name in step.fit.receivers:
            if name not in catalogue.receivers:
                yield step.place, f"`{step.id}` names `{name}`, which is no receiver"


def texts(terms: Terms) -> Iterator[tuple[str, str]]:
    """Return place and text of everything that a reader is shown."""
    for policy in terms.policies:
        yield policy.place, policy.note
        for document in policy.documents:
            yield from ((policy.place, clause.plain) for clause in document.clauses)
    yield from (("mixing.yaml", need.why) for need in terms.needs)
    for step in terms.steps:
        yield from ((step.place, one) for one in (step.step, step.changes, step.limits))


def evidence(terms: Terms) -> Iterator[tuple[str, Evidence]]:
    """Return place and evidence of every step, each once."""
    used = {one.id: one for step in terms.steps for one in step.evidence}
    yield from (("advice.yaml", one) for one in used.values())
