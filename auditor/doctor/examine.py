"""Run the checks over the facts of a machine."""

from __future__ import annotations

from auditor.catalogue.model import Application
from auditor.doctor.application import check_application
from auditor.doctor.authority import check_authority
from auditor.doctor.clock import check_clock
from auditor.doctor.facts import Machine
from auditor.doctor.finding import Finding, in_order
from auditor.doctor.leftovers import check_leftovers
from auditor.doctor.modes import check_modes
from auditor.doctor.surroundings import check_place, check_port, check_terminal
from auditor.doctor.trust import check_trust
from auditor.doctor.versions import check_system, check_versions


def examine(machine: Machine, application: Application | None = None) -> tuple[Finding, ...]:
    """Run every check, as before a session."""
    return in_order(
        [
            *check_system(machine.system),
            *check_versions(machine.python, machine.mitmproxy),
            *check_modes(machine, application),
            *check_authority(machine.authority, machine.clock.last[0]),
            *check_trust(machine.authority, machine.stores),
            *(check_application(application, machine) if application else ()),
            *check_leftovers(machine, after=False),
            check_port(machine),
            *check_place(machine.place),
            *check_clock(machine.clock, machine.authority),
            check_terminal(machine.encoding),
        ]
    )


def examine_leftovers(machine: Machine) -> tuple[Finding, ...]:
    """Run only the checks for what a session left behind."""
    return in_order([*check_system(machine.system), *check_leftovers(machine, after=True)])
