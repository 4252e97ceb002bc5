"""Read the table of DJ applications: their processes, and whom they trust.

An application that is not in the table can be recorded all the same: its name then is the name
of its process, and nothing is known about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.entries import check_keys, check_known, chosen, chosen_all, flag, text, texts
from auditor.catalogue.evidence import read_evidence
from auditor.catalogue.model import SYSTEMS, TRUSTS, Application, Evidence, Process, Trust
from auditor.catalogue.yamlfile import Entry, read_entry

_NEEDED = {"id", "name", "vendor", "processes", "trust", "login", "evidence"}
_OPTIONAL = {"bundles", "control", "notes"}


def load_applications(folder: Path | None = None) -> Mapping[str, Application]:
    """Return the applications by id, in the order of the file; read once."""
    return _load(folder or resources.catalogue_dir())


def find_application(name: str, folder: Path | None = None) -> Application:
    """Return the application of that id, name or main process; or one made of the bare name."""
    wanted = name.strip().casefold()
    for one in load_applications(folder).values():
        mains = {processes[0].name for processes in one.processes.values()}
        if wanted in {spelled.casefold() for spelled in (one.id, one.name, *mains)}:
            return one
    return _unlisted(name.strip())


def _unlisted(name: str) -> Application:
    process = Process(name, "named by the tester")
    trust = Trust("unknown", "This application is not in the table.")
    return Application(
        id="",
        name=name,
        vendor="",
        bundles=(),
        processes=dict.fromkeys(SYSTEMS, (process,)),
        trust=dict.fromkeys(SYSTEMS, trust),
        login="",
        control=False,
        notes=(),
        evidence=(),
        place="",
    )


@lru_cache(maxsize=8)
def _load(folder: Path) -> Mapping[str, Application]:
    entry = read_entry(folder / "applications.yaml")
    check_keys(entry, required={"evidence", "applications"})
    evidence = read_evidence(entry)
    found: dict[str, Application] = {}
    for item in entry.members()["applications"].items():
        one = _read_application(item, evidence)
        if one.id in found:
            raise item.error(f"application `{one.id}` stands here twice", "Keep one of them.")
        found[one.id] = one
    return found


def _read_application(entry: Entry, evidence: Mapping[str, Evidence]) -> Application:
    check_keys(entry, required=_NEEDED, optional=_OPTIONAL)
    members = entry.members()
    processes = _by_system(members["processes"])
    trust = _by_system(members["trust"])
    if processes.keys() != trust.keys():
        raise members["trust"].error(
            "`trust` and `processes` name different systems", "Name the same ones in both."
        )
    return Application(
        id=text(entry, "id"),
        name=text(entry, "name"),
        vendor=text(entry, "vendor"),
        bundles=texts(entry, "bundles"),
        processes={system: _read_processes(item) for system, item in processes.items()},
        trust={system: _read_trust(item) for system, item in trust.items()},
        login=text(entry, "login"),
        control=flag(entry, "control"),
        notes=texts(entry, "notes"),
        evidence=tuple(
            evidence[name] for name in chosen_all(entry, "evidence", evidence, "evidence")
        ),
        place=f"{entry.file}:{entry.line}",
    )


def _by_system(entry: Entry) -> dict[str, Entry]:
    for system, item in entry.members().items():
        check_known(item, system, SYSTEMS, "system")
    return entry.members()


def _read_processes(entry: Entry) -> tuple[Process, ...]:
    found = []
    for item in entry.items():
        check_keys(item, required={"name", "why"}, optional={"trust", "shared"})
        found.append(
            Process(
                name=text(item, "name"),
                why=text(item, "why"),
                trust=chosen(item, "trust", TRUSTS, "trust"),
                shared=flag(item, "shared"),
            )
        )
    if not found:
        raise entry.error("no process", "Leave the system out, or name the main process.")
    return tuple(found)


def _read_trust(entry: Entry) -> Trust:
    check_keys(entry, required={"how", "note"})
    return Trust(chosen(entry, "how", TRUSTS, "trust"), text(entry, "note"))
