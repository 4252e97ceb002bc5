"""Check what a capture needs around it: a port, room on the disk, and a terminal."""

from __future__ import annotations

import codecs

from auditor.doctor.facts import Listener, Machine, Place
from auditor.doctor.finding import Finding
from auditor.doctor.words import address, size

LITTLE = 5_000_000_000
"""Bytes. A long capture of 100,000 exchanges took 1.3 GB (13 kB each); its audit and a second
take need room as well, and operating systems slow down on a full disk."""
TOO_LITTLE = 500_000_000
"""Bytes: some 38,000 such exchanges, not enough for an afternoon. A full disk ends a capture."""


def check_port(machine: Machine) -> Finding:
    """Say whether mitmproxy can listen where it is asked to."""
    where = address("127.0.0.1", machine.port)
    if not machine.port_error:
        return Finding("port.free", "ok", f"{where} is free.")
    if machine.port_error == "not allowed":
        step = "Choose a port above 1023 with `--port`."
        return Finding("port.free", "problem", f"You may not listen on {where}.", step)
    holder = next(
        (one for one in machine.listeners or () if one.port == machine.port and one.program), None
    )
    return Finding(
        "port.free",
        "problem",
        f"{where} is in use by {_who(holder)}.",
        "End that program, or choose another port with `--port`.",
    )


def _who(holder: Listener | None) -> str:
    return f"{holder.program} (process {holder.process})" if holder else "a program of another user"


def check_place(place: Place) -> list[Finding]:
    """Say whether sessions fit there, and whether they stay private."""
    found = [_space(place)]
    if place.error:
        text = f"`{place.folder}` cannot be written: {place.error}."
        step = "Choose another folder with `--output`."
        found.append(Finding("folder.writable", "problem", text, step))
    elif place.private is None:
        text = "Windows has no such file modes; a session inherits the rights of its folder."
        step = "Keep sessions inside your own user folder."
        found.append(Finding("folder.private", "note", text, step))
    elif place.private:
        found.append(
            Finding("folder.private", "ok", "A session there is readable for its owner only.")
        )
    else:
        text = f"The disk of `{place.folder}` does not keep file modes: others can read sessions."
        step = "Choose a folder on an internal disk with `--output`."
        found.append(Finding("folder.private", "warning", text, step))
    return found


def _space(place: Place) -> Finding:
    check = "folder.space"
    step = "Free some space, or choose another disk with `--output`."
    if place.free is None:
        text = f"The free space of `{place.folder}` is unknown."
        return Finding(check, "note", text, "Look it up; 5 GB are enough for most sessions.")
    text = f"`{place.folder}` has {size(place.free)} free"
    if place.free < TOO_LITTLE:
        return Finding(check, "problem", f"{text}: too little for a session.", step)
    if place.free < LITTLE:
        return Finding(check, "warning", f"{text}: little for a long session.", step)
    return Finding(check, "ok", f"{text}.")


def check_terminal(encoding: str) -> Finding:
    """Say whether the terminal can show the signs that reports use."""
    try:
        whole = codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        whole = False
    if whole:
        return Finding("terminal.encoding", "ok", "The terminal takes UTF-8.")
    return Finding(
        "terminal.encoding",
        "note",
        f"The terminal takes {encoding or 'an unknown encoding'}: some signs show as “?”.",
        "Set `PYTHONUTF8=1` and use a terminal with UTF-8. Files are not affected.",
    )
