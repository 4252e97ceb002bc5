"""Make the AI section and its part of the annex: needs, statements, and the texts behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from auditor.report.text import anchor
from auditor.report.view import ClauseView, Link, Need, Party, Statement, Tag, Terms, TextView
from auditor.report.words import CLASSES, READINGS, Names, verdict

_STATEMENTS = 60
"""Rows shown; the rest is counted."""


def make_terms(facts: Mapping[str, Any], names: Names, claims: Collection[str]) -> Terms:
    """Return the section; an audit made before terms were read gives an empty one.

    `claims` are the element ids of the claims that the page shows.
    """
    mixing = facts.get("auto_dj") or {"headline": "", "needs": []}
    policies = facts.get("policies") or {"statements": [], "terms": []}
    stated = policies["statements"]
    kinds = Counter(one["class"] for one in stated)
    shown = stated[:_STATEMENTS]
    clauses = {
        clause["id"]
        for one in policies["terms"]
        for document in one["documents"]
        for clause in document["clauses"]
    }
    return Terms(
        headline=mixing["headline"],
        needs=tuple(_need(one, names, claims) for one in mixing["needs"]),
        counts=tuple((_tag(name), kinds[name]) for name in CLASSES),
        parties=tuple(
            _party(list(group), names, claims, clauses)
            for _, group in groupby(shown, key=lambda one: one["receiver"])
        ),
        left_out=len(stated) - len(shown),
        texts=tuple(
            _text(one["receiver_name"], document, names)
            for one in policies["terms"]
            for document in one["documents"]
        ),
        notes=tuple(
            (one["receiver_name"], one["note"]) for one in policies["terms"] if one["note"]
        ),
    )


def _tag(name: str) -> Tag:
    return Tag(*CLASSES[name])


def _claim(name: str, text: str, claims: Collection[str]) -> Link | None:
    place = anchor("claim", name)
    return Link(f"#{place}", text) if place in claims else None


def _need(one: Mapping[str, Any], names: Names, claims: Collection[str]) -> Need:
    return Need(
        names.category(one["category"]),
        one["why"],
        verdict(one["verdict"]),
        _claim(one["claim"], "Evidence", claims),
    )


def _party(
    stated: Sequence[Mapping[str, Any]],
    names: Names,
    claims: Collection[str],
    clauses: Collection[str],
) -> Party:
    """Put kinds with the same verdict and the same clause into one row, in their first order."""
    rows: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in stated:
        same = (one["verdict"], one["class"], one["clause"], one["plain"])
        rows.setdefault(same, []).append(one)
    return Party(
        stated[0]["receiver_name"],
        stated[0]["role"],
        tuple(_statement(mine, names, claims, clauses) for mine in rows.values()),
    )


def _statement(
    mine: Sequence[Mapping[str, Any]],
    names: Names,
    claims: Collection[str],
    clauses: Collection[str],
) -> Statement:
    first = mine[0]
    kinds = []
    for one in mine:
        name = names.category(one["category"])
        kinds.append((name, _claim(one["claim"], name, claims)))
    place = f"#{anchor('clause', first['clause'])}" if first["clause"] in clauses else ""
    return Statement(
        tuple(kinds),
        verdict(first["verdict"]),
        _tag(first["class"]),
        first["plain"],
        first["dated"],
        Link(place, "Source") if place else None,
    )


def _text(party: str, one: Mapping[str, Any], names: Names) -> TextView:
    return TextView(
        party=party,
        title=one["title"],
        read=READINGS[one["read"]],
        checked=one["checked"],
        source=one["source"],
        clauses=tuple(_clause(clause, names) for clause in one["clauses"]),
    )


def _clause(one: Mapping[str, Any], names: Names) -> ClauseView:
    covers = ", ".join(names.category(name).replace("-", " ") for name in one["covers"])
    return ClauseView(
        id=anchor("clause", one["id"]),
        tag=_tag(one["class"]),
        covers=covers[:1].upper() + covers[1:],
        quote=one["quote"],
        plain=one["plain"],
        url=one["url"],
    )
