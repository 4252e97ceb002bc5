"""The certificate database of browsers.

The columns and values are those of a database that NSS 3.87's certutil wrote; that program
is not needed to run the tests.
"""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from auditor.doctor.certificates import ders_of_pem
from auditor.doctor.nss import read_database

CERTIFICATE, TRUST = bytes.fromhex("00000001"), bytes.fromhex("ce534353")
TRUSTED, ASK = bytes.fromhex("ce534352"), bytes.fromhex("ce534353")
"""The second is what certutil writes where C was not given."""


def database(folder: Path, *certificates: tuple[bytes, bytes]) -> None:
    with closing(sqlite3.connect(folder / "cert9.db")) as made, made:
        made.execute(
            "CREATE TABLE nssPublic (id PRIMARY KEY UNIQUE ON CONFLICT ABORT, a0, a1, a2, a3, a11, "
            "ace536358, ace5363b4)"
        )
        for number, (der, trust) in enumerate(certificates):
            made.execute(
                "INSERT INTO nssPublic (id, a0, a3, a11) VALUES (?, ?, ?, ?)",
                (number * 2, CERTIFICATE, b"mitmproxy", der),
            )
            made.execute(
                "INSERT INTO nssPublic (id, a0, ace536358, ace5363b4) VALUES (?, ?, ?, ?)",
                (number * 2 + 1, TRUST, trust, hashlib.sha1(der).digest()),  # noqa: S324
            )


def test_trust_is_read_per_certificate(tmp_path: Path, pem: Callable[..., bytes]) -> None:
    (first,), (second,) = ders_of_pem(pem("one")), ders_of_pem(pem("two"))
    database(tmp_path, (first, TRUSTED), (second, ASK))
    found = read_database(tmp_path)
    assert found
    assert [(one.der, one.nickname, one.trusted) for one in found] == [
        (first, "mitmproxy", True),
        (second, "mitmproxy", False),
    ]


def test_reading_leaves_the_file_alone(tmp_path: Path) -> None:
    database(tmp_path)
    before = (tmp_path / "cert9.db").read_bytes()
    assert read_database(tmp_path) == ()
    assert (tmp_path / "cert9.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["cert9.db"]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nothing"])
def test_damaged_or_foreign_file_is_unknown(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cert9.db").write_bytes(content)
    assert read_database(tmp_path) is None


def test_missing_file_is_unknown_and_not_made(tmp_path: Path) -> None:
    assert read_database(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
