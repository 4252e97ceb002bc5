"""Tell what kind of library a file or folder is, by content, and read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from auditor.errors import AuditorError
from auditor.library import enginedj, mixxx, rekordbox, serato, traktor, virtualdj
from auditor.library.audiotags import read_tags
from auditor.library.drafts import Draft
from auditor.library.model import Item
from auditor.library.seratotags import add_markers
from auditor.library.sqlitefile import MAGIC, table_names
from auditor.library.xmlfile import root_name

Reader = Callable[[Path], Iterator[Item]]

_BY_ROOT: dict[str, tuple[str, Reader]] = {
    "DJ_PLAYLISTS": ("rekordbox", rekordbox.read),
    "NML": ("Traktor", traktor.read),
    "VirtualDJ_Database": ("VirtualDJ", virtualdj.read),
}
_BY_TABLES: tuple[tuple[frozenset[str], str, Reader], ...] = (
    (enginedj.TABLES, "Engine DJ", enginedj.read),
    (mixxx.TABLES, "Mixxx", mixxx.read),
)
_USUAL_NAMES = (
    "rekordbox.xml",
    "collection.nml",
    "database.xml",
    "Database2/m.db",
    "m.db",
    "mixxxdb.sqlite",
    "master.db",
    "MediaLibrary.db",
)
"""Looked for in a folder, in this order."""

_HEAD = 1 << 16
_PAGE = 4096
_EXPORT = "In rekordbox choose File > Export Collection in xml format, and name that file instead."
_KNOWN = (
    "Name rekordbox's XML export, Traktor's collection.nml, VirtualDJ's database.xml, Engine DJ's "
    "m.db, Mixxx's mixxxdb.sqlite, Serato's folder _Serato_, or an audio file with Serato's tags."
)


def read_library(path: Path) -> tuple[str, Iterator[Item]]:
    """Return the application's name and what its library holds, one by one.

    Raises AuditorError when the file is not there or its kind cannot be read; what is bad inside
    comes as `Bad` records.
    """
    path = _inside(path.expanduser())
    if path.is_dir():
        return "Serato", serato.read(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise AuditorError(
            f"{path} could not be read: {error.strerror}.", "Check the name, and who may read it."
        ) from error
    if head.startswith(MAGIC):
        return _database(path)
    if serato.looks_like(head):
        return "Serato", serato.read(path)
    root = root_name(head)
    if root in _BY_ROOT:
        name, reader = _BY_ROOT[root]
        return name, reader(path)
    tags = read_tags(path)
    if tags and (tags.markers or tags.title or tags.artist):
        return "Serato", _one_file(path)
    raise _unreadable(path, head)


def _inside(path: Path) -> Path:
    """Return the library inside a folder; a folder `_Serato_` is one itself."""
    if not path.is_dir():
        return path
    if (path / serato.DATABASE).is_file():
        return path
    if (path / serato.FOLDER / serato.DATABASE).is_file():
        return path / serato.FOLDER
    for name in _USUAL_NAMES:
        if (path / name).is_file():
            return path / name
    raise AuditorError(f"{path} holds no DJ library that can be read.", _KNOWN)


def _database(path: Path) -> tuple[str, Iterator[Item]]:
    tables = table_names(path)
    for needed, name, reader in _BY_TABLES:
        if needed <= tables:
            return name, reader(path)
    if "djmdContent" in tables:
        raise AuditorError(f"{path} is rekordbox's own database, which is not read.", _EXPORT)
    if any("cloudKit" in name or name.startswith("database2") for name in tables):
        raise AuditorError(
            f"{path} looks like djay's library, whose records cannot be read yet.",
            "Use `auditor known plant`, and set what it prints in djay by hand.",
        )
    raise AuditorError(f"{path} is a database of no DJ application that can be read.", _KNOWN)


def _one_file(path: Path) -> Iterator[Item]:
    draft = Draft({"path": str(path)})
    tags = add_markers(draft, path)
    if tags:
        draft.facts |= {"title": tags.title, "artist": tags.artist}
    yield from draft.done()


def _unreadable(path: Path, head: bytes) -> AuditorError:
    size = path.stat().st_size
    is_packed = len(set(head)) > 250 and size % _PAGE == 0  # noqa: PLR2004
    if path.name.lower() == "master.db" or (is_packed and path.suffix.lower() == ".db"):
        return AuditorError(f"{path} is encrypted, as rekordbox's database is.", _EXPORT)
    return AuditorError(f"{path} is no DJ library that can be read.", _KNOWN)
