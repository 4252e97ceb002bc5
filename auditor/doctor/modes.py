"""Say which capture modes this machine offers; `auditor capture` decides in the same way."""

from __future__ import annotations

from auditor.capture.modes import choose
from auditor.capture.system import these_rights, this_system
from auditor.catalogue.applications import find_application
from auditor.catalogue.model import Application
from auditor.doctor.facts import Abilities, Machine
from auditor.doctor.finding import Finding

_ANY = "any application"


def find_abilities() -> Abilities | None:
    """Ask what decides about the mode; None when mitmproxy is missing or broken.

    Local mode is looked up in mitmproxy's compiled part. Whatever goes wrong in there is the
    finding, and no reason to end the command.
    """
    try:
        return Abilities(this_system(), these_rights())
    except Exception:
        return None


def check_modes(machine: Machine, application: Application | None) -> list[Finding]:
    """Say how traffic can get into the proxy."""
    if machine.abilities is None:
        step = "Repair mitmproxy: run `pip install --force-reinstall dj-privacy-auditor`."
        return [Finding("mode.local", "problem", "mitmproxy cannot be loaded.", step)]
    choice = choose(
        "auto",
        machine.abilities.system,
        machine.abilities.rights,
        application or find_application(_ANY),
        machine.port,
    )
    return [
        Finding("mode.local", "ok", choice.reason)
        if choice.mode == "local"
        else Finding(
            "mode.local",
            "note",
            choice.reason,
            f"Enter 127.0.0.1 and port {machine.port} as proxy; `auditor capture` shows how. "
            "Programs that ignore proxy settings stay unseen.",
        ),
        Finding("mode.regular", "ok", "Regular mode works for programs that use the proxy."),
        Finding("mode.wireguard", "ok", "WireGuard mode records another computer, not this one."),
    ]
