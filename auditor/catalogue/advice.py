"""Read the steps a DJ can take, and when each of them fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.applications import load_applications
from auditor.catalogue.entries import check_keys, chosen_all, text, texts
from auditor.catalogue.evidence import read_evidence
from auditor.catalogue.model import ROLES, Evidence
from auditor.catalogue.yamlfile import Entry, read_entry

VERDICTS = ("seen", "seen, indirectly", "not seen", "not visible", "not tested")


@dataclass(frozen=True, slots=True)
class Fit:
    """When a step is shown. An empty part asks for nothing."""

    verdicts: tuple[str, ...]
    """One of `VERDICTS` must have been found, for these kinds, roles and receivers."""
    categories: tuple[str, ...]
    roles: tuple[str, ...]
    receivers: tuple[str, ...]
    """One of these got data, or one of the applications ran."""
    applications: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something a DJ can do."""

    id: str
    step: str
    changes: str
    limits: str
    """What it does not change."""
    effort: str
    fit: Fit
    evidence: tuple[Evidence, ...]
    place: str
    """`file:line` of the entry."""


def load_advice(known: Iterable[str], folder: Path | None = None) -> tuple[Step, ...]:
    """Return the steps in the order of the file; `known` are the ids of the kinds of data.

    Read once. Raises CatalogueError for unknown names, and for a step about a receiver or an
    application that names no evidence.
    """
    return _load(frozenset(known), folder or resources.catalogue_dir())


@lru_cache(maxsize=8)
def _load(known: frozenset[str], folder: Path) -> tuple[Step, ...]:
    entry = read_entry(folder / "advice.yaml")
    check_keys(entry, required={"advice"}, optional={"evidence"})
    evidence = read_evidence(entry)
    applications = tuple(load_applications(folder))
    found: list[Step] = []
    for item in entry.members()["advice"].items():
        check_keys(
            item,
            required={"id", "step", "changes", "limits", "effort", "for"},
            optional={"evidence"},
        )
        fit = _read_fit(item.members()["for"], known, applications)
        names = chosen_all(item, "evidence", evidence, "evidence")
        if (fit.receivers or fit.applications) and not names:
            raise item.error("`evidence` is missing here", "Say how we know what it changes.")
        one = Step(
            id=text(item, "id"),
            step=text(item, "step"),
            changes=text(item, "changes"),
            limits=text(item, "limits"),
            effort=text(item, "effort"),
            fit=fit,
            evidence=tuple(evidence[name] for name in names),
            place=f"{item.file}:{item.line}",
        )
        if one.id in {step.id for step in found}:
            raise item.error(f"step `{one.id}` stands here twice", "Keep one of them.")
        found.append(one)
    return tuple(found)


def _read_fit(entry: Entry, known: frozenset[str], applications: tuple[str, ...]) -> Fit:
    check_keys(
        entry,
        required=set(),
        optional={"verdicts", "categories", "roles", "receivers", "applications"},
    )
    return Fit(
        verdicts=chosen_all(entry, "verdicts", VERDICTS, "verdict"),
        categories=chosen_all(entry, "categories", known, "kind of data"),
        roles=chosen_all(entry, "roles", [*ROLES, "unknown"], "role"),
        receivers=texts(entry, "receivers"),
        applications=chosen_all(entry, "applications", applications, "application"),
    )
