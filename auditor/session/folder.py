"""Write the files of a session folder while a capture runs; `auditor.sources.session` reads them.

What a kill and what a power loss can cost stands in `auditor.session.appending`. `session.yaml` is
replaced in one step, and everything it says also goes into the journal, as a line of kind
`session`: whatever a power loss leaves of the one, the other has it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from auditor.errors import StoreError
from auditor.session.appending import Appender, Syncing, sync_folder
from auditor.session.private import open_private

FACTS, FLOWS, JOURNAL = "session.yaml", "flows.mitm", "journal.jsonl"

CONTROL = "control.mitm"
"""Flows of the positive control; written elsewhere, and no part of the audit."""

ROTATE = 256 << 20
"""Bytes after which the next flow goes into a new file."""

RESERVE = ".reserve"
_RESERVED = 1 << 20
"""Bytes set aside, so that a full disk still takes the last facts."""

_FLOWS = re.compile(r"flows(?:-([0-9]{3,6}))?\.mitm")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")

# YAML 1.1 reads these as something else than a text.
_NO_KEYS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))

_UNPRINTABLE = re.compile("[\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

# A script that mitmproxy reloads opens its folder a second time; this module stays loaded.
_opened: set[Path] = set()


class Position(NamedTuple):
    """How far the flows had been written."""

    number: int
    """Of the file, from 1."""
    size: int


class SessionWriter:
    """The files of a session folder; each piece is with the system before the next."""

    def __init__(self, folder: Path, rotate: int = ROTATE, resume: Position | None = None) -> None:
        """Open a new folder, or go on in one that this process has opened before.

        `resume` takes back the flows written behind that position. Raises StoreError when the
        folder holds an earlier session or cannot be written.
        """
        self.folder = folder.expanduser().absolute()
        self._rotate = rotate
        try:
            self._prepare()
            self._reserve()
            newest = max(flow_files(self.folder), default=1)
            self._number = resume.number if resume else newest
            for number in range(self._number + 1, newest + 1):
                self._flow_path(number).unlink(missing_ok=True)
            self._flows = Appender(self._flow_path(self._number), resume.size if resume else None)
            self._journal = Appender(self.folder / JOURNAL)
        except OSError as error:
            raise StoreError(
                f"The session folder cannot be written: {error.strerror}.",
                "Name another folder that you may write.",
            ) from error
        self._syncing = Syncing()
        self._syncing.add(self._flows)
        self._syncing.add(self._journal)

    def _prepare(self) -> None:
        if self.folder not in _opened and any(
            path.exists() and path.stat().st_size
            for path in (*flow_files(self.folder).values(), self.folder / JOURNAL)
        ):
            raise StoreError(
                "The session folder already holds a session.",
                "One folder holds one session: name a new one.",
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            self.folder.chmod(0o700)
        _opened.add(self.folder)

    def _reserve(self) -> None:
        # Random bytes: a file system that compresses would set nothing aside for zeros.
        with open_private(self.folder / RESERVE, os.O_TRUNC) as file:
            file.write(os.urandom(_RESERVED))

    def _flow_path(self, number: int) -> Path:
        return self.folder / flow_name(number)

    # ---- while the capture runs; each raises OSError when the disk does not take it

    def add_flow(self, flow: bytes) -> None:
        """Append one flow in mitmproxy's own format; a flow is never split over two files."""
        self._check()
        if self._flows.size and self._flows.size + len(flow) > self._rotate:
            following = Appender(self._flow_path(self._number + 1))
            self._syncing.add(following)
            self._flows.last = True
            self._flows = following
            self._number += 1
        self._flows.write(flow)

    def note(self, kind: str, **entry: object) -> None:
        """Append one line to the journal."""
        self._check()
        line = json.dumps({"kind": kind, **entry}, ensure_ascii=True, default=str)
        self._journal.write(line.encode() + b"\n")

    def _check(self) -> None:
        if self._syncing.error:
            raise self._syncing.error

    def write_facts(self, facts: Mapping[str, Any]) -> None:
        """Note the facts in the journal, then replace session.yaml."""
        self.note("session", facts=facts)
        with suppress(PermissionError):  # Windows, while somebody reads it; the journal has them
            self._replace(facts, synced=False)

    def _replace(self, facts: Mapping[str, Any], synced: bool) -> None:
        """Replace session.yaml in one step: a reader sees the old or the new one, never half."""
        draft = self.folder / f".{FACTS}.draft"
        with open_private(draft, os.O_TRUNC) as file:
            file.write(to_yaml(facts).encode())
            if synced:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(self.folder / FACTS)

    def position(self) -> Position:
        """Return how far the flows are written."""
        return Position(self._number, self._flows.size)

    # ---- the end

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the last facts with the SHA-256 of every other file, and close; raises OSError."""
        self.note("session", facts=facts)
        self._syncing.close()
        paths = [*flow_files(self.folder).values(), self.folder / JOURNAL, self.folder / CONTROL]
        files = {path.name: digest(path) for path in sorted(paths) if path.is_file()}
        with suppress(PermissionError):
            self._replace({**facts, "files": files}, synced=True)
        (self.folder / RESERVE).unlink(missing_ok=True)
        sync_folder(self.folder)

    def abandon(self, facts: Mapping[str, Any]) -> None:
        """Write the last facts into the room set aside, as far as the disk takes them, and close."""
        with suppress(OSError):
            (self.folder / RESERVE).unlink(missing_ok=True)
        with suppress(OSError):
            self._syncing.error = None
            self.note("session", facts=facts)
        with suppress(OSError):
            self._replace(facts, synced=True)
        self.close()

    def close(self) -> None:
        """Close the files without last facts, as far as the disk takes what is open."""
        with suppress(OSError):
            self._syncing.close()
        with suppress(OSError):
            (self.folder / RESERVE).unlink(missing_ok=True)


def flow_name(number: int) -> str:
    """Return the name of a file with flows."""
    return FLOWS if number == 1 else f"flows-{number:03}.mitm"


def flow_files(folder: Path) -> dict[int, Path]:
    """Return the files with flows by number: `flows.mitm` is 1, `flows-002.mitm` is 2."""
    found = ((_FLOWS.fullmatch(path.name), path) for path in folder.glob("flows*.mitm"))
    return {int(name[1] or 1): path for name, path in found if name and path.is_file()}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_yaml(facts: Mapping[str, Any], indent: str = "") -> str:
    """Return facts as YAML: one key per line, every value in its JSON spelling."""
    lines = []
    for key, value in facts.items():
        name = key if _NAME.fullmatch(key) and key.lower() not in _NO_KEYS else _json(key)
        if isinstance(value, Mapping) and value:
            lines.append(f"{indent}{name}:\n{to_yaml(value, indent + '  ')}")
        else:
            lines.append(f"{indent}{name}: {_json(value)}\n")
    return "".join(lines)


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
