"""Write the three files of a session folder while a capture runs.

`auditor.sources.session` reads them back.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from auditor.errors import StoreError

FACTS, FLOWS, JOURNAL = "session.yaml", "flows.mitm", "journal.jsonl"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")

# YAML 1.1 reads these as something else than a text.
_NO_KEYS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))

_UNPRINTABLE = re.compile("[\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

# A script that mitmproxy reloads opens its folder a second time; this module stays loaded.
_opened: set[Path] = set()


class SessionWriter:
    """The three files of a session folder, each write flushed before the next."""

    def __init__(self, folder: Path) -> None:
        """Open a new folder, or go on in one that this process has opened before.

        Raises StoreError when the folder holds an earlier session or cannot be written.
        """
        self.folder = folder.expanduser().absolute()
        try:
            self._prepare()
            self._flows = self._append(FLOWS)
            self._journal = self._append(JOURNAL)
        except OSError as error:
            raise StoreError(
                f"The session folder cannot be written: {error.strerror}.",
                "Name another folder that you may write.",
            ) from error

    def _prepare(self) -> None:
        if self.folder not in _opened and any(
            (self.folder / name).exists() and (self.folder / name).stat().st_size
            for name in (FLOWS, JOURNAL)
        ):
            raise StoreError(
                "The session folder already holds a session.",
                "One folder holds one session: name a new one.",
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            self.folder.chmod(0o700)
        _opened.add(self.folder)

    def _append(self, name: str) -> BinaryIO:
        return os.fdopen(self._private(name, os.O_APPEND), "ab")

    def _private(self, name: str, flag: int) -> int:
        binary = getattr(os, "O_BINARY", 0)
        return os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | flag | binary, 0o600)

    def add_flow(self, flow: bytes) -> None:
        """Append one flow in mitmproxy's own format and flush it."""
        self._flows.write(flow)
        self._flows.flush()

    def note(self, kind: str, **entry: object) -> None:
        """Append one line to the journal and flush it."""
        line = json.dumps({"kind": kind, **entry}, ensure_ascii=True, default=str)
        self._journal.write(line.encode() + b"\n")
        self._journal.flush()

    def write_facts(self, facts: Mapping[str, Any]) -> None:
        """Replace session.yaml in one step: a reader sees the old or the new one, never half."""
        draft = f".{FACTS}.draft"
        with os.fdopen(self._private(draft, os.O_TRUNC), "wb") as file:
            file.write(to_yaml(facts).encode())
        (self.folder / draft).replace(self.folder / FACTS)

    def close(self) -> None:
        """Close flows and journal."""
        self._flows.close()
        self._journal.close()


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
