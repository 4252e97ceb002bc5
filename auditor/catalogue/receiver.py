"""Read receivers from their files; a receiver may be spread over several files.

The file named like the receiver holds its head (name, owner, role, home, hosts); a file
`<id>-<part>.yaml` with `part_of: <id>` adds endpoints, evidence, and fields of endpoints that
stand elsewhere (`more_fields`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.catalogue.endpoint import read_endpoints, read_examples, with_rules
from auditor.catalogue.entries import check_keys, chosen, text, texts
from auditor.catalogue.evidence import read_evidence
from auditor.catalogue.model import ROLES, Endpoint, FieldRule, Receiver
from auditor.catalogue.rules import RuleReader
from auditor.catalogue.yamlfile import Entry

_PART = {"evidence", "endpoints", "notes", "more_fields"}
_HEAD = {"id", "name", "owner", "role", "home", "hosts"}

ANYBODY = "any"
"""Stands for receiver and endpoint in the ids of rules for headers that any service may carry."""


def read_receivers(files: Sequence[Entry], categories: frozenset[str]) -> dict[str, Receiver]:
    """Return the receivers of all files, in the order of their ids."""
    heads = [entry for entry in files if "part_of" not in entry.members()]
    names = {text(head, "id") for head in heads}
    for entry in files:
        chosen(entry, "part_of", names, "receiver")
    receivers: dict[str, Receiver] = {}
    for head in heads:
        check_keys(head, required=_HEAD, optional={"evidence", "endpoints", "notes"})
        own = text(head, "id")
        if own in receivers:
            raise head.error(f"receiver `{own}` has two files", "Make one of them a part.")
        parts = [entry for entry in files if text(entry, "part_of") == own]
        receivers[own] = _read_receiver(head, parts, categories)
    return dict(sorted(receivers.items()))


def read_headers(entry: Entry, categories: frozenset[str]) -> tuple[FieldRule, ...]:
    """Return the rules for headers and cookies that any service may carry."""
    check_keys(entry, required={"evidence", "fields"})
    reader = RuleReader(ANYBODY, ANYBODY, categories, read_evidence(entry))
    return reader.read_blocks(entry.members()["fields"])


def _read_receiver(head: Entry, parts: list[Entry], categories: frozenset[str]) -> Receiver:
    own = text(head, "id")
    evidence = read_evidence(head)
    endpoints = list(read_endpoints(head, own, categories, evidence))
    notes = list(texts(head, "notes"))
    for part in parts:
        check_keys(part, required={"part_of"}, optional=_PART)
        endpoints.extend(read_endpoints(part, own, categories, read_evidence(part, evidence)))
        notes.extend(texts(part, "notes"))
    _check_unique(head, endpoints)
    for part in parts:
        reader = RuleReader(own, "", categories, read_evidence(part, evidence))
        endpoints = _add_fields(part, endpoints, reader)
    return Receiver(
        id=own,
        name=text(head, "name"),
        owner=text(head, "owner"),
        role=chosen(head, "role", ROLES, "role"),
        home=text(head, "home"),
        hosts=texts(head, "hosts"),
        notes=tuple(notes),
        endpoints=tuple(endpoints),
        files=(head.file, *(part.file for part in parts)),
    )


def _add_fields(part: Entry, endpoints: list[Endpoint], reader: RuleReader) -> list[Endpoint]:
    """Return the endpoints with the rules that a part adds to them."""
    member = part.members().get("more_fields")
    found = {one.id: one for one in endpoints}
    for item in member.items() if member is not None else []:
        check_keys(item, {"endpoint", "evidence"}, {"events", "fields", "examples"})
        one = found[chosen(item, "endpoint", found, "endpoint")]
        one = with_rules(item, one, reader.continued(one, text(item, "evidence")))
        examples = one.examples + read_examples(item, reader.categories)
        if len({example.id for example in examples}) < len(examples):
            raise item.error("two examples have the same id", "Give each its own.")
        found[one.id] = replace(one, examples=examples)
    return list(found.values())


def _check_unique(head: Entry, endpoints: list[Endpoint]) -> None:
    seen: dict[str, str] = {}
    for one in endpoints:
        if one.id in seen:
            raise head.error(
                f"endpoint `{one.id}` stands at {seen[one.id]} and at {one.place}",
                "Give one of them another id.",
            )
        seen[one.id] = one.place
