"""One audit: captures in, tables, claims and facts out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.catalogue.advice import load_advice
from auditor.catalogue.applications import find_application
from auditor.catalogue.mixing import load_needs
from auditor.catalogue.model import Catalogue, Category
from auditor.catalogue.policy import load_policies
from auditor.claims import facts
from auditor.claims.advice import fitting
from auditor.claims.answers import Findings, make_answers
from auditor.claims.blind import blind_spots
from auditor.claims.causes import causes_facts
from auditor.claims.headlines import coverage, lane_actions, lane_headline, timeline, who
from auditor.claims.make import Evidence, Receiver, make_claims
from auditor.claims.relevance import auto_dj, terms_line, weigh
from auditor.claims.rows import make_rows
from auditor.claims.verdict import Rebuilt
from auditor.gather import Progress, gather, processes, rare_collections
from auditor.reconstruct.facts import by_category, reconstruction
from auditor.records import Claim
from auditor.redact import Redactor
from auditor.sources import find, stdin_as_file
from auditor.sources.capture import Capture
from auditor.sources.find import STDIN
from auditor.stats import summary, windows
from auditor.stats.attribution import attribute
from auditor.tables.build import build_tables
from auditor.tables.collect import Collector, Kinds
from auditor.tables.store import FORMAT, Audit

_TOLD = 2000
"""Characters of a text that a session tells about itself."""

_NO_TEXT = frozenset({int, float, bool, type(None)})
"""Most values of a result; they are not asked one by one whether they hold a secret."""


def run_audit(
    paths: Iterable[Path],
    catalogue: Catalogue,
    key: bytes,
    progress: Progress | None = None,
    workers: int | None = 1,
) -> Audit:
    """Audit captures as one session; `-` stands for standard input, a folder for what is in it.

    `key` makes the redaction labels: with the same key the same captures give the same audit.
    `workers` is the number of processes, None as many as are worth it; results are the same.
    Raises SourceError when one of them cannot be opened.
    """
    redactor = Redactor(key)
    rows = tuple(one for one in catalogue.categories.values() if one.row)
    collector = Collector(redactor, Kinds.of(catalogue.categories.values()))
    with ExitStack() as stack:
        stack.enter_context(rare_collections())
        files = [
            stack.enter_context(stdin_as_file()) if path == STDIN else path for path in find(paths)
        ]
        several = processes(files, workers)
        captures, counts = gather(files, catalogue, collector, progress, several)
        tables = build_tables(collector)
        return _conclude(captures, counts, tables, collector, catalogue, rows)


def _moves(categories: Iterable[Category]) -> frozenset[str]:
    return frozenset(action for one in categories for action in one.moves)


def _conclude(
    captures: list[Capture],
    counts: list[int],
    tables: dict[str, Any],
    collector: Collector,
    catalogue: Catalogue,
    rows: tuple[Category, ...],
) -> Audit:
    redactor = collector.redactor
    names = {name: one.name for name, one in catalogue.receivers.items()}
    told = _cleaned(facts.capture_facts(captures, counts), redactor)
    session = _cleaned(facts.session_facts(captures, tables, names), redactor)
    totals = summary.totals(tables, collector.observed.total)
    shares = summary.shares(totals)
    receivers = summary.receivers(tables)
    found = attribute(tables)
    tables["attribution"] = found.table
    clocks = windows.Clocks(
        found.offsets, {(one["receiver"], one["endpoint"]) for one in found.rhythms}
    )
    observations = tables["observations"]
    tables["marks"] = windows.annotate(tables["marks"], observations, _moves(rows), clocks)
    subject = _subject(session, receivers, catalogue)
    whole = totals["observations"] == totals["observations_listed"]
    rebuilt = reconstruction(tables, whole=whole)
    evidence = Evidence(
        tables,
        collector.excerpts,
        session["has_marks"],
        session["has_journal"],
        session["tail_s"],
        shares["readable"],
        session["control"]["state"],
        _rebuilt(rebuilt),
    )
    everyone = [Receiver(one["id"], one["name"], one["role"]) for one in receivers]
    claims = make_claims(evidence, rows, everyone, subject)
    named = {one.id: one.name for one in everyone}
    causes = causes_facts(found, tables, rows, claims, named)
    spots = blind_spots(tables, session, [loss for one in told for loss in one["losses"]])
    known, about = catalogue.categories, (subject.id, subject.name)
    terms = weigh(claims, load_policies(known))
    mixing = auto_dj(claims, load_needs(known))
    app = (find_application(session["app"]).id, session["app"])
    steps = fitting(load_advice(known), claims, known, app, {one["id"] for one in receivers})
    findings = Findings(shares, spots, steps, mixing, terms_line(terms, mixing, about, known))
    tool = {"version": __version__, "catalogue": catalogue.digest[:12]}
    width, bars = summary.bars(tables["exchanges"], session["started"], session["ended"])
    categories = {one.id: one for one in rows}
    lanes = windows.lanes(tables, _moves(rows), causes["lanes"])
    result = {
        "format": FORMAT,
        "tool": tool,
        "captures": told,
        "session": session,
        "subject": {"id": subject.id, "name": subject.name, "role": subject.role},
        "totals": totals,
        "bin_s": width,
        "minutes": bars,
        "receivers": receivers,
        "flows": summary.flows(tables["exchanges"]),
        "categories": [
            {"id": one.id, "name": one.name, "hint": one.hint, "row": one.row}
            for one in catalogue.categories.values()
        ],
        "rows": make_rows(claims, rows),
        "answers": make_answers(claims, categories, about, findings),
        "policies": terms,
        "auto_dj": mixing,
        "lanes": [
            {
                "category": one.id,
                **lanes[one.id],
                "headline": lane_headline(lanes[one.id]),
                "actions": lane_actions(one.id, lanes[one.id], causes, named),
            }
            for one in rows
            if one.id in lanes
        ],
        "attribution": causes,
        "timeline": timeline(categories, lanes, session, causes, whole=whole),
        "reconstruction": rebuilt,
        "who": who(receivers, totals),
        "coverage": coverage(shares, totals),
        "blind_spots": spots,
        "advice": steps,
        "strengths": list(facts.STRENGTHS),
        "redactions": [
            {"kind": kind, "count": count} for kind, count in sorted(redactor.counts.items())
        ],
        "method": facts.method(session, told, tool, causes),
        "notices": facts.notices(session, told, totals),
    }
    return Audit(_swept(result, redactor), _swept_claims(claims, redactor), tables)


def _rebuilt(facts: Mapping[str, Any]) -> dict[tuple[str, str], Rebuilt]:
    """Return how well each kind of data was worked out for each receiver, where marks tell."""
    return {
        (one["receiver"], category): Rebuilt(
            told["real"], told["rebuilt"], told["matched"], told["worst_s"] or 0.0
        )
        for one in facts["receivers"]
        for category, told in by_category({**facts, "receivers": [one]}).items()
        if told.get("matched") and category != "tempo"
    }


def _subject(
    session: dict[str, Any], receivers: list[dict[str, Any]], catalogue: Catalogue
) -> Receiver:
    """Return who the first question of the report is about.

    The first service that the session names; else the streaming service, else the receiver,
    that got most messages.
    """
    for name in session["service_ids"]:
        if name in catalogue.receivers:
            one = catalogue.receivers[name]
            return Receiver(one.id, one.name, one.role)
    ranked = sorted(receivers, key=lambda one: one["role"] != "streaming service")
    if not ranked:
        return Receiver("anyone", "anyone", "unknown")
    return Receiver(ranked[0]["id"], ranked[0]["name"], ranked[0]["role"])


def _cleaned(value: Any, redactor: Redactor, name: str = "") -> Any:
    """Hide what looks like a secret in what people and file names told.

    Digests stay, and far ends that were refused on purpose. `name` is what a value is called.
    """
    if isinstance(value, dict):
        return {name: _cleaned(one, redactor, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one, redactor, name) for one in value]
    if not isinstance(value, str) or name in {"sha256", "app_version"}:
        return value
    return redactor.address(value) if name == "targets" else redactor.clean(value, _TOLD)


def _swept(value: Any, redactor: Redactor) -> Any:
    """Sweep every text of a nested value."""
    if isinstance(value, str):
        return redactor.sweep(value)
    if isinstance(value, dict):
        return {
            name: one if type(one) in _NO_TEXT else _swept(one, redactor)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [one if type(one) in _NO_TEXT else _swept(one, redactor) for one in value]
    return value


def _swept_claims(claims: tuple[Claim, ...], redactor: Redactor) -> tuple[Claim, ...]:
    swept = []
    for claim in claims:
        excerpt = claim.excerpt
        if excerpt:
            lines = tuple(
                (redactor.sweep(path), redactor.sweep(value), mark)
                for path, value, mark in excerpt.lines
            )
            event, endpoint = redactor.sweep(excerpt.event), redactor.sweep(excerpt.endpoint)
            excerpt = replace(excerpt, lines=lines, event=event, endpoint=endpoint)
        swept.append(replace(claim, sentence=redactor.sweep(claim.sentence), excerpt=excerpt))
    return tuple(swept)
