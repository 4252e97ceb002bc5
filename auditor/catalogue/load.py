"""Turn the catalogue's files into records; every mistake names file, line and column."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.entries import check_keys, flag, text, texts
from auditor.catalogue.lexicon import read_lexicon
from auditor.catalogue.model import Catalogue, Category
from auditor.catalogue.receiver import read_headers, read_receivers
from auditor.catalogue.yamlfile import Entry, read_entry
from auditor.errors import CatalogueError


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Return the catalogue of a folder, or the one that ships with the program; read once."""
    return _load(folder or resources.catalogue_dir())


@lru_cache(maxsize=8)
def _load(folder: Path) -> Catalogue:
    categories = _read_categories(read_entry(folder / "categories.yaml"))
    known = frozenset(categories)
    files = sorted((folder / "services").glob("*.yaml"))
    if not files:
        raise CatalogueError(
            f"{folder.name}/services:1:1: no files", "The catalogue needs at least one receiver."
        )
    return Catalogue(
        receivers=read_receivers([read_entry(file) for file in files], known),
        categories=categories,
        headers=read_headers(read_entry(folder / "headers.yaml"), known),
        lexicon=read_lexicon(read_entry(folder / "lexicon.yaml"), known),
        digest=_digest(folder),
    )


def _digest(folder: Path) -> str:
    """Return one SHA-256 over names and contents, so that an audit can say what it was made with."""
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*.yaml")):
        name = file.relative_to(folder).as_posix()
        total.update(f"{name}\n{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _read_categories(entry: Entry) -> dict[str, Category]:
    categories: dict[str, Category] = {}
    for item in entry.items():
        check_keys(item, required={"id", "name", "hint"}, optional=_OPTIONAL)
        one = Category(
            id=text(item, "id"),
            name=text(item, "name"),
            hint=text(item, "hint"),
            row=flag(item, "row"),
            marks=texts(item, "marks"),
            moves=texts(item, "moves"),
            move=text(item, "move"),
            always_on=flag(item, "always_on"),
            did=text(item, "did"),
            thing=text(item, "thing"),
            test=text(item, "test"),
        )
        if one.id in categories:
            raise item.error(f"category `{one.id}` stands here twice", "Keep one of them.")
        categories[one.id] = one
    return categories


_OPTIONAL = {"row", "marks", "moves", "move", "always_on", "did", "thing", "test"}
