"""Make the part of the page for people who check: claims, fields, method, redactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from auditor.records import Claim, Excerpt
from auditor.report.followed import cause_word
from auditor.report.text import anchor, clock, number, segments, visible
from auditor.report.view import Annex, ClaimView, FieldRow, Fields, Line, Link
from auditor.report.words import Names, verdict
from auditor.tables.store import Audit

MAX_CLAIMS = 300
MAX_FIELDS = 2000
_FOUND_BY = 5
_ROWS = 4
_EXCERPT = 2048
"""Characters of one excerpt."""
_VALUE = 160


def make_annex(audit: Audit, names: Names) -> Annex:
    """Return the annex; what a cap leaves out is counted."""
    fields = audit.tables["fields"]
    rows = {anchor("cat", one["category"]) for one in audit.facts["rows"]}
    shown = audit.claims[:MAX_CLAIMS]
    facts = audit.facts
    return Annex(
        method=tuple((one["term"], one["text"]) for one in facts["method"]),
        claims=tuple(_claim(one, fields, names, rows, cause_word(facts, one.id)) for one in shown),
        claims_left_out=len(audit.claims) - len(shown),
        fields=_fields(fields, shown, names),
        redactions=tuple((one["kind"], number(one["count"])) for one in facts["redactions"]),
    )


def _claim(
    claim: Claim, fields: pd.DataFrame, names: Names, rows: set[str], cause: str
) -> ClaimView:
    category = names.category(claim.category)
    row = anchor("cat", claim.category)
    found = fields.loc[list(claim.fields[:_FOUND_BY])].to_dict("records")
    return ClaimView(
        id=anchor("claim", claim.id),
        name=claim.id,
        sentence=claim.sentence,
        verdict=verdict(claim.verdict),
        strength=names.strength(claim.strength),
        cause=cause,
        receiver=f"{claim.receiver_name}, {claim.role}" if claim.role else claim.receiver_name,
        reason=claim.reason,
        numbers=tuple((name.replace("_", " "), number(value)) for name, value in claim.numbers),
        found_by=tuple(_found_by(one) for one in found),
        message=_message(claim.excerpt) if claim.excerpt else "",
        steps=" › ".join(claim.excerpt.steps) if claim.excerpt else "",
        lines=_lines(claim.excerpt) if claim.excerpt else (),
        more_lines=_more(claim.excerpt) if claim.excerpt else 0,
        falsifier=claim.falsifier,
        chain=_chain(claim),
        fields=_filter(category, claim.receiver_name) if claim.fields else None,
        row=Link(f"#{row}", f"Back to {category}") if row in rows else None,
    )


def _chain(claim: Claim) -> str:
    """Return the rows of the tables that `auditor explain` begins with."""
    rows = (("fields", claim.fields), ("observations", claim.observations))
    return "; ".join(f"{name} {_first(numbers)}" for name, numbers in rows if numbers)


def _first(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:_ROWS]))
    return f"{shown} and {len(numbers) - _ROWS} more" if len(numbers) > _ROWS else shown


def _found_by(field: Mapping[Any, Any]) -> tuple[str, str]:
    """Return the path, and what it means by which rule; rule ids repeat the path at their end."""
    rule = field["rule"].removesuffix(field["path"]).rstrip(":/") or "no rule"
    how = f"{rule} ({field['basis'] or 'no evidence named'})"
    return field["path"], f"{field['means']} — {how}" if field["means"] else how


def _filter(category: str, receiver: str) -> Link:
    query = urlencode({"kind": visible(category, _VALUE), "company": visible(receiver, _VALUE)})
    return Link(f"#fields&{query}", "Show these fields in the table")


def _message(excerpt: Excerpt) -> str:
    parts = (clock(excerpt.time), excerpt.host, excerpt.endpoint, excerpt.event)
    number_of = f"exchange {excerpt.exchange}"
    return " · ".join([number_of, *(part for part in parts if part)])


def _lines(excerpt: Excerpt) -> tuple[Line, ...]:
    """Return the lines that fit; the first one always does."""
    lines: list[Line] = []
    room = _EXCERPT
    for path, value, marked in excerpt.lines:
        room -= len(path) + min(len(value), _VALUE)
        if lines and room < 0:
            break
        lines.append(Line(visible(path, _VALUE), segments(visible(value, _VALUE)), marked))
    return tuple(lines)


def _more(excerpt: Excerpt) -> int:
    return excerpt.more + len(excerpt.lines) - len(_lines(excerpt))


def _fields(table: pd.DataFrame, claims: tuple[Claim, ...], names: Names) -> Fields:
    claim_of: dict[int, str] = {}
    for claim in claims:
        for field in claim.fields:
            claim_of.setdefault(field, claim.id)
    place = {name: number_ for number_, name in enumerate(names.order)}
    order = [place.get(name, len(place)) for name in table["category"].tolist()]
    ranked = table.assign(_order=order).sort_values(
        ["_order", "count"], ascending=[True, False], kind="stable"
    )
    rows = tuple(
        _field(field, claim_of.get(int(str(index))), names)
        for index, field in ranked.head(MAX_FIELDS).to_dict("index").items()
    )
    return Fields(
        rows,
        len(table) - len(rows),
        tuple(dict.fromkeys(one.category for one in rows)),
        tuple(sorted({one.receiver for one in rows})),
    )


def _field(field: Mapping[Any, Any], claim: str | None, names: Names) -> FieldRow:
    return FieldRow(
        category=visible(names.category(field["category"]), _VALUE),
        event=field["event"],
        path=visible(field["path"], _VALUE),
        context=field["context"],
        means=visible(field["means"], _VALUE),
        example=segments(visible(field["example"], _VALUE)),
        receiver=visible(names.receiver(field["receiver"]), _VALUE),
        times=number(field["count"]),
        strength=names.strength(field["strength"]),
        basis=field["basis"],
        claim=Link(f"#{anchor('claim', claim)}", claim) if claim else None,
    )
