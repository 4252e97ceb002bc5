"""Make the page from an audit: pick, spell and order what is there, decide nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.report.annex import make_annex
from auditor.report.figures import sankey
from auditor.report.followed import cause_word, hands_off, make_followed
from auditor.report.masthead import make_masthead
from auditor.report.sets import make_set
from auditor.report.terms import make_terms
from auditor.report.text import anchor, number, plural, share, size
from auditor.report.timeline import timeline
from auditor.report.verdicts import VERDICTS
from auditor.report.view import (
    Advice,
    Answer,
    BlindSpot,
    Box,
    Flow,
    Group,
    Heading,
    Lane,
    Link,
    Page,
    Point,
    Receiver,
    Row,
    Share,
)
from auditor.report.words import GROUPS, SECTIONS, Names, verdict
from auditor.tables.store import Audit

_EVIDENCE_LINKS = 4
"""Links to claims shown in one row; the rest is a number."""

_FLOW_ROWS = 200


def make_page(audit: Audit) -> Page:
    """Return everything the report shows."""
    facts, names = audit.facts, Names(audit.facts)
    annex = make_annex(audit, names)
    anchors = _anchors(facts, {claim.id for claim in annex.claims})
    receivers = {claim.id: claim.receiver_name for claim in audit.claims}
    session = facts["session"]
    rows = tuple(_row(one, names, anchors, receivers, facts) for one in facts["rows"])
    codes = {
        one["category"]: row.verdict.code for one, row in zip(facts["rows"], rows, strict=True)
    }
    return Page(
        notices=tuple(facts["notices"]),
        tag=_tag(session),
        origin=session["title"] if _tag(session) else "",
        masthead=make_masthead(facts),
        answers=tuple(_answer(one, anchors) for one in facts["answers"]),
        groups=_groups(rows),
        rows=rows,
        who=Heading(facts["who"]["title"], facts["who"]["take"]),
        receivers=_receivers(facts, names),
        when=Heading(facts["timeline"]["title"], facts["timeline"]["take"]),
        lanes=tuple(_lane(one, names) for one in facts["lanes"]),
        idle=session["idle"] > 0,
        followed=make_followed(facts, names),
        set=make_set(facts),
        coverage=Heading(facts["coverage"]["title"], facts["coverage"]["take"]),
        shares=_shares(facts["coverage"]),
        blind_spots=tuple(_blind_spot(one) for one in facts["blind_spots"]),
        terms=make_terms(facts, names, anchors),
        advice=tuple(_advice(one) for one in facts["advice"]),
        control=Box(**session["control"]),
        strengths=names.strengths,
        annex=annex,
        figures={
            "plot-who": sankey(facts["flows"], session["app"], names),
            "plot-when": timeline(facts, audit.tables, names, codes),
        },
        tool=f"auditor {facts['tool']['version']}, catalogue {facts['tool']['catalogue']}",
        imprint=" ".join(one["sha256"][:12] for one in facts["captures"][:3]),
    )


def _anchors(facts: Mapping[str, Any], claims: set[str]) -> set[str]:
    """Return the ids that links may point to."""
    return {
        *(name for name, _ in SECTIONS),
        *(anchor("cat", one["category"]) for one in facts["rows"]),
        *(anchor("do", one["id"]) for one in facts["advice"]),
        *claims,
        "method",
        "claims",
        "fields",
        "redactions",
    }


def _link(name: str, text: str, anchors: set[str]) -> Link | None:
    """Return a link inside the page, none when its place does not exist."""
    return Link(f"#{name}", text) if name in anchors else None


def _tag(session: Mapping[str, Any]) -> str:
    if session["synthetic"]:
        return "Synthetic"
    return "Staged" if session["canned_server"] else ""


def _answer(one: Mapping[str, Any], anchors: set[str]) -> Answer:
    points = tuple(
        Point(
            VERDICTS.get(point["glyph"]),
            point["label"],
            point["text"],
            _link(anchor("claim", point["claim"]), "Evidence", anchors),
        )
        for point in one["points"]
    )
    more = one["more"]
    return Answer(
        one["id"],
        one["question"],
        one["headline"],
        points,
        _link(more["href"].removeprefix("#"), more["text"], anchors),
    )


def _row(
    one: Mapping[str, Any],
    names: Names,
    anchors: set[str],
    receivers: Mapping[str, str],
    facts: Mapping[str, Any],
) -> Row:
    name = one["category"]
    found = [
        _link(anchor("claim", claim), receivers.get(claim, claim), anchors)
        for claim in one["claims"]
    ]
    links = [link for link in found if link]
    readable = "" if one["readable"] is None else share(one["readable"])
    return Row(
        id=anchor("cat", name),
        name=names.category(name),
        hint=names.hint(name),
        verdict=verdict(one["verdict"], indirectly=one["indirectly"]),
        sentence=one["sentence"],
        did=_did(one["did"], noted=facts["session"]["has_marks"]),
        readable=readable,
        strength=names.strength(one["strength"]),
        cause=cause_word(facts, one["claims"][0]) if one["claims"] else "",
        evidence=tuple(links[:_EVIDENCE_LINKS]),
        more_evidence=len(one["claims"]) - len(links[:_EVIDENCE_LINKS]),
        test=one["test"],
    )


def _did(count: int | None, *, noted: bool) -> tuple[str, str]:
    if count is None:
        return "", "Needs no action of yours"
    return ("You did it", plural(count, "time")) if noted else ("", "Not noted what was done")


def _groups(rows: Sequence[Row]) -> tuple[Group, ...]:
    return tuple(
        Group(
            kind,
            definition,
            tuple(
                (Link(f"#{row.id}", row.name), row.verdict.word != kind.word)
                for row in rows
                if row.verdict.code == kind.code
            ),
        )
        for kind, definition in GROUPS
    )


def _receivers(facts: Mapping[str, Any], names: Names) -> tuple[Receiver, ...]:
    top = max((one["messages"] for one in facts["flows"]), default=1) or 1
    flows: dict[str, list[Flow]] = {one["id"]: [] for one in facts["receivers"]}
    for one in facts["flows"][:_FLOW_ROWS]:
        flow = Flow(
            names.category(one["category"]),
            one["category"] == "unread",
            number(one["messages"]),
            max(1, round(100 * one["messages"] / top)),
        )
        flows.setdefault(one["receiver"], []).append(flow)
    return tuple(_receiver(one, tuple(flows[one["id"]])) for one in facts["receivers"])


def _receiver(one: Mapping[str, Any], flows: tuple[Flow, ...]) -> Receiver:
    part = one["bytes_read"] / one["bytes_out"] if one["bytes_out"] else None
    return Receiver(
        one["name"],
        one["role"] if one["known"] else "unknown owner",
        number(one["messages"]),
        size(one["bytes_out"]),
        "" if part is None else share(part),
        0 if part is None else round(100 * part, 1),
        flows,
    )


def _lane(one: Mapping[str, Any], names: Names) -> Lane:
    did, followed, matched, observed = (
        number(one[key] or 0) for key in ("did", "followed", "matched", "observed")
    )
    name = names.category(one["category"])
    return Lane(name, did, followed, hands_off(one), matched, observed)


def _shares(coverage: Mapping[str, Any]) -> tuple[Share, ...]:
    parts = (
        ("read", "readable", "readable", "We could read the content."),
        (
            "seal",
            "sealed",
            "sealed inside",
            "We opened the connection, but the content could not be decoded.",
        ),
        (
            "shut",
            "unopened",
            "could not be opened",
            "The connection did not let our recording in. We know who, when and how much. Not what.",
        ),
    )
    return tuple(
        Share(code, share(coverage[key]), round(100 * coverage[key], 2), word, meaning)
        for code, key, word, meaning in parts
    )


def _blind_spot(one: Mapping[str, Any]) -> BlindSpot:
    return BlindSpot(
        anchor("spot", one["id"]),
        one["title"],
        one["sentence"],
        size(one["bytes"]) if one["bytes"] else "",
    )


def _advice(one: Mapping[str, Any]) -> Advice:
    return Advice(
        anchor("do", one["id"]),
        one["step"],
        one["changes"],
        one["limits"],
        one["effort"],
        one.get("fits", ""),
    )
