"""The authority in mitmproxy's configuration folder: read it, and check it.

mitmproxy makes it when it starts for the first time. Whoever has its private key can read the
traffic of every program that trusts it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from auditor.doctor import certificates
from auditor.doctor.facts import Authority
from auditor.doctor.finding import Finding
from auditor.doctor.words import day, pairs

KEY_FILES = ("mitmproxy-ca.pem", "mitmproxy-ca.p12")
"""Both hold the private key."""
INSTALLED_FILE = "mitmproxy-ca-cert.pem"
"""The one that people install; it holds no key."""
SOON = 30 * 86_400
"""Seconds before the end at which we warn: a study with repeated sessions lasts weeks."""


def read_authority(folder: Path) -> Authority:
    """Read the authority of a configuration folder."""
    signing, installed = _first(folder / KEY_FILES[0]), _first(folder / INSTALLED_FILE)
    der = signing or installed
    exists = (folder / KEY_FILES[0]).exists() or (folder / INSTALLED_FILE).exists()
    certificate = certificates.read(der) if der else None
    return Authority(
        folder=folder,
        certificate=certificate,
        wrong="its file cannot be read" if exists and not certificate else "",
        stale_copy=bool(signing and installed and signing != installed),
        open_keys=tuple(path for name in KEY_FILES if _is_open(path := folder / name)),
    )


def _first(path: Path) -> bytes | None:
    ders = certificates.ders_of_file(path)
    return ders[0] if ders else None


def _is_open(path: Path) -> bool:
    """Tell whether others may read or write a file; unknown counts as no on Windows."""
    if os.name == "nt":
        return False
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False


def check_authority(authority: Authority, now: float) -> list[Finding]:
    """Say which authority signs, until when, and whether its key is private."""
    certificate = authority.certificate
    if not certificate:
        return [_missing(authority)]
    text = f"There is one in `{authority.folder}`. Its SHA-256 is `{pairs(certificate.sha256)}`."
    found = [Finding("authority.found", "ok", text)]
    renew = (
        f"Delete the files `mitmproxy-ca*` in `{authority.folder}` and start `mitmdump` once. "
        "Then remove the old authority from every store and trust the new one."
    )
    if now > certificate.ends:
        text = f"It ended on {day(certificate.ends)}; every program will refuse it."
        found.append(Finding("authority.validity", "problem", text, renew))
    elif now < certificate.begins:
        text = f"It only begins on {day(certificate.begins)}; every program will refuse it."
        step = "Check the clock of this machine. If the clock is right, make a new authority."
        found.append(Finding("authority.validity", "problem", text, step))
    elif now > certificate.ends - SOON:
        text = f"It ends soon, on {day(certificate.ends)}."
        found.append(Finding("authority.validity", "warning", text, renew))
    else:
        found.append(
            Finding("authority.validity", "ok", f"It is valid until {day(certificate.ends)}.")
        )
    return found + _files(authority)


def _missing(authority: Authority) -> Finding:
    if authority.wrong:
        return Finding(
            "authority.found",
            "problem",
            f"There is an authority in `{authority.folder}`, but {authority.wrong}.",
            "Check who owns the files there. If they are damaged, delete the files "
            "`mitmproxy-ca*` and start `mitmdump` once.",
        )
    return Finding(
        "authority.found",
        "warning",
        f"There is no authority in `{authority.folder}` yet.",
        "Start `mitmdump` once and end it with Ctrl-C: it makes one. "
        "Then run this command again to see who trusts it.",
    )


def _files(authority: Authority) -> list[Finding]:
    found = []
    if authority.stale_copy:
        found.append(
            Finding(
                "authority.copy",
                "warning",
                f"`{INSTALLED_FILE}` is not the certificate that mitmproxy signs with.",
                f"Delete `{authority.folder / INSTALLED_FILE}` and start `mitmdump` once. "
                "Then trust the new file.",
            )
        )
    found += [
        Finding(
            "authority.key",
            "problem",
            f"Other users of this machine can read the private key in `{path}`.",
            f"Run `chmod 600 '{path}'`. If others use this machine, make a new authority.",
        )
        for path in authority.open_keys
    ]
    if not authority.open_keys and os.name != "nt":
        found.append(Finding("authority.key", "ok", "Only its owner can read the private key."))
    return found
