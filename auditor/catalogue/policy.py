"""Read what services say about training in their terms: one file per service.

A class is always about one reading of one text. Nothing is concluded from silence: a kind of
data that no clause covers counts as `not checked`, never as `none`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.entries import check_keys, check_known, chosen, text, texts
from auditor.catalogue.yamlfile import Entry, read_entry

CLASSES = ("named", "broad", "none", "not checked")
"""What a clause says about training, the most telling first: it names it, is wide enough to hold
it, was read and names none, or was not read for this."""

READINGS = ("whole", "part", "report")
"""What was read: the whole text, a part of it, or what others report of it."""

SUBJECTS = ("usage-data", "uploads", "messages")
"""What a clause may be about besides kinds of data; no capture is compared with these."""

UNDATED = "undated"

QUOTE_WORDS = 25
"""Longest quote: short enough to stand under any right to quote."""

_DATE = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?")


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement of a text. The same id in two versions of a text means the same statement."""

    id: str
    kind: str
    """One of `CLASSES`."""
    covers: tuple[str, ...]
    """Category ids, and words of `SUBJECTS`."""
    quote: str
    """Exact words of the text; empty when none were kept."""
    plain: str
    """What it says, in our words."""
    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a text."""

    id: str
    title: str
    version: str
    """Day or month from which it holds, `YYYY-MM-DD`; `undated` when it does not say."""
    recorded: str
    """Day of the copy that was read; empty when it is not known."""
    checked: str
    """Day on which this project read it."""
    read: str
    """One of `READINGS`."""
    source: str
    """Where the copy stands."""
    url: str
    clauses: tuple[Clause, ...]

    @property
    def age(self) -> str:
        """Return what sorts versions of a text, oldest first."""
        return self.recorded if self.version == UNDATED else self.version


@dataclass(frozen=True, slots=True)
class Policy:
    """The terms of one service, as far as they were read."""

    id: str
    name: str
    receivers: tuple[str, ...]
    """Ids of the receivers that it speaks for."""
    note: str
    """What a reader must know about the reading."""
    documents: tuple[Document, ...]
    """Oldest first."""
    place: str
    """`file:line` of the file's first entry."""


def load_policies(known: Iterable[str], folder: Path | None = None) -> Mapping[str, Policy]:
    """Return the policies by id; `known` are the ids of the kinds of data. Read once.

    Raises CatalogueError for an unknown name or class, a quote of more than 25 words, and a
    `none` that does not rest on a text that was read as a whole.
    """
    return _load(frozenset(known), folder or resources.catalogue_dir())


@lru_cache(maxsize=8)
def _load(known: frozenset[str], folder: Path) -> Mapping[str, Policy]:
    found: dict[str, Policy] = {}
    taken: dict[str, str] = {}
    for file in sorted((folder / "policies").glob("*.yaml")):
        entry = read_entry(file)
        one = _read_policy(entry, known)
        if one.id != file.stem:
            raise entry.error(f"holds `{one.id}`", f"Name the file `{one.id}.yaml`.")
        for name in one.receivers:
            if name in taken:
                raise entry.error(
                    f"receiver `{name}` already has the terms of `{taken[name]}`",
                    "Name it in one file only.",
                )
            taken[name] = one.id
        found[one.id] = one
    return found


def _read_policy(entry: Entry, known: frozenset[str]) -> Policy:
    check_keys(entry, required={"id", "name", "receivers", "documents"}, optional={"note"})
    documents = [_read_document(item, known) for item in entry.members()["documents"].items()]
    _refuse_twins(entry, [one.id for one in documents], "document")
    if not documents and "note" not in entry.members():
        raise entry.error("no document and no `note`", "Say in `note` that nothing was read.")
    return Policy(
        id=text(entry, "id"),
        name=text(entry, "name"),
        receivers=texts(entry, "receivers"),
        note=text(entry, "note"),
        documents=tuple(sorted(documents, key=lambda one: one.age)),
        place=f"{entry.file}:{entry.line}",
    )


def _read_document(entry: Entry, known: frozenset[str]) -> Document:
    check_keys(
        entry,
        required={"id", "title", "version", "checked", "read", "source", "url", "clauses"},
        optional={"recorded"},
    )
    read = chosen(entry, "read", READINGS, "reading")
    url = text(entry, "url")
    clauses = [_read_clause(item, known, read, url) for item in entry.members()["clauses"].items()]
    _refuse_twins(entry, [one.id for one in clauses], "clause")
    return Document(
        id=text(entry, "id"),
        title=text(entry, "title"),
        version=_day(entry, "version", also=UNDATED),
        recorded=_day(entry, "recorded"),
        checked=_day(entry, "checked"),
        read=read,
        source=text(entry, "source"),
        url=url,
        clauses=tuple(clauses),
    )


def _read_clause(entry: Entry, known: frozenset[str], read: str, url: str) -> Clause:
    check_keys(entry, required={"id", "class", "covers", "plain"}, optional={"quote", "url"})
    kind = chosen(entry, "class", CLASSES, "class")
    if kind == "none" and read != "whole":
        raise entry.members()["class"].error(
            "`none` needs a text that was read as a whole", "Write `not checked`."
        )
    quote = text(entry, "quote")
    if len(quote.split()) > QUOTE_WORDS:
        raise entry.members()["quote"].error(
            f"a quote of {len(quote.split())} words; {QUOTE_WORDS} are the most", "Cut it."
        )
    covers = entry.members()["covers"]
    return Clause(
        id=text(entry, "id"),
        kind=kind,
        covers=tuple(
            check_known(covers, name, [*known, *SUBJECTS], "kind of data")
            for name in covers.texts()
        ),
        quote=quote,
        plain=text(entry, "plain"),
        url=text(entry, "url", url),
    )


def _day(entry: Entry, key: str, also: str = "") -> str:
    day = text(entry, key)
    if day and day != also and not _DATE.fullmatch(day):
        raise entry.members()[key].error(f"`{day}` is no date", "Write it like 2025-05-12.")
    return day


def _refuse_twins(entry: Entry, ids: list[str], kind: str) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise entry.error(f"{kind} `{name}` stands here twice", "Keep one of them.")
