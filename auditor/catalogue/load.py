"""Turn the catalogue's files into records; every mistake names file, line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.entries import check_keys, flag, text, texts
from auditor.catalogue.lexicon import read_lexicon
from auditor.catalogue.model import Catalogue, Category, FieldRule
from auditor.catalogue.packs import check_pack, lay_services, lay_words, read_file
from auditor.catalogue.receiver import read_headers, read_receivers
from auditor.catalogue.yamlfile import Entry, read_entry
from auditor.errors import CatalogueError


def load_catalogue(folder: Path | None = None, packs: Iterable[Path] = ()) -> Catalogue:
    """Return the catalogue of a folder, or the one that ships with the program; read once.

    Packs are laid over it in their order, see `auditor.catalogue.packs`. Raises CatalogueError with
    `file:line:column` for the first mistake.
    """
    return _load(folder or resources.catalogue_dir(), tuple(packs))


@lru_cache(maxsize=8)
def _load(folder: Path, packs: tuple[Path, ...]) -> Catalogue:
    categories = _read_categories(read_entry(folder / "categories.yaml"))
    known = frozenset(categories)
    services = _services(folder)
    words = read_entry(folder / "lexicon.yaml")
    headers = read_headers(read_entry(folder / "headers.yaml"), known)
    for pack in packs:
        check_pack(pack)
        services = lay_services(services, pack)
        more = read_file(pack, "lexicon.yaml")
        words = lay_words(words, more) if more is not None else words
        own = read_file(pack, "headers.yaml")
        headers = _lay_headers(headers, read_headers(own, known) if own is not None else ())
    return Catalogue(
        receivers=read_receivers(services, known),
        categories=categories,
        headers=headers,
        lexicon=read_lexicon(words, known),
        digest=_digest(folder, packs),
    )


@lru_cache(maxsize=8)
def _services(folder: Path) -> tuple[Entry, ...]:
    files = sorted((folder / "services").glob("*.yaml"))
    if not files:
        raise CatalogueError(
            f"{folder.name}/services:1:1: no files", "The catalogue needs at least one receiver."
        )
    return tuple(read_entry(file) for file in files)


def _lay_headers(
    rules: tuple[FieldRule, ...], more: tuple[FieldRule, ...]
) -> tuple[FieldRule, ...]:
    """Return the rules with those of a pack in the place of what they replace."""
    by_id = {(one.id, one.where): one for one in (*rules, *more)}
    return tuple(by_id.values())


def _digest(folder: Path, packs: tuple[Path, ...]) -> str:
    """Return one SHA-256 over names and contents, so that an audit can say what it was made with.

    Packs count in their order, by what is in them and not by where they stand.
    """
    total = hashlib.sha256()
    for number, one in enumerate((folder, *packs)):
        for file in sorted(one.rglob("*.yaml")):
            name = file.relative_to(one).as_posix()
            pack = f"pack {number}: " if number else ""
            data = hashlib.sha256(file.read_bytes()).hexdigest()
            total.update(f"{pack}{name}\n{data}\n".encode())
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
