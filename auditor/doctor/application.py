"""Check whether one application of the table will accept the authority.

The table holds what is publicly known; no application was run. Only a capture shows the truth.
"""

from __future__ import annotations

from auditor.catalogue.model import Application
from auditor.doctor.facts import Machine
from auditor.doctor.finding import Finding
from auditor.doctor.trust import holds
from auditor.doctor.words import SPELLED

_RECORD = "Record for one minute and look for connections “refused by the client”."


def check_application(application: Application, machine: Machine) -> list[Finding]:
    """Say for every process of an application whom it believes, as far as that is known."""
    check = "trust.application"
    if machine.system not in application.processes:
        systems = ", ".join(SPELLED.get(one, one) for one in application.processes)
        text = f"{application.name} is not known to run on this system."
        return [Finding(check, "warning", text, f"Record it on one of: {systems}.")]
    trust = application.trust[machine.system]
    parts = (
        _part(process.name, process.trust, machine)
        for process in application.processes[machine.system]
        if process.trust and process.trust != trust.how
    )
    return [_whole(application, trust.how, trust.note, machine), *parts]


def _whole(application: Application, how: str, note: str, machine: Machine) -> Finding:
    one = _part(application.name, how, machine)
    return Finding(one.check, one.level, f"{one.sentence} {note}", one.next_step)


def _part(name: str, how: str, machine: Machine) -> Finding:
    check = "trust.application"
    if how == "own-bundle":
        text = f"{name} believes only its own list: expect sealed connections."
        return Finding(check, "warning", text, _RECORD + " Report them as not visible.")
    if how not in ("os-store", "electron"):
        return Finding(check, "note", f"Whom {name} believes is not known.", _RECORD)
    kind = "system" if how == "os-store" else "node"
    where = "the store of the system" if kind == "system" else "`NODE_EXTRA_CA_CERTS`"
    own = machine.authority.certificate
    stores = [store for store in machine.stores if store.kind == kind]
    if own and any(holds(store, own.sha256) for store in stores):
        return Finding(check, "ok", f"{name} goes by {where}, which holds the authority.")
    step = stores[0].add if stores else _set_node(machine)
    text = f"{name} goes by {where}, which does not hold the authority."
    return Finding(check, "warning", text, step)


def _set_node(machine: Machine) -> str:
    file = machine.authority.folder / "mitmproxy-ca-cert.pem"
    if machine.system == "macos":
        return f"Run `launchctl setenv NODE_EXTRA_CA_CERTS '{file}'` and start it anew."
    if machine.system == "windows":
        return f'Run `setx NODE_EXTRA_CA_CERTS "{file}"` and start it anew.'
    return f"Start it with `NODE_EXTRA_CA_CERTS='{file}'`."
