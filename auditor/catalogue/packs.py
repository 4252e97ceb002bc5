"""Lay folders of the user's own catalogue files over the catalogue that ships.

A pack holds any of `services/*.yaml`, `headers.yaml`, `lexicon.yaml`, `applications.yaml` and
`policies/*.yaml`. A receiver with the id of a known one takes its place; a part (`part_of`) adds to
it, and an endpoint in it takes the place of the endpoint with the same id. Words are added; a word
that the pack puts into another list leaves its old one, where it can stand in one only. Kinds of
data cannot be added: the report is built on them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.catalogue.entries import text
from auditor.catalogue.yamlfile import Entry, read_entry
from auditor.errors import CatalogueError

FOLDERS = ("services", "policies")
FILES = ("headers.yaml", "lexicon.yaml", "applications.yaml")
_RIVALS = frozenset({"strong", "short", "bound", "plain", "weak"})
"""Lists of a category in which one word can stand only once."""


def check_pack(folder: Path) -> None:
    """Raise CatalogueError when a folder holds nothing that a pack can hold, or something else."""
    found = sorted(folder.rglob("*.yaml"))
    allowed = f"A pack holds {', '.join(f'{one}/*.yaml' for one in FOLDERS)}, {', '.join(FILES)}."
    if not found:
        raise CatalogueError(f"{folder.name}:1:1: no catalogue files", allowed)
    for file in found:
        place = file.relative_to(folder)
        in_folder = len(place.parts) == 2 and place.parts[0] in FOLDERS  # noqa: PLR2004
        if not in_folder and place.as_posix() not in FILES:
            raise CatalogueError(
                f"{folder.name}/{place.as_posix()}:1:1: this file is not read in a pack", allowed
            )


def read_file(folder: Path, file: str) -> Entry | None:
    """Return a file of a pack, its places named with the pack; None when it is not there."""
    path = folder / file
    return read_entry(path, f"{folder.name}/{path.name}") if path.is_file() else None


def lay_services(files: Sequence[Entry], pack: Path) -> tuple[Entry, ...]:
    """Return the files of all receivers, with those of a pack in the place of what they replace."""
    own = [
        read_entry(path, f"{pack.name}/{path.name}")
        for path in sorted((pack / "services").glob("*.yaml"))
    ]
    heads = {text(one, "id") for one in own if "part_of" not in one.members()}
    kept = [one for one in files if _receiver(one) not in heads]
    for part in own:
        if "part_of" in part.members():
            replaced = {text(one, "id") for one in _endpoints(part)}
            kept = [_without(one, replaced) if _same(one, part) else one for one in kept]
    return (*kept, *own)


def lay_words(words: Entry, more: Entry) -> Entry:
    """Return a lexicon with the words of a pack added."""
    members = dict(words.members())
    for key, item in more.members().items():
        rivals = {"categories": _RIVALS, "addresses": None}.get(key, frozenset[str]())
        members[key] = _joined(members[key], item, rivals) if key in members else item
    return replace(words, value=members)


def _joined(one: Entry, other: Entry, rivals: frozenset[str] | None) -> Entry:
    """Join lists, and mappings name by name; the other's words leave the rivalling lists.

    Without `rivals` all lists of a mapping are rivals.
    """
    if isinstance(one.value, dict):
        members = dict(one.members())
        named = other.members()
        taken = {
            _spelled(word)
            for key, item in named.items()
            if (rivals is None or key in rivals) and not isinstance(item.value, dict | bool)
            for word in _items(item)
        }
        for key, item in members.items():
            if (rivals is None or key in rivals) and not isinstance(item.value, dict):
                left = [word for word in _items(item) if _spelled(word) not in taken]
                members[key] = replace(item, value=left)
        for key, item in named.items():
            members[key] = _joined(members[key], item, rivals) if key in members else item
        return replace(one, value=members)
    if isinstance(other.value, bool):
        return other
    return replace(other, value=[*_items(one), *_items(other)])


def _spelled(word: Entry) -> str:
    """Return a word as the lexicon compares it: without gaps, in lower case."""
    return re.sub(r"[\s_-]+", "", str(word.value)).lower()


def _items(entry: Entry) -> list[Entry]:
    return entry.value if isinstance(entry.value, list) else [entry]


def _receiver(file: Entry) -> str:
    return text(file, "part_of") or text(file, "id")


def _same(one: Entry, other: Entry) -> bool:
    return _receiver(one) == _receiver(other)


def _endpoints(file: Entry) -> list[Entry]:
    member = file.members().get("endpoints")
    return member.items() if member is not None else []


def _without(file: Entry, replaced: set[str]) -> Entry:
    """Return a file without these endpoints, and without what it adds to them."""
    members = dict(file.members())
    for key, name in (("endpoints", "id"), ("more_fields", "endpoint")):
        if key in members:
            left = [one for one in members[key].items() if text(one, name) not in replaced]
            members[key] = replace(members[key], value=left)
    return replace(file, value=members)
