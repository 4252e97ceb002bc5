"""Write the catalogue as a browsable reference in Markdown, from the data alone.

`README.md` is the index; `receivers/<id>.md` has a page per receiver; applications, kinds of data
and policies have a page each. The same catalogue gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from auditor.catalogue.applications import load_applications
from auditor.catalogue.model import BASES, ROLES, STATUSES, Application, Catalogue, Receiver
from auditor.catalogue.policy import Policy, load_policies
from auditor.catalogue.reference_receiver import cell, listed, receiver_page

MADE = "<!-- Made by `auditor catalogue docs` from the catalogue; do not edit. -->"
_SYSTEMS = {"macos": "macOS", "windows": "Windows", "linux": "Linux"}
_STRENGTHS = {
    "documented": ("strong", "the maker says so in public"),
    "schema": ("strong", "a schema that the maker published"),
    "observed": ("strong", "somebody recorded it"),
    "reverse-engineered": ("medium", "read out of the program or its traffic by others"),
    "name": ("weak", "it is called like that, nothing more"),
    "inferred": ("weak", "concluded from something else"),
}


def write_reference(
    catalogue: Catalogue, folder: Path, packs: Sequence[Path] = ()
) -> tuple[Path, ...]:
    """Write all pages below a folder and return them.

    Pages of receivers that are gone are removed, when this program made them.
    """
    applications, policies = dict(load_applications()), dict(load_policies(catalogue.categories))
    for pack in packs:
        if (pack / "applications.yaml").is_file():
            applications.update(load_applications(pack))
        policies.update(load_policies(catalogue.categories, pack))
    made = pages(catalogue, applications, policies)
    for old in sorted((folder / "receivers").glob("*.md")):
        gone = f"receivers/{old.name}" not in made
        if gone and old.read_text(encoding="utf-8").startswith(MADE):
            old.unlink()
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(folder / name for name in made)


def pages(
    catalogue: Catalogue,
    applications: Mapping[str, Application],
    policies: Mapping[str, Policy],
) -> dict[str, str]:
    """Return the text of every page by its name."""
    made: dict[str, Iterable[str]] = {
        "README.md": _index(catalogue, applications, policies),
        "kinds.md": _kinds(catalogue),
    }
    if applications:
        made["applications.md"] = _applications(applications, catalogue)
    if policies:
        made["policies.md"] = _policies(policies, catalogue)
    for receiver in catalogue.receivers.values():
        about = [one for one in policies.values() if receiver.id in one.receivers]
        made[f"receivers/{receiver.id}.md"] = receiver_page(receiver, about)
    return {name: "\n".join([MADE, "", *lines]) + "\n" for name, lines in made.items()}


def _index(
    catalogue: Catalogue,
    applications: Mapping[str, Application],
    policies: Mapping[str, Policy],
) -> Iterator[str]:
    receivers = catalogue.receivers.values()
    endpoints = [one for receiver in receivers for one in receiver.endpoints]
    rules = sum(len(one.fields) for one in endpoints)
    yield "# Who gets what: the catalogue"
    yield ""
    yield (
        f"{len(receivers)} receivers, {len(endpoints)} endpoints, {rules} field rules. "
        f"Catalogue `{catalogue.digest[:12]}`."
    )
    yield ""
    yield "An entry says what an address is for and what its fields mean, and how that is known. It"
    yield "does not say that a DJ program sends this: only a capture can show that."
    yield ""
    more = [("kinds.md", "Kinds of data")]
    more += [("applications.md", "DJ applications")] if applications else []
    more += [("policies.md", "What the terms say")] if policies else []
    yield "See also: " + " · ".join(f"[{title}]({name})" for name, title in more)
    for role in ROLES:
        yield from _of_role(role, [one for one in receivers if one.role == role])
    yield ""
    yield "## How we know"
    yield ""
    yield "| basis | strength | what it means | endpoints |"
    yield "|---|---|---|--:|"
    counts = Counter(one.evidence.basis for one in endpoints)
    for basis in BASES:
        strength, means = _STRENGTHS[basis]
        yield f"| {basis} | {strength} | {means} | {counts[basis]} |"
    yield ""
    yield "Weak findings are shown as candidates and never decide an answer. `tested` means that"
    yield "invented requests for it are run, one that must be understood and one that must stay quiet;"
    yield "`experimental` means that they are not."


def _of_role(role: str, receivers: Sequence[Receiver]) -> Iterator[str]:
    if not receivers:
        return
    yield ""
    yield f"## {role[0].upper()}{role[1:]}"
    yield ""
    yield "| receiver | endpoints | main contents |"
    yield "|---|---|---|"
    for one in receivers:
        counts = Counter(each.status for each in one.endpoints)
        told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
        contents = Counter(each.category for each in one.endpoints)
        main = ", ".join(name for name, _ in contents.most_common(4))
        yield f"| [{cell(one.name)}](receivers/{one.id}.md) | {told or 'none'} | {main} |"


def _kinds(catalogue: Catalogue) -> Iterator[str]:
    yield "# Kinds of data"
    yield ""
    yield "[Back to the index](README.md)"
    for title, row in (("Rows of the report", True), ("Kept apart", False)):
        yield ""
        yield f"## {title}"
        for one in catalogue.categories.values():
            if one.row != row:
                continue
            yield ""
            yield f"### {one.name} (`{one.id}`)"
            yield ""
            yield f"{one.hint[0].upper()}{one.hint[1:]}."
            if one.marks:
                yield f"Actions that exercise it: {listed(one.marks)}."
            if one.test:
                yield f"To test it: {one.test}"
            if one.always_on:
                yield "It is sent without any action, so no action can test it."


def _applications(applications: Mapping[str, Application], catalogue: Catalogue) -> Iterator[str]:
    yield "# DJ applications"
    yield ""
    yield "[Back to the index](README.md)"
    yield ""
    yield "What is publicly known of each. No application was run to make this table."
    for one in applications.values():
        yield ""
        yield f"## {one.name}"
        yield ""
        yield f"{one.vendor}." + (f" Bundle ids: {listed(one.bundles)}." if one.bundles else "")
        if one.control:
            yield ""
            yield "It says that it sends nothing, so a capture of it shows what the method makes up."
        if one.login:
            yield ""
            yield f"Login: {one.login}"
        yield from _processes(one)
        yield from _behaviour(one, catalogue)
        yield from (f"\n{note}" for note in one.notes)
        if one.evidence:
            yield ""
            yield "Evidence:"
            yield ""
            yield from (f"- {each.basis}: {each.source}, {each.date}" for each in one.evidence)


def _processes(one: Application) -> Iterator[str]:
    yield ""
    yield "| system | process | why | trusts |"
    yield "|---|---|---|---|"
    for system, processes in one.processes.items():
        for each in processes:
            trust = each.trust or one.trust[system].how
            shared = " (other programs use it too)" if each.shared else ""
            yield f"| {_SYSTEMS[system]} | `{cell(each.name)}` | {cell(each.why)}{shared} | {trust} |"
    yield ""
    yield from (
        f"- On {_SYSTEMS[system]}: {each.note}" for system, each in one.trust.items() if each.note
    )


def _behaviour(one: Application, catalogue: Catalogue) -> Iterator[str]:
    """Yield services, folders, settings and claims of the vendor, where there are any."""
    if one.services:
        yield ""
        yield "Built to work with:"
        yield ""
        for service in one.services:
            known = catalogue.receivers.get(service.receiver)
            name = f"[{known.name}](receivers/{known.id}.md)" if known else service.receiver
            yield f"- {name}: {service.use} ({service.evidence.basis})"
    if one.settings:
        yield ""
        yield "Switches that change what is sent:"
        yield ""
        for each in one.settings:
            yield f"- **{each.name}** ({each.where}): {each.changes} ({each.evidence.basis})"
    yield from _claims(one)
    if one.folders:
        yield ""
        yield "Where it keeps things:"
        yield ""
        for system, folders in one.folders.items():
            yield from (
                f"- {_SYSTEMS[system]}, {each.kind}: `{each.path}`, {each.holds}"
                for each in folders
            )


def _claims(one: Application) -> Iterator[str]:
    if one.claims:
        yield ""
        yield "What the vendor says, and a capture can check:"
        yield ""
        for claim in one.claims:
            kinds = f" Kinds of data: {listed(claim.categories)}." if claim.categories else ""
            yield f"- {claim.says} ({'sent' if claim.sent else 'not sent'}){kinds}"


def _policies(policies: Mapping[str, Policy], catalogue: Catalogue) -> Iterator[str]:
    yield "# What the terms say about training"
    yield ""
    yield "[Back to the index](README.md)"
    yield ""
    yield "What a text allows, what leaves a computer and what is used for training are three things."
    yield "`not checked` means that the text was not read for it; it never means that it says nothing."
    for one in policies.values():
        yield ""
        yield f"## {one.name}"
        yield ""
        links = [
            f"[{catalogue.receivers[name].name}](receivers/{name}.md)"
            for name in one.receivers
            if name in catalogue.receivers
        ]
        if links:
            yield f"Receivers: {', '.join(links)}"
        if one.note:
            yield ""
            yield one.note
        for document in one.documents:
            yield ""
            yield f"### {document.title}, {document.version}"
            yield ""
            yield f"Read: {document.read}, on {document.checked}. [Text]({document.url})"
            yield ""
            for clause in document.clauses:
                quote = f" “{clause.quote}”" if clause.quote else ""
                yield f"- **{clause.kind}** ({listed(clause.covers)}): {clause.plain}{quote}"
