"""The page of one receiver in the reference: its endpoints, their fields, and the evidence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from auditor.catalogue.model import Endpoint, Evidence, FieldRule, Receiver
from auditor.catalogue.policy import Policy


def receiver_page(one: Receiver, policies: Sequence[Policy]) -> Iterator[str]:
    """Yield the lines of a receiver's page."""
    yield f"# {one.name}"
    yield ""
    yield "[Back to the index](../README.md)"
    yield ""
    yield f"{one.role[0].upper()}{one.role[1:]}. {one.owner}. <{one.home}>"
    yield ""
    yield f"Hosts: {listed(one.hosts)}"
    for note in one.notes:
        yield ""
        yield f"> {note}"
    if policies:
        yield ""
        yield "Terms: " + ", ".join(
            f"[{each.name}](../policies.md#{_anchor(each.name)})" for each in policies
        )
    numbers = _numbered(one)
    if one.endpoints:
        yield ""
        yield "## Endpoints"
        yield ""
        yield "| endpoint | main content | status | known by |"
        yield "|---|---|---|---|"
    for each in one.endpoints:
        link = f"[{cell(each.name)}](#{_anchor(f'{each.name} {each.id}')})"
        yield f"| {link} | {each.category} | {each.status} | {each.evidence.basis} |"
    for each in one.endpoints:
        yield from _endpoint(each, numbers)
    if numbers:
        yield ""
        yield "## Evidence"
        yield ""
        for evidence, number in numbers.items():
            yield f"{number}. {evidence.basis}: {evidence.source}, {evidence.date}"


def listed(texts: Iterable[str]) -> str:
    """Return texts in one line, each as code."""
    return ", ".join(f"`{one}`" for one in texts)


def cell(text: str) -> str:
    """Return a text that cannot break a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _endpoint(one: Endpoint, numbers: dict[Evidence, int]) -> Iterator[str]:
    yield ""
    yield f"### {one.name} (`{one.id}`)"
    yield ""
    yield one.purpose
    yield ""
    methods = "/".join(one.match.methods) or "any method"
    for path in one.match.paths:
        yield f"- `{methods} {path}`" + (f" ({one.match.kind})" if one.match.kind else "")
    yield f"- on {listed(one.match.hosts)}"
    for name, values in one.match.query:
        yield f"- where the query says `{name}`: {listed(values)}"
    if one.match.body:
        yield f"- recognised by its body, whoever the host belongs to: `{one.match.body}`"
    yield f"- format: {one.wire or 'not said'}; main content: {one.category}; {one.status}"
    yield f"- {one.evidence.basis} [{numbers[one.evidence]}]"
    if one.event_name:
        yield f"- names of events stand in {listed(one.event_name)}"
    yield from _events(one)
    yield from _fields(one, numbers)
    if one.examples:
        quiet = sum(not each.expect for each in one.examples)
        yield ""
        yield f"Tried with {len(one.examples)} invented requests, {quiet} of which must stay quiet."


def _events(one: Endpoint) -> Iterator[str]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for name, category in one.events:
        kinds[category].append(name)
    if kinds:
        yield ""
        yield "Events by kind of data:"
        yield ""
        yield from (f"- **{category}**: {listed(names)}" for category, names in kinds.items())


def _fields(one: Endpoint, numbers: dict[Evidence, int]) -> Iterator[str]:
    named = {name for name, _ in one.events}
    rules = [each for each in one.fields if not (each.event in named and _of_table(each))]
    groups: dict[tuple[str, ...], list[FieldRule]] = defaultdict(list)
    for own in _by_event(rules).values():
        groups[tuple(_row(each, numbers) for each in own)].append(own[0])
    for rows, first in groups.items():
        events = [each.event for each in first if each.event]
        yield ""
        if events:
            yield f"In {listed(events)}:"
            yield ""
        yield "| field | kind of data | meaning | known by |"
        yield "|---|---|---|---|"
        yield from rows


def _by_event(rules: Iterable[FieldRule]) -> dict[str, list[FieldRule]]:
    found: dict[str, list[FieldRule]] = defaultdict(list)
    for rule in rules:
        found[rule.event].append(rule)
    return found


def _of_table(rule: FieldRule) -> bool:
    """Say whether a rule was made from a table of events, which is listed in short."""
    return rule.means.startswith("event")


def _row(rule: FieldRule, numbers: dict[Evidence, int]) -> str:
    place = rule.path if rule.context == "body" else f"{rule.context}: {rule.path}"
    told = [rule.means]
    told += [f"in {rule.unit}"] if rule.unit else []
    told += [f"never shown ({rule.secret})"] if rule.secret else []
    told += [f"may tell {', '.join(rule.indicates)}"] if rule.indicates else []
    told += [
        f"when {', '.join(f'{name} is {_value(value)}' for name, value in rule.where)}"
    ] * bool(rule.where)
    told += [f"resting at {', '.join(map(_value, rule.off))}"] if rule.off else []
    known = f"{rule.evidence.basis} [{numbers[rule.evidence]}]"
    return (
        f"| `{cell(place)}` | {rule.category or 'its words decide'} | {cell('; '.join(told))} "
        f"| {known} |"
    )


def _value(value: object) -> str:
    return f"`{value!r}`" if isinstance(value, bytes) else f"`{value}`"


def _numbered(one: Receiver) -> dict[Evidence, int]:
    used: dict[Evidence, int] = {}
    for each in one.endpoints:
        for evidence in (each.evidence, *(rule.evidence for rule in each.fields)):
            used.setdefault(evidence, len(used) + 1)
    return used


def _anchor(title: str) -> str:
    """Return the anchor that a heading gets: lower case, spaces to hyphens, no marks."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
