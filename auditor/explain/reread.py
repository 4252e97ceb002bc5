"""Read the captures of an audit again, for the exchanges that somebody asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from auditor.errors import AuditorError, SourceError
from auditor.known import KnownValue, read_known
from auditor.records import Exchange
from auditor.sources import open_capture

SAME, DIFFERS, MISSING = "same", "differs", "missing"


def beside(audit: Path, captures: Iterable[Mapping[str, Any]]) -> list[Path]:
    """Return the captures of an audit that lie in or beside its folder, or where we are."""
    places = (audit.resolve().parent, audit, Path())
    found: list[Path] = []
    for one in captures:
        name = str(one["name"])
        for place in places if Path(name).name == name else ():
            if (place / name).exists() and _digest(place / name) == one["sha256"]:
                found.append(place / name)
                break
    return found


def _digest(path: Path) -> str:
    try:
        return open_capture(path, replies=False).sha256
    except SourceError:
        return ""


class Originals:
    """The captures as they are today, each held against the one that was audited."""

    def __init__(self, captures: Sequence[Mapping[str, Any]], paths: Sequence[Path]) -> None:
        """Match files with captures by SHA-256, what is left by order.

        `captures` are those of the audit's facts. Raises SourceError when a file cannot be opened.
        """
        self._captures = captures
        digests = [(path, open_capture(path, replies=False).sha256) for path in paths]
        self._paths: dict[int, Path] = {}
        for number, one in enumerate(captures):
            same = next((pair for pair in digests if pair[1] == one["sha256"]), None)
            if same:
                self._paths[number] = same[0]
                digests.remove(same)
        self._same = frozenset(self._paths)
        missing = [number for number in range(len(captures)) if number not in self._paths]
        if len(digests) > len(missing):
            raise AuditorError(
                f"{digests[-1][0].name} is none of the captures of this audit.",
                f"It was made from: {', '.join(str(one['name']) for one in captures)}.",
            )
        self._paths.update(zip(missing, (path for path, _ in digests), strict=False))
        self._exchanges: dict[int, Exchange] = {}

    def state(self, capture: int) -> str:
        """Say whether a capture is the `same`, `differs` or is `missing`."""
        if capture not in self._paths:
            return MISSING
        return SAME if capture in self._same else DIFFERS

    def known(self, capture: int) -> tuple[KnownValue, ...]:
        """Return the values of the session's own library."""
        path = self._paths.get(capture)
        return tuple(read_known(path)) if path and path.is_dir() else ()

    def read(self, capture: int, numbers: Iterable[int]) -> None:
        """Read exchanges by their numbers in the audit; those that are not there stay missing."""
        wanted = {number for number in numbers if number not in self._exchanges}
        path = self._paths.get(capture)
        if path is None or not wanted:
            return
        first = sum(int(one["exchanges"]) for one in self._captures[:capture])
        last = max(wanted)
        for exchange in open_capture(path, first, replies=False).exchanges:
            if exchange.number in wanted:
                self._exchanges[exchange.number] = exchange
            if exchange.number >= last:
                break

    def exchange(self, number: int) -> Exchange | None:
        """Return an exchange that was read."""
        return self._exchanges.get(number)
