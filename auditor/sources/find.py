"""Turn what somebody named into the captures that are meant: folders and patterns are opened up."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from auditor.errors import SourceError
from auditor.session.folder import FACTS, JOURNAL, flow_files
from auditor.sources import formats, packed

STDIN = Path("-")

_DEEPEST = 12
_WILD = re.compile(r"[*?\[]")
_FLOW = re.compile(rb"\d{1,12}:\d{1,3}:\w")
_LOG = re.compile(rb'^\s*\{\s*\x00?"\x00?l\x00?o\x00?g\x00?"')


def find(paths: Iterable[Path]) -> list[Path]:
    """Return every capture that the paths name, in order: files, session folders, and `-`.

    A folder that is no session stands for the captures in it, a pattern (`*.mitm`, as Windows
    shells leave it) for what it matches. Raises SourceError for what is not there, holds nothing,
    or would count twice.
    """
    found = [one for path in paths for one in _captures(path)]
    _refuse_doubles(found)
    return found


def is_session(folder: Path) -> bool:
    """Say whether a folder is what the capture writes: then its files belong together."""
    return (folder / FACTS).is_file() or (folder / JOURNAL).is_file() or bool(flow_files(folder))


def _captures(path: Path) -> list[Path]:
    if path == STDIN or path.is_file():
        return [path]
    if path.is_dir():
        return _of_folder(path)
    if not path.exists() and _WILD.search(str(path)):
        return _of_pattern(path)
    if path.exists():
        return [path]
    raise SourceError(f"There is no {path}.", f"Name {formats.READS}.")


def _of_folder(folder: Path) -> list[Path]:
    if is_session(folder):
        return [folder]
    found = list(_inside(folder, _DEEPEST))
    if not found:
        raise SourceError(
            f"{folder} holds no capture.",
            f"Looked in it and the folders below for {formats.READS}.",
        )
    return found


def _of_pattern(path: Path) -> list[Path]:
    matches = [Path(one) for one in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    if not matches:
        raise SourceError(f"Nothing is called {path}.", "Check the folder and the spelling.")
    return [one for match in matches for one in _captures(match)]


def _inside(folder: Path, deep: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            if is_session(path):
                yield path
            elif deep:
                yield from _inside(path, deep - 1)
        elif path.is_file() and _is_capture(path):
            yield path


def _is_capture(path: Path) -> bool:
    """Say whether a file in a folder is meant: other JSON than HAR lies beside captures."""
    try:
        head = packed.head_of(path)
    except OSError:
        return False
    kind = formats.kind_of(head)
    if kind == "mitm":
        return _FLOW.match(head) is not None
    return bool(kind) and (
        kind != "har" or _LOG.search(head.lstrip(b"\xef\xbb\xbf\xff\xfe")) is not None
    )


def _refuse_doubles(found: list[Path]) -> None:
    """Raise SourceError when a capture is there twice, or a session with one of its own files."""
    seen: set[Path] = set()
    sessions = {path.resolve() for path in found if path != STDIN and path.is_dir()}
    for path in found:
        real = path if path == STDIN else path.resolve()
        if real in seen:
            raise SourceError(f"{path} is named twice.", "Name it once, or it would count twice.")
        if real.parent in sessions:
            raise SourceError(
                f"{path} is part of the session {real.parent.name}, which is named too.",
                "Name the session alone, or its messages would count twice.",
            )
        seen.add(real)
