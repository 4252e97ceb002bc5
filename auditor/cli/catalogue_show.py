"""`auditor catalogue list` and `show`: what the catalogue holds, and how it knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli import options

if TYPE_CHECKING:
    from auditor.catalogue.model import Catalogue, Endpoint, Evidence, FieldRule, Receiver


@click.command("list")
@click.option("--role", metavar="ROLE", help="Only receivers of this role, e.g. “DJ vendor”.")
@options.packs
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_receivers(role: str | None, packs: tuple[Path, ...], as_json: bool) -> None:
    """List the receivers: role, endpoints, and how many of these were tried with examples.

    \b
    Examples:
      auditor catalogue list
      auditor catalogue list --role "DJ vendor"
      auditor catalogue list --catalogue my-pack/ --json
    """
    from auditor.catalogue.model import ROLES

    if role is not None and role not in ROLES:
        raise click.BadParameter(f"{role!r} is none of: {', '.join(ROLES)}", param_hint="--role")
    catalogue = options.load(packs)
    chosen = [one for one in catalogue.receivers.values() if role in {None, one.role}]
    if as_json:
        options.print_json([_brief(one) for one in chosen])
        return
    wide = max(map(len, (one.id for one in chosen)), default=0)
    for one in chosen:
        counts = ", ".join(f"{number} {status}" for status, number in _statuses(one).items())
        click.echo(f"{one.id:<{wide}}  {one.role:<17}  {one.name}: {counts or 'no endpoints'}")
    endpoints = sum(len(one.endpoints) for one in chosen)
    rules = sum(len(each.fields) for one in chosen for each in one.endpoints)
    click.echo(
        f"{options.many(len(chosen), 'receiver')}, {options.many(endpoints, 'endpoint')}, "
        f"{options.many(rules, 'field rule')}. Catalogue {catalogue.digest[:12]}."
    )


@click.command()
@click.argument("name", metavar="RECEIVER[/ENDPOINT]")
@options.packs
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def show(name: str, packs: tuple[Path, ...], as_json: bool) -> None:
    """Show a receiver with its endpoints, or one endpoint with every field and its evidence.

    \b
    Examples:
      auditor catalogue show tidal
      auditor catalogue show tidal/event-batch
      auditor catalogue show tidal --json
    """
    catalogue = options.load(packs)
    receiver, endpoint = _find(catalogue, name)
    if endpoint is not None:
        if as_json:
            options.print_json(_plain(endpoint))
        else:
            click.echo("\n".join(_endpoint_lines(receiver, endpoint)))
    elif as_json:
        options.print_json(_plain(receiver))
    else:
        click.echo("\n".join(_receiver_lines(receiver)))


def _find(catalogue: Catalogue, name: str) -> tuple[Receiver, Endpoint | None]:
    owner, slash, part = name.partition("/")
    if owner not in catalogue.receivers:
        raise _unknown("receiver", owner, catalogue.receivers, "auditor catalogue list")
    receiver = catalogue.receivers[owner]
    if not slash:
        return receiver, None
    found = {one.id: one for one in receiver.endpoints}
    if part not in found:
        raise _unknown("endpoint", part, found, f"auditor catalogue show {owner}")
    return receiver, found[part]


def _unknown(kind: str, name: str, known: Iterable[str], command: str) -> Exception:
    from difflib import get_close_matches

    from auditor.errors import AuditorError

    near = get_close_matches(name, list(known), n=1)
    guess = f"Did you mean `{near[0]}`? " if near else ""
    return AuditorError(f"The catalogue has no {kind} `{name}`.", f"{guess}`{command}` lists them.")


def _statuses(receiver: Receiver) -> dict[str, int]:
    from auditor.catalogue.model import STATUSES

    counts = Counter(one.status for one in receiver.endpoints)
    return {status: counts[status] for status in STATUSES if counts[status]}


def _brief(one: Receiver) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "owner": one.owner,
        "role": one.role,
        "hosts": list(one.hosts),
        "endpoints": len(one.endpoints),
        "statuses": _statuses(one),
    }


def _receiver_lines(one: Receiver) -> Iterator[str]:
    yield f"{one.name} ({one.id})"
    yield f"  {one.role}; {one.owner}; {one.home}"
    yield f"  hosts: {', '.join(one.hosts)}"
    yield f"  files: {', '.join(one.files)}"
    yield from (f"  note: {note}" for note in one.notes)
    yield "\nEndpoints"
    for each in one.endpoints:
        yield f"  {one.id}/{each.id}  {each.category}, {each.status}: {each.name}"
        yield f"    {_address(each)}"
        yield f"    {each.purpose} [{each.evidence.basis}]"
    used = {
        evidence.id: evidence
        for each in one.endpoints
        for evidence in (each.evidence, *(rule.evidence for rule in each.fields))
    }
    yield "\nEvidence"
    yield from (f"  {_source(evidence)}" for _, evidence in sorted(used.items()))


def _endpoint_lines(receiver: Receiver, one: Endpoint) -> Iterator[str]:
    yield f"{receiver.name}: {one.name} ({receiver.id}/{one.id})"
    yield f"  {_address(one)}"
    yield f"  {one.purpose}"
    yield f"  main content: {one.category}; format: {one.wire or 'not said'}; {one.status}"
    yield f"  {one.place}; {_source(one.evidence)}"
    for name, values in one.match.query:
        yield f"  only where the query says {name}: {' or '.join(values)}"
    if one.match.body:
        yield f"  also recognised by its body, whoever the host belongs to: {one.match.body}"
    if one.event_name:
        yield f"  event names stand in: {', '.join(one.event_name)}"
    yield "\nFields"
    last = None
    for rule in sorted(one.fields, key=lambda rule: rule.event):
        if rule.event != last:
            yield f"  in event {rule.event}:" if rule.event else "  in any event:"
            last = rule.event
        yield f"    {rule.context}:{rule.path}  {rule.category or 'words decide'}"
        yield f"      {rule.means}{_details(rule)}; {rule.evidence.id} ({rule.evidence.basis})"
    used = {rule.evidence.id: rule.evidence for rule in one.fields}
    yield "\nEvidence"
    yield from (f"  {_source(evidence)}" for _, evidence in sorted(used.items()))
    yield "\nExamples"
    for example in one.examples:
        expected = ", ".join(f"{each.category} at {each.path}" for each in example.expect)
        yield f"  {example.id}: {example.method} {example.url}"
        yield f"    expects {expected or 'nothing firm'}"


def _address(one: Endpoint) -> str:
    methods = "/".join(one.match.methods) or "any method"
    kind = f" ({one.match.kind})" if one.match.kind else ""
    return f"{methods} {', '.join(one.match.hosts)} {', '.join(one.match.paths)}{kind}"


def _details(rule: FieldRule) -> str:
    told = [
        f"unit {rule.unit}" if rule.unit else "",
        f"secret: {rule.secret}" if rule.secret else "",
        f"indicates {', '.join(rule.indicates)}" if rule.indicates else "",
        f"where {', '.join(f'{name} = {value!s}' for name, value in rule.where)}"
        if rule.where
        else "",
        f"resting at {', '.join(map(str, rule.off))}" if rule.off else "",
    ]
    return "".join(f"; {one}" for one in told if one)


def _source(one: Evidence) -> str:
    return f"{one.id}: {one.basis}, {one.source}, {one.date}"


def _plain(one: Receiver | Endpoint) -> Any:
    """Return a record as JSON can hold it; bodies of examples as text."""
    return _texts(asdict(one))


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(one) for one in value]
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
