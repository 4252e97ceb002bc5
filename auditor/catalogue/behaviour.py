"""What is publicly known of an application's behaviour: folders, services, switches, claims.

None of it was seen by running an application. A service says that the two are built to work
together, a claim what the vendor says; a capture shows whether it is so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.catalogue.entries import check_keys, check_known, chosen, flag, text, texts
from auditor.catalogue.model import SYSTEMS, Evidence
from auditor.catalogue.yamlfile import Entry

FOLDERS = ("library", "history", "log", "settings", "cache", "sync")
"""What an application keeps in a folder or file; `sync` is what it notes about its cloud."""

USES = (
    "account",
    "streaming",
    "library sync",
    "music files",
    "play reports",
    "look-up",
    "updates",
    "app usage",
    "errors",
)
"""What an application has to do with a receiver."""

_LOOK = {"receivers", "endpoints", "categories", "words"}


@dataclass(frozen=True, slots=True)
class Folder:
    """Where an application keeps something on the computer."""

    path: str
    """As the system spells it: `~` and `%NAME%` are not resolved, `*` stands for anything."""
    kind: str
    """One of `FOLDERS`."""
    holds: str
    """What is in it, in a few words."""
    never: tuple[str, ...]
    """Tables, rows or keys in it that hold logins: nobody may read or print them."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Service:
    """A receiver that an application is built to work with; not proof that it was called."""

    receiver: str
    """Id of a receiver."""
    use: str
    """One of `USES`."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Setting:
    """A switch that changes what is sent."""

    name: str
    where: str
    """The way to it through the menus."""
    changes: str
    """What the vendor says it changes."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of the vendor that a capture can check."""

    id: str
    says: str
    """In plain words."""
    sent: bool
    """The vendor says that it is sent; false when it says that it stays on the computer."""
    receivers: tuple[str, ...]
    """Ids of the receivers it is about; empty means anybody."""
    endpoints: tuple[str, ...]
    """`<receiver>/<endpoint>`, when it is about these only."""
    categories: tuple[str, ...]
    """Kinds of data whose fields show it."""
    words: tuple[str, ...]
    """Words in the names of fields that show it, spelled without gaps like in the lexicon."""
    setting: str
    """Name of the setting that must be on; empty when there is none."""
    evidence: Evidence


def by_system(entry: Entry) -> dict[str, Entry]:
    """Return the members of a mapping whose names are systems."""
    for system, item in entry.members().items():
        check_known(item, system, SYSTEMS, "system")
    return entry.members()


def read_folders(
    entry: Entry | None, evidence: Mapping[str, Evidence]
) -> dict[str, tuple[Folder, ...]]:
    """Return the folders by system; none when nothing is said."""
    found = {}
    for system, items in by_system(entry).items() if entry is not None else ():
        folders = []
        for item in items.items():
            check_keys(item, required={"path", "kind", "holds", "evidence"}, optional={"never"})
            folders.append(
                Folder(
                    path=text(item, "path"),
                    kind=chosen(item, "kind", FOLDERS, "kind of folder"),
                    holds=text(item, "holds"),
                    never=texts(item, "never"),
                    evidence=_source(item, evidence),
                )
            )
        found[system] = tuple(folders)
    return found


def read_services(entry: Entry | None, evidence: Mapping[str, Evidence]) -> tuple[Service, ...]:
    """Return the services; a receiver stands once for each use."""
    found: list[Service] = []
    for item in entry.items() if entry is not None else ():
        check_keys(item, required={"receiver", "use", "evidence"})
        one = Service(
            text(item, "receiver"), chosen(item, "use", USES, "use"), _source(item, evidence)
        )
        if (one.receiver, one.use) in {(other.receiver, other.use) for other in found}:
            raise item.error(f"`{one.receiver}` stands here twice", "Keep one of them.")
        found.append(one)
    return tuple(found)


def read_settings(entry: Entry | None, evidence: Mapping[str, Evidence]) -> tuple[Setting, ...]:
    """Return the switches in the order of the table."""
    found = []
    for item in entry.items() if entry is not None else ():
        check_keys(item, required={"name", "where", "changes", "evidence"})
        found.append(
            Setting(
                name=text(item, "name"),
                where=text(item, "where"),
                changes=text(item, "changes"),
                evidence=_source(item, evidence),
            )
        )
    return tuple(found)


def read_claims(
    entry: Entry | None, evidence: Mapping[str, Evidence], settings: set[str]
) -> tuple[Claim, ...]:
    """Return the claims; `settings` are the names of the switches they may ask for."""
    found: dict[str, Claim] = {}
    for item in entry.items() if entry is not None else ():
        check_keys(item, required={"id", "says", "sent", "look", "evidence"}, optional={"setting"})
        look = item.members()["look"]
        check_keys(look, required=set(), optional=_LOOK)
        if not look.members().keys() & {"endpoints", "categories", "words"}:
            raise look.error(
                "nothing to look for", "Name `endpoints`, `categories` or `words` of fields."
            )
        one = Claim(
            id=text(item, "id"),
            says=text(item, "says"),
            sent=flag(item, "sent"),
            receivers=texts(look, "receivers"),
            endpoints=texts(look, "endpoints"),
            categories=texts(look, "categories"),
            words=texts(look, "words"),
            setting=chosen(item, "setting", settings, "setting"),
            evidence=_source(item, evidence),
        )
        if one.id in found:
            raise item.error(f"claim `{one.id}` stands here twice", "Give one another id.")
        found[one.id] = one
    return tuple(found.values())


def _source(entry: Entry, evidence: Mapping[str, Evidence]) -> Evidence:
    return evidence[chosen(entry, "evidence", evidence, "evidence")]
