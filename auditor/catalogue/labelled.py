"""Read the labelled corpus: requests whose fields somebody sorted by hand, to score the catalogue.

A label is what a reader of the request would say, without looking at the rules. Where two kinds of
data are both right, the label names both: `playback|library`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from auditor.catalogue.endpoint import read_request
from auditor.catalogue.entries import check_keys, check_known, flag, text
from auditor.catalogue.model import Example
from auditor.catalogue.yamlfile import Entry, read_entry
from auditor.errors import AuditorError
from auditor.places import Context

ORIGINS = ("written", "fresh", "capture")
"""Written by hand; the same after rules and words had been fitted; taken from a saved capture."""

_CONTEXTS: tuple[Context, ...] = get_args(Context)


@dataclass(frozen=True, slots=True)
class Label:
    """What one field is."""

    context: Context
    path: str
    value: str | None
    """The label is about leaves with this value only, spelled as text."""
    categories: tuple[str, ...]
    """All that are right."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One request, or the like ones of a capture, with its labels."""

    id: str
    origin: str
    quiet: bool
    """Nothing in it speaks of DJing: every such finding is a false alarm."""
    request: Example | None
    capture: str
    """Folder of a saved capture, when there is no request."""
    within: str
    """Beginning of the addresses in the capture that the labels are about: `host/path`."""
    receiver: str
    """A word of the receiver's id, name or owner; `unknown` for strangers; empty: not asked."""
    categories: tuple[str, ...]
    """Main content of the endpoint, all that are right; empty: not asked."""
    labels: tuple[Label, ...]
    place: str
    """`file:line`."""


def read_corpus(folder: Path, categories: Iterable[str]) -> tuple[Labelled, ...]:
    """Return everything that is labelled in a folder; raise CatalogueError when a file is wrong."""
    known = frozenset(categories)
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise AuditorError(
            f"There is no labelled corpus in {folder}.",
            "It comes with a checkout of the program, not with an installed one; or name a folder "
            "with --corpus.",
        )
    return tuple(one for file in files for one in _read_file(read_entry(file), known))


def _read_file(file: Entry, known: frozenset[str]) -> list[Labelled]:
    check_keys(file, required={"origin", "requests"}, optional={"quiet"})
    member = file.members()["origin"]
    origin = check_known(member, member.text(), ORIGINS, "origin")
    quiet = flag(file, "quiet")
    found = [_read_one(item, origin, quiet, known) for item in file.members()["requests"].items()]
    if len({one.id for one in found}) < len(found):
        raise file.error("two requests have the same id", "Give each its own.")
    return found


def _read_one(entry: Entry, origin: str, quiet: bool, known: frozenset[str]) -> Labelled:
    source = "capture" if "capture" in entry.members() else "request"
    optional = {"receiver", "category", "fields", "within"}
    check_keys(entry, required={"id", source}, optional=optional)
    members = entry.members()
    request = None
    if source == "request":
        request = read_request(text(entry, "id"), members["request"])
    member = members.get("category")
    return Labelled(
        id=text(entry, "id"),
        origin=origin,
        quiet=quiet,
        request=request,
        capture=text(entry, "capture"),
        within=text(entry, "within"),
        receiver=text(entry, "receiver"),
        categories=_kinds(member, member.text(), known) if member is not None else (),
        labels=_read_labels(members["fields"], known) if "fields" in members else (),
        place=f"{entry.file}:{entry.line}",
    )


def _read_labels(entry: Entry, known: frozenset[str]) -> tuple[Label, ...]:
    found = []
    for kinds, places in entry.members().items():
        categories = _kinds(places, kinds, known)
        found += [_label(place, categories) for place in places.texts()]
    if len({(one.context, one.path, one.value) for one in found}) < len(found):
        raise entry.error("a field is labelled twice", "Write `one|other` when both are right.")
    return tuple(found)


def _kinds(entry: Entry, kinds: str, known: frozenset[str]) -> tuple[str, ...]:
    return tuple(check_known(entry, kind, known, "category") for kind in kinds.split("|"))


def _label(spelled: str, categories: tuple[str, ...]) -> Label:
    """Return the label of `[context:]path[ = value]`."""
    place, _, value = spelled.partition(" = ")
    head, colon, rest = place.partition(":")
    if colon and head in _CONTEXTS:
        return Label(head, rest, value or None, categories)
    return Label("body", place, value or None, categories)
