"""Read the certificate database of Firefox, and of Chromium on Linux: NSS, file `cert9.db`.

It is SQLite with a PKCS#11 attribute number per column. Checked against a database that
NSS 3.87's certutil wrote. certutil itself is rarely installed, so it is not needed here.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_CERTIFICATES = "SELECT a11, a3 FROM nssPublic WHERE a0 = x'00000001'"
_TRUST = "SELECT ace536358 FROM nssPublic WHERE a0 = x'ce534353' AND ace5363b4 = ?"
_TRUSTED = bytes.fromhex("ce534352")
"""Trusted to sign certificates of servers: what certutil shows as C."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate of the database."""

    der: bytes
    nickname: str
    trusted: bool


def read_database(folder: Path) -> tuple[Entry, ...] | None:
    """Return the certificates of a database; None when it cannot be read.

    `immutable` keeps SQLite from locking or changing a file that a browser has open.
    """
    address = (folder / "cert9.db").resolve().as_uri() + "?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            return tuple(_entries(database))
    except (sqlite3.Error, OSError):
        return None


def _entries(database: sqlite3.Connection) -> Iterator[Entry]:
    for der, label in database.execute(_CERTIFICATES).fetchall():
        if not isinstance(der, bytes):
            continue
        digest = hashlib.sha1(der, usedforsecurity=False).digest()
        trust = database.execute(_TRUST, (digest,)).fetchall()
        name = label.decode("utf-8", "replace") if isinstance(label, bytes) else ""
        yield Entry(der, name, any(value == _TRUSTED for (value,) in trust))
