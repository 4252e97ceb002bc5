"""Read which kinds of data would teach a program to mix by itself, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.entries import check_keys, chosen, text
from auditor.catalogue.yamlfile import read_entry


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of data that a mixing program would need, with the reason."""

    category: str
    why: str


def load_needs(known: Iterable[str], folder: Path | None = None) -> tuple[Need, ...]:
    """Return the needs in their order; `known` are the ids of the kinds of data. Read once."""
    return _load(frozenset(known), folder or resources.catalogue_dir())


@lru_cache(maxsize=8)
def _load(known: frozenset[str], folder: Path) -> tuple[Need, ...]:
    entry = read_entry(folder / "mixing.yaml")
    check_keys(entry, required={"needs"})
    found: list[Need] = []
    for item in entry.members()["needs"].items():
        check_keys(item, required={"category", "why"})
        need = Need(chosen(item, "category", known, "kind of data"), text(item, "why"))
        if need.category in {one.category for one in found}:
            raise item.error(f"`{need.category}` stands here twice", "Keep one of them.")
        found.append(need)
    return tuple(found)
