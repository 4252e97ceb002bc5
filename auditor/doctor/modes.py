"""Say which capture mode this machine offers."""

from __future__ import annotations

from auditor.doctor.facts import Machine
from auditor.doctor.finding import Finding
from auditor.doctor.versions import OLDEST_12, numbers

_REGULAR = "Use `--mode regular` and enter 127.0.0.1 and the port as the application's proxy."


def check_mode(machine: Machine) -> Finding:
    """Say whether single programs can be recorded, or only those that are told of a proxy."""
    number = numbers(machine.mitmproxy or "")
    if machine.system != "linux":
        text = "Local mode can record single programs; the system asks for permission first."
        return Finding("mode.local", "ok", text) if number else _nothing()
    if number < OLDEST_12:
        text = "This mitmproxy has no local mode on Linux."
        return Finding("mode.local", "note", text, _REGULAR)
    return Finding(
        "mode.local",
        "note",
        "Local mode on Linux needs kernel 6.8 and the program sudo; it was not tried.",
        _REGULAR,
    )


def _nothing() -> Finding:
    return Finding("mode.local", "problem", "There is no mitmproxy.", "Install it first.")
