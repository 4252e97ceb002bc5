"""Write what was learned as catalogue files: ready to edit, with nothing of the capture in them.

Every rule is weak: a name (`name`) or a shape (`inferred`) is all that is known. Values are
invented; keys and segments that may be ids stand as placeholders.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.catalogue.model import SECRETS, Catalogue, Example
from auditor.catalogue.pattern import is_well_formed
from auditor.draft.address import placeholders, slug
from auditor.draft.example import Invented, invent_request
from auditor.draft.learn import Learned, Profile
from auditor.draft.shape import is_moment, is_name, unit
from auditor.draft.telemetry import LIKELY, MOST, looks_like_telemetry
from auditor.redact import Redactor

_MOST_RULES = 120
_MOST_EVENTS = 20
_EXPECTED = 3
_PLAIN = re.compile(r"[A-Za-z][\w -]*(?<! )")
_DOUBTFUL = {"yes", "no", "on", "off", "true", "false", "null", "none"}
_ALWAYS = frozenset({"identity", "device", "metadata", "other"})
"""Kinds of data that say nothing about what an endpoint is for."""

Reads = Callable[[Example], "set[tuple[str, str]]"]
"""Returns context and path of everything that a request is read as."""


def write_drafts(
    learned: Mapping[str, Sequence[Learned]],
    catalogue: Catalogue,
    capture: str,
    redactor: Redactor,
    reads: Reads,
    owners: Mapping[str, str],
) -> dict[str, str]:
    """Return the text of a file for every owner, by the file's name.

    `owners` are organisations by host, as certificates name them.
    """
    files: dict[str, str] = {}
    taken_ids = set(catalogue.receivers)
    for owner, endpoints in learned.items():
        known = catalogue.receivers.get(owner)
        own = owner if known else _free(slug(owner) or "host", taken_ids)
        taken_ids.add(own)
        name = f"{own}-draft.yaml" if known else f"{own}.yaml"
        taken = {one.id for one in known.endpoints} if known else set()
        writer = _Writer(owner if known else "", own, (capture, redactor, reads, owners))
        files[name] = "\n".join(writer.file(owner, endpoints, taken)) + "\n"
    return files


class _Writer:
    def __init__(
        self, known: str, own: str, given: tuple[str, Redactor, Reads, Mapping[str, str]]
    ) -> None:
        capture, redactor, reads, owners = given
        self._known = known
        self._own = own
        self._owners = owners
        self._capture = redactor.clean(capture)
        self._redactor = redactor
        self._reads = reads

    def file(self, owner: str, endpoints: Sequence[Learned], taken: set[str]) -> list[str]:
        """Return the lines of one file."""
        fresh = [one for one in endpoints if not one.endpoint]
        more = [one for one in endpoints if one.endpoint and self._fields(one)]
        day = time.strftime("%Y-%m-%d", time.gmtime(min(one.day for one in endpoints)))
        source = _text(f"capture {self._capture}")
        lines = [
            "# Drafted by `auditor catalogue draft`. Every meaning below is a guess from names and",
            "# shapes; no value is real. Edit it: say what you know and how, and drop what you cannot",
            "# confirm. A rule known by its name only is weak: it never decides an answer, and it takes",
            "# the place of the lexicon, which may be surer.",
            *self._head(owner, fresh),
            "evidence:",
            f"  named: {{basis: name, source: {source}, date: {day}}}",
            f"  shaped: {{basis: inferred, source: {source}, date: {day}}}",
        ]
        if fresh:
            lines.append("endpoints:")
            for one in sorted(fresh, key=lambda each: -each.requests):
                lines += self._endpoint(one, taken)
        if more:
            lines.append("more_fields:")
            for one in more:
                lines += [
                    f"  - endpoint: {one.endpoint}",
                    "    evidence: shaped",
                    "    fields:",
                    *self._fields(one),
                ]
        return lines

    def _head(self, owner: str, endpoints: Sequence[Learned]) -> list[str]:
        if self._known:
            return [f"part_of: {self._known}"]
        telling = any(looks_like_telemetry(one).points >= LIKELY for one in endpoints)
        hosts = sorted({host for one in endpoints for host in one.hosts})
        return [
            f"id: {self._own}",
            f"name: {_text(owner)}",
            self._owner(owner, hosts),
            f"role: {'analytics vendor' if telling else 'cloud/CDN'}  # a guess",
            f"home: {_text(f'https://{owner}')}",
            f"hosts: {_list(sorted({*hosts, owner}))}",
            "notes:",
            "  - Drafted from a capture; nobody has confirmed what it is for.",
        ]

    def _owner(self, domain: str, hosts: Sequence[str]) -> str:
        named = sorted({self._owners[host] for host in hosts if host in self._owners})
        if named:
            return f"owner: {_text(named[0])}  # as the certificate says"
        return f"owner: {_text(f'unknown owner of {domain}')}  # no certificate named one"

    def _endpoint(self, one: Learned, taken: set[str]) -> list[str]:
        own = _free(_endpoint_id(one), taken)
        taken.add(own)
        looks = looks_like_telemetry(one)
        hosts = [host for host, _ in one.hosts.most_common()]
        places = [path for path, _ in one.event_places.most_common(2) if is_well_formed(path)]
        events = [name for name, _ in one.events.most_common(_MOST_EVENTS) if self._shown(name)]
        kind = f"\n      kind: {one.kind}" if one.kind == "websocket" else ""
        method = f"\n      methods: [{one.method}]" if one.method else ""
        lines = [
            f"  # {one.requests} requests; {looks.verdict}: {looks.points} of {MOST} points"
            + (f": {'; '.join(looks.reasons)}" if looks.reasons else ""),
            f"  - id: {own}",
            f"    name: {_text(_title(one))}",
            f"    match:{method}\n      hosts: {_list(hosts)}\n      paths: [{_text(one.path)}]{kind}",
            f"    wire: {_text(_wire(one))}",
            f"    purpose: {_text(f'Unknown; it {looks.verdict}.')}",
            f"    category: {_main(one, looks.points)}  # a guess",
            "    evidence: shaped",
            "    status: experimental",
        ]
        if places:
            lines.append(f"    event_name: {_list(places)}")
        if events:
            lines.append(f"    # events seen: {', '.join(events)}")
        rules = self._fields(one)
        lines += ["    fields:", *rules] if rules else []
        return lines + self._example(one, hosts[0], places)

    def _fields(self, one: Learned) -> list[str]:
        lines: list[str] = []
        profiles = [each for each in one.fields.values() if is_well_formed(each.path)]
        for context in ("body", "query", "path"):
            here = [each for each in profiles if each.context == context]
            if context == "path":
                names = set(placeholders(one.path))
                here = [each for each in here if each.path in names]
            if here:
                lines += [f"      - context: {context}", "        rules:"]
                shown = sorted(here, key=lambda each: -each.present)[:_MOST_RULES]
                lines += [self._rule(each, one) for each in shown]
                if len(here) > len(shown):
                    lines.append(f"          # {len(here) - len(shown)} more fields are left out")
        return lines

    def _rule(self, each: Profile, one: Learned) -> str:
        category, means, evidence = each.category, "judged by its name", "named"
        guess = unit(each.path, each.first)
        if each.path in one.event_places:
            category, means, evidence = "metadata", "name of the event", "shaped"
        elif category == "other" and is_moment(each.first):
            category, means, evidence = "metadata", "a time", "shaped"
        elif category == "other":
            means, evidence = "not known yet", "shaped"
        told = [f"category: {category}", f"means: {means}"]
        told += [f"unit: {guess}"] if guess else []
        told += [f"secret: {each.secret}"] if each.secret in SECRETS else []
        told += ["names_event: true"] if each.path in one.event_places else []
        told += [f"evidence: {evidence}"] if evidence == "named" else []
        rate = f"in {each.present} of {one.requests}, {_kinds(each)}, {_varies(each)}"
        return f"          {_text(each.path)}: {{{', '.join(told)}}}  # {rate}"

    def _example(self, one: Learned, host: str, places: list[str]) -> list[str]:
        made = invent_request(one, host, placeholders(one.path))
        example = Example("drafted", one.method or "GET", made.url, (), made.body, ())
        read = self._reads(example)
        missing = not made.form and any(context == "body" for context, _ in one.fields)
        lines = ["    examples:", "      - id: drafted"]
        if missing:
            lines.append(f"        # add a body: it was {_wire(one)}, which a draft cannot make up")
        lines.append(f"        request: {_request(example, made)}")
        wanted = [
            (each.context, each.path, each.category)
            for each in one.fields.values()
            if (each.context, each.path) in read
            and each.category not in {"other", "metadata"}
            and each.path not in places
            and is_well_formed(each.path)
        ][:_EXPECTED]
        if not wanted or one.kind == "websocket":
            return [*lines, "        expect: none"] if one.kind != "websocket" else []
        lines.append("        expect:")
        for context, path, category in wanted:
            where = f", context: {context}" if context != "body" else ""
            lines.append(f"          - {{path: {_text(path)}, category: {category}{where}}}")
        return lines

    def _shown(self, name: str) -> bool:
        return is_name(name) and self._redactor.clean(name) == name


def _endpoint_id(one: Learned) -> str:
    words = [part for part in one.path.split("/") if part and "{" not in part]
    return slug("-".join(words[-3:])) or slug(one.method) or "root"


def _title(one: Learned) -> str:
    return f"{one.method} {one.path}".strip()


def _wire(one: Learned) -> str:
    if not one.formats:
        return "no body"
    return " in ".join(reversed(one.formats.most_common(1)[0][0])) or "a single value"


def _main(one: Learned, points: int) -> str:
    told = [each.category for each in one.fields.values() if each.category not in _ALWAYS]
    if told and len(set(told)) == 1:
        return told[0]
    guess = one.guesses.most_common(1)[0][0] if one.guesses else "other"
    return guess if guess != "other" else "analytics" if points >= LIKELY else "other"


def _kinds(each: Profile) -> str:
    return " or ".join(name for name, _ in each.kinds.most_common(2))


def _varies(each: Profile) -> str:
    count = len(each.values)
    return "always the same" if count == 1 else f"{count}{'+' if count >= 20 else ''} values"  # noqa: PLR2004


def _request(example: Example, made: Invented) -> str:
    told: dict[str, Any] = {"method": example.method, "url": example.url}
    if made.form:
        told[made.form] = made.content
    return _yaml(told)


def _yaml(value: Any) -> str:
    """Spell a value as YAML in one line; texts are quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_yaml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return json.dumps(value, ensure_ascii=True)


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"


def _text(text: str) -> str:
    """Spell a text: bare where nobody can misread it, else in quotation marks."""
    if _PLAIN.fullmatch(text) and text.lower() not in _DOUBTFUL:
        return text
    return json.dumps(text, ensure_ascii=True)


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free
