"""Keep the catalogue that ships as records: to read it from YAML takes longer than most of a start.

Only what ships is kept, never a folder of the user's. The kept file is named by a digest of all it
was made from, the code that reads it included, and begins with a digest of its own content. So what
is out of date or damaged is made anew. Where nothing can be written, nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

from auditor.catalogue.model import Catalogue, Evidence

_PROGRAM = "dj-privacy-auditor"
_NAME = "catalogue-{}.json"

Maker = Callable[[Any], Any]


def kept(source: Path, read: Callable[[], Catalogue]) -> Catalogue:
    """Return the catalogue in the folder of this module: as it was kept, else read, and kept.

    What `read` raises is raised here.
    """
    place = _place(source)
    found = _load(place) if place else None
    if found is None:
        found = read()
        if place:
            _save(found, place)
    return found


def cache_folder(system: str, environment: Mapping[str, str], home: Path) -> Path:
    """Return where programs keep what they can make again, by the custom of each system."""
    if system == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / _PROGRAM
    if system == "darwin":
        return home / "Library" / "Caches" / _PROGRAM
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else home / ".cache") / _PROGRAM


def _place(source: Path) -> Path | None:
    """Return where the catalogue is kept; None where there is no such place."""
    total = hashlib.sha256()
    try:
        for file in sorted(one for one in source.rglob("*") if one.suffix in {".py", ".yaml"}):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            total.update(f"{file.relative_to(source).as_posix()}\n{content}\n".encode())
        folder = cache_folder(sys.platform, os.environ, Path.home())
    except (OSError, RuntimeError):  # the latter where somebody has no home
        return None
    return folder / _NAME.format(total.hexdigest()[:32])


def _load(place: Path) -> Catalogue | None:
    try:
        told, _, content = place.read_bytes().partition(b"\n")
    except OSError:
        return None
    if told != _sum(content):
        return None
    return cast("Catalogue", _recording(Catalogue)(json.loads(content)))


def _save(catalogue: Catalogue, place: Path) -> None:
    content = json.dumps(_plain(catalogue), separators=(",", ":")).encode()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as near:
            new = Path(near) / place.name
            new.write_bytes(_sum(content) + b"\n" + content)
            new.replace(place)  # at once: others may read it
        for other in place.parent.glob(_NAME.format("*")):
            if other != place:
                other.unlink(missing_ok=True)
    except OSError:
        return


def _sum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _plain(value: Any) -> Any:
    """Return a record as a list of its fields' values, and everything in it as JSON knows it."""
    if is_dataclass(value):
        return [_plain(getattr(value, one.name)) for one in fields(value)]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _making(kind: Any) -> Maker | None:
    """Return what makes values of a type from what `_plain` made of them, or None if that is it."""
    if is_dataclass(kind):
        return _recording(kind)
    outer, parts = get_origin(kind), get_args(kind)
    if outer is tuple:
        inner = _making(parts[0])
        return _items(inner) if inner else tuple
    if outer is Mapping:
        inner = _making(parts[1])
        return _members(inner) if inner else None
    if outer is frozenset:
        return frozenset
    return (lambda text: text.encode("latin-1")) if kind is bytes else None


def _items(inner: Maker) -> Maker:
    return lambda items: tuple([inner(one) for one in items])


def _members(inner: Maker) -> Maker:
    return lambda members: {key: inner(one) for key, one in members.items()}


def _recording(kind: Any) -> Maker:
    if kind is Evidence:  # many rules share a few
        known: dict[tuple[str, ...], Evidence] = {}
        return lambda row: known.setdefault(tuple(row), Evidence(*row))
    hints = get_type_hints(kind)
    made = [(place, _making(hints[one.name])) for place, one in enumerate(fields(kind))]
    makers = [(place, maker) for place, maker in made if maker]

    def make(row: list[Any]) -> Any:
        for place, maker in makers:
            row[place] = maker(row[place])
        return kind(*row)

    return make
