"""Write and read `known_values.json` of a session folder: private, versioned, never shown."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from auditor.errors import StoreError
from auditor.known.model import KINDS, POSITIONS, KnownValue
from auditor.session.private import open_private

FILE = "known_values.json"
VERSION = 1
_MOST_BYTES = 256 << 20
_AGAIN = "Read the library again with `auditor known read`."
_TEXT_FIELDS = ("id", "unit", "note", "group")


def write_known(folder: Path, values: Sequence[KnownValue]) -> Path:
    """Replace the file in one step, with mode 0600; a folder that is not there is made with 0700.

    Raises StoreError when that is not possible.
    """
    path = folder.expanduser() / FILE
    draft = path.with_name(f".{FILE}.draft")
    document = {"version": VERSION, "values": [_spelled(known) for known in values]}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with open_private(draft, os.O_EXCL) as file:
            file.write(json.dumps(document, indent=0).encode())
        draft.replace(path)
    except OSError as error:
        raise StoreError(
            f"Known values cannot be written to {folder}: {error.strerror}.",
            "Name a session folder that you may write.",
        ) from error
    return path


def read_known(folder: Path) -> tuple[KnownValue, ...]:
    """Return the known values of a session folder, none when it has no such file.

    Raises StoreError when the file is damaged, too large or of a later version.
    """
    path = folder.expanduser() / FILE
    try:
        document = json.loads(_content(path))
        version, entries = document["version"], document["values"]
        if version == VERSION:
            return tuple(_read(one) for one in entries)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StoreError(
            f"{path} could not be read: {error.strerror}.", "Check who may read it."
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(f"{path} is damaged.", _AGAIN) from error
    raise StoreError(f"{path} was written by another version of this program.", _AGAIN)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError
    return content


def forget_known(folder: Path) -> bool:
    """Delete the file, and say whether there was one. What was on the disk is not overwritten."""
    path = folder.expanduser() / FILE
    try:
        was_there = path.exists()
        path.unlink(missing_ok=True)
        path.with_name(f".{FILE}.draft").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path} could not be deleted: {error.strerror}.", "Delete it by hand."
        ) from error
    return was_there


def _spelled(known: KnownValue) -> dict[str, Any]:
    return {name: value for name, value in asdict(known).items() if value != ""}


def _read(entry: dict[str, Any]) -> KnownValue:
    kind = entry["kind"]
    value = entry["value"]
    is_number = kind in POSITIONS or kind == "bpm"
    right = (int, float) if is_number else (str,)
    if kind not in KINDS or not isinstance(value, right) or isinstance(value, bool):
        raise ValueError
    texts = {name: str(entry.get(name, "")) for name in _TEXT_FIELDS}
    return KnownValue(
        kind=kind, category=KINDS[kind], value=float(value) if is_number else value, **texts
    )
