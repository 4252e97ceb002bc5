"""Read the table of DJ applications: processes, trust, folders, services, switches, claims.

An application that is not in the table can be recorded all the same: its name then is the name
of its process, and nothing is known about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from auditor import resources
from auditor.catalogue.behaviour import (
    by_system,
    read_claims,
    read_folders,
    read_services,
    read_settings,
)
from auditor.catalogue.entries import check_keys, chosen, chosen_all, flag, text, texts
from auditor.catalogue.evidence import read_evidence
from auditor.catalogue.model import (
    SYSTEMS,
    TRUSTS,
    Application,
    Catalogue,
    Evidence,
    Process,
    Trust,
)
from auditor.catalogue.yamlfile import Entry, read_entry

_NEEDED = {"id", "name", "vendor", "processes", "trust", "login", "evidence"}
_OPTIONAL = {"bundles", "control", "notes", "folders", "services", "settings", "claims"}


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


def unknown_names(
    applications: Mapping[str, Application], catalogue: Catalogue
) -> Iterator[tuple[str, str]]:
    """Yield place and message of every receiver, endpoint or kind of data nobody has described.

    The table is read without the receivers, so that a recording does not wait for them.
    """
    endpoints = {
        f"{receiver.id}/{endpoint.id}"
        for receiver in catalogue.receivers.values()
        for endpoint in receiver.endpoints
    }
    for one in applications.values():
        named = [("receiver", service.receiver) for service in one.services]
        for claim in one.claims:
            named += [("receiver", name) for name in claim.receivers]
            named += [("endpoint", name) for name in claim.endpoints]
            named += [("category", name) for name in claim.categories]
        known = {
            "receiver": catalogue.receivers.keys(),
            "endpoint": endpoints,
            "category": catalogue.categories.keys(),
        }
        for kind, name in named:
            if name not in known[kind]:
                yield one.place, f"`{one.id}` names the {kind} `{name}`, which nobody described"


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
    processes = by_system(members["processes"])
    trust = by_system(members["trust"])
    if processes.keys() != trust.keys():
        raise members["trust"].error(
            "`trust` and `processes` name different systems", "Name the same ones in both."
        )
    settings = read_settings(members.get("settings"), evidence)
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
        folders=read_folders(members.get("folders"), evidence),
        services=read_services(members.get("services"), evidence),
        settings=settings,
        claims=read_claims(members.get("claims"), evidence, {one.name for one in settings}),
    )


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
